"""The commands that measure the verifier: what each prints as it goes, and what it comes to."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from benchmarks.article import article, published_rule
from benchmarks.evidence import adversary, detection, durations, mutants
from benchmarks.evidence.checkers import built_in
from benchmarks.evidence.found import Found
from benchmarks.evidence.mutants import compiled
from benchmarks.evidence.options import PROGRAM, USAGES
from benchmarks.evidence.scalars import FLOATS, NARROW, ScalarRow, compiled_activation, scalar_rows
from benchmarks.tasks import beside
from rnn import sigmoid, tanh
from rnn.console.progress import Progress
from verification.adapters.problem import Engine
from verification.adapters.rnn.manual import manual
from verification.cli.commands import CommandOutcome, Planned, execute, profiles_of, verify_rnn
from verification.cli.durations import of_verify
from verification.cli.options import arguments
from verification.judging.profile import PROFILES, Profile
from verification.report.outcome import Evidence, Report

# Problems of a detection curve: enough that a share is good to a few percent, in two minutes.
DETECTION_CASES = 300


def main(argv: Sequence[str] | None = None, engine: Engine = manual) -> int:
    """Run the command, the verification on ``engine``; returns the exit code."""
    options = arguments(argv, USAGES, PROGRAM)
    return execute(options, COMMANDS[options.command], engine)


def measured(full: Report, profile: Profile, progress: Progress) -> Evidence:
    """Scalars, mutants, the published rule, detection.

    What one process does by itself goes on beside the mutants.
    """

    def others() -> tuple[list[ScalarRow], published_rule.PublishedRule, detection.Detection]:
        curve = detection.curve(profile.faults, full.judgement.seed, judges=built_in())
        return scalars_of(full.loops), published_rule.examine(), curve

    with beside(others) as waited_for:
        with progress.part("mutants") as show:
            result = mutants.run(show)
        if profile.explained:
            with progress.part("their examples") as show:
                result = mutants.explained(result, show)
        with progress.part(durations.BESIDE_MUTANTS):
            scalars, examined, curve = waited_for()
    found = Found(tuple(scalars), mutants.as_json(result), published_rule.as_json(examined), curve)
    return found.evidence(mutants.summary(result), published_rule.as_text(examined), detection.as_text(curve))


def scalars_of(loops: str) -> list[ScalarRow]:
    """tanh and sigmoid in every number type, as these loops compute them."""
    if loops == "numpy":
        return scalar_rows()
    compiled_twins = [compiled_activation(f) for f in (tanh, sigmoid)]
    # Long doubles go by NumPy's loops.
    return scalar_rows(compiled_twins, NARROW) + scalar_rows(dtypes=set(FLOATS).difference(NARROW))


def judge_mutants(options: argparse.Namespace, engine: Engine, progress: Progress) -> CommandOutcome:
    """Every wrong engine of the catalogue has to be caught, or the one named, and no right one accused."""
    wrong, equivalent = options.faults
    if options.loops == "compiled":
        with progress.part("mutants") as show:
            result = compiled.run(wrong, equivalent, show)
    else:
        with progress.part("mutants") as show:
            result = mutants.run(show, mutants=wrong, equivalents=equivalent)
        with progress.part("their examples") as show:
            result = mutants.explained(result, show)
    for one in result.results:
        print(mutants.story(one), end="\n\n")
    print(mutants.summary(result))
    return CommandOutcome(result.holds, lambda: mutants.as_json(result))


def rerun_article(options: argparse.Namespace, engine: Engine, progress: Progress) -> CommandOutcome:
    """Why the published rule is refuted, and the article's training beside corrected ones."""
    with progress.part("published rule"):
        examined = published_rule.examine()
    print(published_rule.as_text(examined), end="\n\n")
    with progress.part("trainings") as show:
        run = article.rerun(progress=show)
    print(article.as_text(run))
    return CommandOutcome(
        True,
        lambda: {"published_rule": published_rule.as_json(examined), "article": article.as_json(run)},
        {"article.png": lambda path: article.draw(path, run)},
    )


def measure_detection(options: argparse.Namespace, engine: Engine, progress: Progress) -> CommandOutcome:
    """How small a planted fault is caught, by this suite and by the peers that are installed."""
    # First, because it forks, and the peers that the curve imports start threads.
    with progress.part("false alarms") as show:
        alarms = detection.false_alarms(DETECTION_CASES, options.seed, show)
    with progress.part("accuracy") as show:
        errors = detection.accuracy(DETECTION_CASES, options.seed, show)
    with progress.part("detection") as show:
        curve = detection.curve(DETECTION_CASES, options.seed, show)
    found = replace(curve, accuracy=errors, alarms=alarms)
    print(detection.as_text(found))
    return CommandOutcome(
        True,
        lambda: detection.as_json(found),
        {"detection.png": lambda path: detection.draw(path, found)},
    )


def measure_adversary(options: argparse.Namespace, engine: Engine, progress: Progress) -> CommandOutcome:
    """How many faults are caught that show under some conditions alone; some are planted and judged."""
    profile = PROFILES[options.profile]
    with progress.part("calls") as show:
        found = adversary.measure(profile, options.seed, show, options.cache)
    if options.planted:
        with progress.part("planted") as show:
            found = adversary.confirmed(found, options.planted, profile, show, options.cache)
    print(adversary.as_text(found))
    return CommandOutcome(found.agrees, lambda: adversary.as_json(found))


COMMANDS: Mapping[str, Planned] = {
    "verify": (
        partial(verify_rnn, measure=measured, evidence=Found().evidence()),
        lambda options: of_verify(profiles_of(options), durations.of_evidence(PROFILES[options.profile])),
    ),
    "mutants": (judge_mutants, lambda options: durations.of_mutants(options.loops, *options.faults)),
    "article": (rerun_article, lambda options: durations.of_article()),
    "detection": (measure_detection, lambda options: durations.of_detection(DETECTION_CASES)),
    "adversary": (measure_adversary, lambda options: durations.of_adversary(options.planted)),
}
