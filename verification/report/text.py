"""A judgement and a training as text for the terminal, as JSON, and as pictures."""

import importlib.metadata
import platform
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rnn.app.sine import LENGTH, PUBLISHED_RMSE, TRAIN, UNITS, Sine
from rnn.console.files import write
from verification.judging.judgement import Example, Judgement, PartResult, verdict_of
from verification.report.description import described
from verification.report.outcome import Report, oracles
from verification.text import counted, filled, percent


def table(judgement: Judgement) -> str:
    """A line for each part of each property: under each truncation, how many cases, and how many nonzero."""
    rows = {(row.property, row.part, row.truncation): row for row in judgement.rows}
    truncations = judgement.truncations
    lines = [f"{'':24}" + "".join(f"{truncation:>16}" for truncation in truncations)]
    for name, part in dict.fromkeys((row.property, row.part) for row in judgement.rows):
        met = (rows.get((name, part, truncation)) for truncation in truncations)
        cells = ["" if row is None else _cell(row) for row in met]
        lines.append(f"{f'{name} {part}':24}" + "".join(f"{cell:>16}" for cell in cells).rstrip())
    return "\n".join(lines)


def _cell(row: PartResult) -> str:
    if row.failures:
        return f"REFUTED {row.failures}/{row.cases}"
    return f"{row.cases} · {percent(row.nonzero / row.cases)}"


def judged(judgement: Judgement) -> str:
    """What was checked for one cell, which cases it met, and the verdict."""
    fields = described(judgement)
    lines = [table(judgement), LEGEND, exercise(fields), sizes(fields)]
    lines += [f"Designed sample: {each}" for each in fields["coverage"]]
    lines += [f"Remark: {each}" for each in fields["remarks"]]
    said = f"{judgement.model} {judgement.verdict}"
    verdict = f"{said}: {counted(judgement.cases, 'case')} in {judgement.seconds:.1f} s"
    return "\n".join([*lines, verdict])


LEGEND = "Each entry: cases · share of them in which the truth (of the part) was not zero."


def exercise(fields: Mapping[str, Any]) -> str:
    """How often the informative cases met each entry, and what they have not met often enough."""
    seen = [f"{name}: {count}" for name, count in fields["seen"].items()]
    lines = filled(seen, width=100, indent="  ")
    heading = f"Seen in the {fields['informative']} informative cases (the truth determined, and not zero):"
    missing = f"\nNot seen often enough: {', '.join(fields['missing'])}" if fields["missing"] else ""
    return "\n".join([heading, *lines]) + missing


def sizes(fields: Mapping[str, Any]) -> str:
    """The largest sizes of problems: of those drawn, and of those that are the same in every run."""
    lines = [f"{kind} up to {largest}" for kind, largest in fields["sizes"].items()]
    return f"Problems: {'; '.join(lines) or 'none'}"


def oracles_table(report: Report) -> str:
    """A line for each oracle: the number of comparisons, and the outcome."""
    lines = [f"{'oracle':32}{'judgements':>12}{'undetermined':>14}"]
    for oracle in oracles(report):
        said = oracle.verdict if oracle.verdict != "refuted" else f"REFUTED {oracle.refuted}"
        lines.append(f"{oracle.name:32}{oracle.compared:>12,}{oracle.undetermined:>14,}  {said}")
    return "\n".join(lines)


def failure(judgement: Judgement) -> str:
    """What is wrong, and the smallest example as a program; or what was not exercised."""
    if judgement.diagnosis is None:
        return "Not exercised, which is neither pass nor fail: " + ", ".join(judgement.missing)
    lines = [f"Refuted. {judgement.diagnosis}"]
    if example := described(judgement)["example"]:
        lines.append(f"{example['title']}, of {example['property']}:\n\n{example['code']}")
    return "\n".join(lines)


def sine_table(budget: Sine, sine: Sine) -> str:
    """The validation RMSE of both trainings beside the baselines and the published one."""
    lines = [f"{name:45} {value:10.3g}" for name, value in figures_of(budget, sine).items()]
    return "\n".join(["RMSE on the 50 validation windows of the sine", *lines])


def figures_of(*trainings: Sine | None) -> dict[str, float]:
    """The RMSE of trainings, of the article and of the baselines, and that of the last one's free run."""
    runs = [run for run in trainings if run is not None]
    free = runs[-1]
    return {
        **{
            f"this network, {run.recipe.epochs} epochs, {run.recipe.truncation}": run.validation_rmse
            for run in runs
        },
        "the article, as published": PUBLISHED_RMSE,
        **free.baselines,
        f"free run, {len(free.free[0]):,} steps on its own predictions": free.free_run_rmse,
    }


def as_json(report: Report) -> dict[str, Any]:
    """The whole result as JSON values; what was not measured is null, such as a training on wrong gradients.

    The top level has the judgement of the first cell; ``cells`` has that of each.
    """
    return {
        "verdict": report.verdict,
        "profile": report.profile,
        "loops": report.loops,
        "seed": report.judgement.seed,
        **_judgement_json(report.judgement),
        "cells": {
            each.model: {"verdict": each.verdict, **_judgement_json(each)} for each in report.judgements
        },
        "oracles": [asdict(oracle) | {"verdict": oracle.verdict} for oracle in oracles(report)],
        **report.evidence.json,
        "sine": None if report.sine is None else _sine_json(report.sine),
        "sine_in_the_articles_budget": None if report.budget is None else _sine_json(report.budget),
        "versions": versions(),
    }


# The fields of a description that are in the JSON of a cell.
KEYS = ("seconds", "scope", "not_checked", "remarks", "cases", "informative", "declined")


def _judgement_json(judgement: Judgement) -> dict[str, Any]:
    fields, diagnosis, example = described(judgement), judgement.diagnosis, judgement.example
    return {
        **{key: fields[key] for key in KEYS},
        "properties": [_row_json(row, example) for row in judgement.rows],
        "exercise": {key: fields[key] for key in ("seen", "missing")},
        "coverage": [asdict(each) for each in judgement.coverage],
        "sizes": {"drawn": dict(judgement.drawn), "fixed": dict(judgement.fixed)},
        "diagnosis": None if diagnosis is None else str(diagnosis),
        "example": None if example is None else example.code,
    }


def _row_json(row: PartResult, example: Example | None) -> dict[str, Any]:
    shown = example is not None and (example.property, example.part) == (row.property, row.part)
    return {
        "name": f"{row.property} {row.part}".strip(),
        "truncation": row.truncation,
        "cases": row.cases,
        "nonzero": row.nonzero,
        "undetermined": row.undetermined,
        "failures": row.failures,
        "verdict": verdict_of(row),
        "example": example.code if example is not None and shown and row.failures else None,
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


def _legend_above_the_wave(axes: Any) -> None:
    axes.set_ylim(-1.15, 1.6)
    axes.legend(loc="upper right", ncols=2, frameon=False)
