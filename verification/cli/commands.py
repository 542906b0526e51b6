"""The commands: their progress, their output, and their results.

A command writes text to standard output and its progress to standard error. ``main`` writes its result, as
JSON, and its files at the end, so that one file that cannot be written does not cost the others.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext, redirect_stdout
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any, TypeAlias

from rnn.app.certificate import Certificate
from rnn.app.sine import ARTICLE, LONG, Sine, train_on_sine
from rnn.console.command_line import HOLDS, REFUTED, program, refuse
from rnn.console.files import Save, deliver
from rnn.console.places import STANDARD_OUTPUT
from rnn.console.progress import Progress, Show
from rnn.training import Standing, print_progress
from verification.adapters.problem import Engine
from verification.adapters.rnn.cells import (
    BESIDE_OTHERS,
    CELLS,
    SCOPES,
    VANILLA,
    cell_engine,
)
from verification.adapters.rnn.manual import manual
from verification.adapters.rnn.scoping import scoped
from verification.cli import durations
from verification.cli.campaign import command as campaign
from verification.cli.certifying import certificate_of, keep_or_tell
from verification.cli.events import telling
from verification.cli.options import PROGRAM, arguments
from verification.cli.refusing import save_json, told_as_json
from verification.judge import CASES, expected, verify, with_milestones
from verification.judging.judgement import Judgement
from verification.judging.profile import PROFILES, Profile
from verification.judging.run import Interrupted
from verification.processes.apart import NOBODY, Telling
from verification.processes.sending import Unsendable
from verification.report import pages, structured, summary
from verification.report import text as report
from verification.report.outcome import NOTHING, Evidence, Report
from verification.sampling.scope import Scope


@dataclass(frozen=True, eq=False)
class CommandOutcome:
    """Does everything hold? With the result as JSON values, made on request, and files by name.

    ``certificates``: of the cells of ``rnn`` that the run has judged.
    """

    holds: bool
    result: Callable[[], Mapping[str, Any]]
    files: Mapping[str, Save] = field(default_factory=dict)
    certificates: tuple[Certificate, ...] = ()


Command: TypeAlias = Callable[[argparse.Namespace, Engine, Progress], CommandOutcome]
# Runs a command, and gives how long each part of it is expected to take.
Planned: TypeAlias = tuple[Command, Callable[[argparse.Namespace], Mapping[str, float]]]


def main(argv: Sequence[str] | None = None, engine: Engine = manual, telling: Telling = NOBODY) -> int:
    """Run the command, the verification on ``engine``; returns the exit code.

    ``telling``: to whom it is told that a user's file is imported.
    """
    options = arguments(argv, telling=telling)
    return execute(options, COMMANDS[options.command], engine)


def execute(options: argparse.Namespace, planned: Planned, engine: Engine = manual) -> int:
    """Run a command and write its results; returns the exit code."""
    places = options.places
    command, parts = planned
    durations_of_parts = parts(options)
    progress = Progress(durations_of_parts)
    # Standard output is for one thing.
    taken = STANDARD_OUTPUT in (places.json, getattr(options, "events", None))
    with told_as_json(places), redirect_stdout(sys.stderr) if taken else nullcontext():
        outcome = command(options, engine, progress)
    text = sys.stderr if taken else sys.stdout
    for certificate in outcome.certificates:
        keep_or_tell(certificate)
    # The JSON first: it holds everything, and needs no drawing.
    files = {} if places.json is None else {places.json: partial(save_json, outcome.result)}
    files |= {places.folder / name: save for name, save in outcome.files.items()}
    for path in deliver(files):
        if path != STANDARD_OUTPUT:
            print(f"Written: {path}", file=text)
    if durations_of_parts:
        print(progress.summary(), file=sys.stderr)
    return HOLDS if outcome.holds else REFUTED


# Measures how far a report on verified cells can be trusted.
Measure: TypeAlias = Callable[[Report, Profile, Progress], Evidence]


def unmeasured(full: Report, profile: Profile, progress: Progress) -> Evidence:
    """No measurement."""
    return full.evidence


def verify_rnn(
    options: argparse.Namespace,
    engine: Engine,
    progress: Progress,
    measure: Measure = unmeasured,
    evidence: Evidence = NOTHING,
) -> CommandOutcome:
    """Verify each cell, measure how far that can be trusted, and train only if everything holds.

    ``evidence``: what is known before it is measured.
    """
    profile, profiles = PROFILES[options.profile], profiles_of(options)
    judgements = []
    for name, chosen in profiles.items():
        with progress.part(durations.cases_of(name)) as show:
            judged = cell_engine(name, options.loops)
            if engine is not manual and (name, options.loops) == (VANILLA, "numpy"):
                judged = judged.by(engine)
            print(f"Verifying {name} by {options.loops} loops: profile {chosen.name}, seed {options.seed}")
            judgements.append(verify(judged, chosen, seed=options.seed, progress=show, cache=options.cache))
        print(report.judged(judgements[-1]), end="\n\n")

    first, *others = judgements
    full = Report(first, profile.name, others=tuple(others), loops=options.loops, evidence=evidence)
    if full.verdict == "verified":
        full = replace(full, evidence=measure(full, profile, progress))
        print("\n\n".join((report.oracles_table(full), *full.evidence.text)), end="\n\n")
    else:
        progress.instead({})
        print(report.oracles_table(full), end="\n\n")
        for judgement in judgements:
            if judgement.word != "verified":
                print(f"{judgement.model}: {report.failure(judgement)}")
    files: dict[str, Save] = {}
    if full.verdict == "verified":
        print("The gradients hold. Training on the sine with them:")
        with progress.part("training") as show:
            budget, sine = trained(options.seed, show, progress.erase)
        full = replace(full, budget=budget, sine=sine)
        print(report.sine_table(budget, sine))
        files["sine.png"] = lambda path: report.draw_sine(path, sine)
    else:
        print("No training: it would prove nothing.")
    files = {"report.html": lambda path: pages.write_report(path, full), **files}
    seen: tuple[Certificate, ...] = ()
    if engine is manual:
        # For another engine they would say nothing: they measure rnn's own.
        seen = tuple(
            certificate_of(each, full.verdict, name, options.loops, chosen.name)
            for (name, chosen), each in zip(profiles.items(), judgements, strict=True)
        )
    return CommandOutcome(full.verdict == "verified", lambda: report.as_json(full), files, seen)


def profiles_of(options: argparse.Namespace) -> Mapping[str, Profile]:
    """The cells that are judged, each with its profile."""
    profile = PROFILES[options.profile]
    if options.cell is not None:
        return {options.cell: profile}
    return {name: BESIDE_OTHERS.get(profile.name, profile) if i else profile for i, name in enumerate(CELLS)}


def trained(seed: int, show: Show, erase: Callable[[], None]) -> tuple[Sine, Sine]:
    """Both trainings, with the epochs of both as one progress, and the losses of some epochs printed."""
    every = ARTICLE.epochs + LONG.epochs

    def each_epoch(before: int, standing: Standing) -> None:
        if is_told(standing.epoch):
            erase()
            print_progress(standing)
        show(before + standing.epoch, every)

    budget = train_on_sine(ARTICLE, seed, [partial(each_epoch, 0)])
    return budget, train_on_sine(LONG, seed, [partial(each_epoch, ARTICLE.epochs)])


def is_told(epoch: int) -> bool:
    """Is it every fifth epoch up to 25, or every 25th?"""
    return epoch % 25 == 0 or (epoch < 25 and epoch % 5 == 0)


def judge(options: argparse.Namespace, engine: Engine, progress: Progress) -> CommandOutcome:
    """Judge an engine of a user's file within its own scope."""
    return _outcome(_judged(options, progress), options)


def judge_cell(options: argparse.Namespace, engine: Engine, progress: Progress) -> CommandOutcome:
    """Judge a cell of ``rnn`` by its loops, and certify what was found."""
    found = _judged(options, progress, scope=SCOPES[options.scope])
    seen = certificate_of(found, found.verdict, options.cell, options.loops, options.profile)
    full = _outcome(found, options)
    return replace(full, result=lambda: {**full.result(), "certificate": asdict(seen)}, certificates=(seen,))


def _subject(options: argparse.Namespace) -> Any:
    """The engine with its own scope if it has one, else with everything that it supports."""
    return options.engine if hasattr(options.engine, "subject") else scoped(options.engine)


def _judged(options: argparse.Namespace, progress: Progress, scope: Scope | None = None) -> Judgement:
    profile, secret = PROFILES[options.profile], getattr(options, "secret", None)
    try:
        with telling(options.events) as tell, progress.part(CASES) as part:
            show, reached = with_milestones(part, lambda event: tell(structured.of_event(event)))
            found = verify(
                _subject(options),
                profile,
                scope=scope,
                seed=options.seed,
                progress=show,
                cache=options.cache,
                seconds=options.seconds,
                reached=reached,
                calls=getattr(options, "calls", None),
                sandbox=getattr(options, "sandbox", False),
                secret=secret and secret.data,
            )
            tell(structured.of_end(found))
            return found
    except Unsendable as error:
        refuse(f"{program('verification')} judge", str(error))
    except Interrupted as early:
        print(summary.as_text(early.judgement))
        raise


def _outcome(found: Judgement, options: argparse.Namespace) -> CommandOutcome:
    """The output and the files of a judgement."""
    save = partial(pages.write_judgement, found=found, model=getattr(_subject(options), "model", None))
    print(summary.as_text(found))
    return CommandOutcome(found.holds, partial(structured.as_json, found), {"report.html": save})


def run_campaign(options: argparse.Namespace, engine: Engine, progress: Progress) -> CommandOutcome:
    """Judge the engine of a user's file on many drawn cases, from where the campaign was left."""
    found = campaign.run(options.campaign, f"{PROGRAM} campaign", progress)
    print(campaign.as_text(found))
    judgement = found.judgement
    save = partial(pages.write_judgement, found=judgement, model=getattr(options.engine, "model", None))
    return CommandOutcome(
        judgement.verdict == "verified", partial(campaign.as_json, found), {"report.html": save}
    )


def serve(options: argparse.Namespace, engine: Engine, progress: Progress) -> CommandOutcome:
    """Serve an agent, until it ends that."""
    # Its libraries are those of an extra.
    from verification.cli import serving

    serving.serve()
    return CommandOutcome(True, dict)


COMMANDS: Mapping[str, Planned] = {
    "verify": (
        verify_rnn,
        lambda options: durations.of_verify(profiles_of(options)),
    ),
    "judge": (judge, lambda options: expected(PROFILES[options.profile])),
    "cell": (judge_cell, lambda options: expected(PROFILES[options.profile])),
    "campaign": (run_campaign, campaign.parts),
    "mcp": (serve, lambda options: {}),
}
