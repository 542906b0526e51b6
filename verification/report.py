"""Rendering: a verification and a training, as a table for the terminal, as JSON, and as pictures."""

import importlib.metadata
import platform
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from rnn.console.files import write
from verification import detection as curves
from verification.diagnosis import Diagnosis
from verification.exercise import CONTRACT, LEAST
from verification.outcome import Report, oracles
from verification.percent import percent
from verification.problem import Problem
from verification.sine import LENGTH, PUBLISHED_RMSE, TRAIN, UNITS, Sine
from verification.suite import Example, Row, Verification
from verification.wrapping import filled, in_lines


def table(verification: Verification) -> str:
    """A line for each row: under each truncation, how many cases, and in how many the block was not zero."""
    lines = [f"{'':18}" + "".join(f"{policy:>18}" for policy in verification.policies)]
    for name in dict.fromkeys(row.name for row in verification.rows):
        by_policy = {row.truncation: _cell(row) for row in verification.rows if row.name == name}
        cells = [by_policy.get(policy, "") for policy in verification.policies]
        lines.append(f"{name:18}" + "".join(f"{cell:>18}" for cell in cells).rstrip())
    return "\n".join(lines)


def _cell(row: Row) -> str:
    if row.verdict == "refuted":
        return f"REFUTED {row.failures}/{row.cases}"
    if row.verdict == "not exercised":
        return "not exercised"
    return f"{row.cases} · {percent(row.nonzero / row.cases)}"


LEGEND = "Each entry: cases · share of them in which the truth (of the block, if one is named) was not zero."


def exercise(verification: Verification) -> str:
    """What the live cases have met, with counts, and what they have not."""
    seen = [f"{entry.name}: {verification.seen.get(entry.name, 0)}" for entry in CONTRACT]
    lines = filled(seen, width=100, indent="  ")
    heading = f"Seen in the {verification.live} live cases (the truth determined, and not zero):"
    missing = f"\nNot seen {LEAST} times: {', '.join(verification.missing)}" if verification.missing else ""
    return "\n".join([heading, *lines]) + missing


def sizes(verification: Verification) -> str:
    """Up to which sizes problems went: those that were drawn, and those that are fixed."""
    told = {"drawn": verification.drawn, "fixed": verification.fixed}
    lines = [f"{kind} up to {_listed(largest)}" for kind, largest in told.items() if largest]
    return f"Problems: {'; '.join(lines)}" if lines else "Problems: none"


def _listed(largest: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {size}" for name, size in largest.items())


def oracles_table(report: Report) -> str:
    """A line for each oracle: how often it judged, and how that came out."""
    lines = [f"{'oracle':32}{'judgements':>12}{'undetermined':>14}"]
    for oracle in oracles(report):
        said = oracle.verdict if oracle.verdict != "refuted" else f"REFUTED {oracle.refuted}"
        lines.append(f"{oracle.name:32}{oracle.asked:>12,}{oracle.undetermined:>14,}  {said}")
    return "\n".join(lines)


def smallest_failure(verification: Verification) -> tuple[Row, Example] | None:
    """The refuted row with the smallest example, and that; None where there is none."""
    refuted = [(row, row.example) for row in verification.rows if row.example is not None]
    return min(refuted, key=lambda pair: (not pair[1].smallest, pair[1].size), default=None)


def failure(verification: Verification) -> str:
    """The smallest example among the refuted rows, or any, as a program; or which were not exercised."""
    refuted = smallest_failure(verification)
    if refuted is not None:
        row, example = refuted
        kind = "The smallest example" if example.smallest else "An example"
        return f"Refuted: {row.name}, under {row.truncation}. {kind}:\n\n{example.code()}"
    return "Not exercised, which is neither pass nor fail: " + ", ".join(verification.idle)


def sine_table(budget: Sine, sine: Sine) -> str:
    """The validation RMSE of both trainings beside the baselines and the published one."""
    figures = {
        **{
            f"this network, {run.recipe.epochs} epochs, {run.recipe.truncation}": run.validation_rmse
            for run in (budget, sine)
        },
        "the article, as published": PUBLISHED_RMSE,
        **sine.baselines,
    }
    lines = [f"{name:45} {value:10.3g}" for name, value in figures.items()]
    steps = len(sine.free[0])
    lines.append(f"{f'free run, {steps} steps on its own predictions':45} {sine.free_run_rmse:10.3g}")
    return "\n".join(["RMSE on the 50 validation windows of the sine", *lines])


def as_json(report: Report) -> dict[str, Any]:
    """The whole result as JSON values; what was not measured is null, as the trainings of wrong gradients."""
    verification = report.verification
    return {
        "verdict": report.verdict,
        "profile": verification.profile.name,
        "seed": verification.seed,
        "seconds": round(verification.seconds, 3),
        "cases": verification.cases,
        "live": verification.live,
        "properties": [_row_json(row) for row in verification.rows],
        "oracles": [asdict(oracle) | {"verdict": oracle.verdict} for oracle in oracles(report)],
        "exercise": {"seen": dict(verification.seen), "missing": verification.missing},
        "sizes": {"drawn": dict(verification.drawn), "fixed": dict(verification.fixed)},
        "declined": dict(verification.declined),
        "mutants": report.mutants,
        "specimen": report.specimen,
        "detection": None if report.detection is None else curves.as_json(report.detection),
        "diagnosis": None if report.diagnosis is None else str(report.diagnosis),
        "sine": None if report.sine is None else _sine_json(report.sine),
        "sine_in_the_articles_budget": None if report.budget is None else _sine_json(report.budget),
        "versions": versions(),
    }


def _row_json(row: Row) -> dict[str, Any]:
    return {
        "name": row.name,
        "truncation": row.truncation,
        "cases": row.cases,
        "nonzero": row.nonzero,
        "undetermined": row.undetermined,
        "failures": row.failures,
        "verdict": row.verdict,
        "example": None if row.example is None else row.example.code(),
    }


def _sine_json(sine: Sine) -> dict[str, Any]:
    return {
        "epochs": sine.recipe.epochs,
        "truncation": repr(sine.recipe.truncation),
        "validation_rmse": sine.validation_rmse,
        "free_run_rmse": sine.free_run_rmse,
        "free_run_steps": len(sine.free[0]),
        "baselines": {"published": PUBLISHED_RMSE, **sine.baselines},
        "losses": {"train": sine.history.train, "validation": sine.history.validation},
    }


def versions() -> dict[str, str]:
    """Python, the platform, and the libraries that a result depends on."""
    libraries = ("numpy", "autograd", "hypothesis")
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        **{name: importlib.metadata.version(name) for name in libraries},
    }


def draw_sine(path: Path, sine: Sine) -> None:
    """Truth and prediction one step ahead, the free run and its error, and the losses by epoch."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 8), layout="constrained")
    one_step, losses, free, error = figure.subplots(2, 2).flat

    truth, predicted = sine.validation
    one_step.plot(truth, color="0.6", linewidth=3, label="truth")
    one_step.plot(predicted, color="C0", linewidth=1, label="our prediction")
    one_step.set(
        title=f"One step ahead, RMSE {sine.validation_rmse:.1e}", xlabel="validation window", ylabel="sin x"
    )
    _legend_above_the_wave(one_step)

    epochs = range(len(sine.history.train))
    losses.semilogy(epochs, sine.history.train, color="C0", label="training, 100 windows")
    losses.semilogy(
        epochs, sine.history.validation, color="C1", linestyle="--", label="validation, 50 windows"
    )
    losses.set(title="Loss summed over windows", xlabel="epoch", ylabel="Σ ½ (ŷ − y)²")
    losses.legend()

    truth, alone = sine.free
    last = slice(-100, None)
    steps = range(1, len(truth) + 1)
    free.plot(steps[last], truth[last], color="0.6", linewidth=3, label="truth")
    free.plot(steps[last], alone[last], color="C2", linewidth=1, label="our own predictions")
    free.set(
        title=f"Free run, the last 100 of {len(truth)} steps, RMSE {sine.free_run_rmse:.1e}",
        xlabel="steps on its own predictions",
        ylabel="sin x",
    )
    _legend_above_the_wave(free)

    error.semilogy(steps, abs(alone - truth), color="C2", linewidth=0.7)
    error.set(title="Error of the free run", xlabel="steps on its own predictions", ylabel="|error|")

    figure.suptitle(
        f"The article's sine, learnt by verified-rnn: T {LENGTH}, N {TRAIN}, D 1, H {UNITS}, K 1, "
        f"{sine.recipe.epochs} epochs, {sine.recipe.truncation}"
    )
    write(path, lambda temporary: figure.savefig(temporary, dpi=120))


def draw_diagnosis(path: Path, diagnosis: Diagnosis) -> None:
    """A map over loss step and step of use for each wrong block: right, wrong, or beyond the truncation."""
    from matplotlib.colors import ListedColormap
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    uses = [found.wrong.shape[1] for found in diagnosis.maps]
    # The cells of every map have one size, in inches; narrow maps leave the right of the figure empty.
    width = max(8.3, sum(0.5 + 0.45 * columns for columns in uses))
    figure = Figure(figsize=(width, 4.2), layout="constrained")
    grid = figure.add_gridspec(1, len(uses) + 1, width_ratios=[*uses, max(0.01, 16 - sum(uses))])
    colours = {"not reached": "0.93", "right": "#4c9a6a", "wrong": "#c0392b"}
    for place, found in enumerate(diagnosis.maps):
        axes = figure.add_subplot(grid[place])
        shade = np.where(found.wrong, 2, np.where(found.reached, 1, 0))
        axes.imshow(shade, cmap=ListedColormap(list(colours.values())), vmin=0, vmax=2, aspect="auto")
        for t, s in np.argwhere(found.wrong):
            axes.text(s, t, "×", ha="center", va="center", color="white")
        steps, columns = found.wrong.shape
        axes.set(title=found.block, yticks=range(steps), xticks=range(columns) if columns > 1 else [])
        axes.set_xlabel("step of use s" if columns > 1 else "")
    figure.axes[0].set_ylabel("step of the loss t")
    figure.legend(
        handles=[Patch(color=c, label=name) for name, c in colours.items()],
        loc="outside lower center",
        ncols=3,
    )
    told = in_lines(str(diagnosis), int(12 * width))
    figure.suptitle(f"{told}\nThe engine under test, {_sizes(diagnosis.problem)}", fontsize=9)
    write(path, lambda temporary: figure.savefig(temporary, dpi=120))


def _sizes(problem: Problem) -> str:
    """The sizes of a problem, its type, activation and truncation."""
    return f"on {_listed(problem.sizes)}, {problem.dtype}, {problem.activation}, {problem.truncation}"


def _legend_above_the_wave(axes: Any) -> None:
    axes.set_ylim(-1.15, 1.6)
    axes.legend(loc="upper right", ncols=2, frameon=False)
