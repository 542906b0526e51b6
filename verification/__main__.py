"""``python -m verification [COMMAND]``: verify the gradients, and train on the sine only if they hold.

``verify`` is the command if none is given; ``mutants`` shows that the suite catches wrong engines,
``article`` why the published rule is refuted, ``detection`` how small a fault is seen. Exit codes: 0, all
holds; 1, a property is refuted or was not exercised, or a mutant survives; 2, the command was misused.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from rnn.training import print_progress
from verification import article, detection, html, mutants, report
from verification.checkers import built_in
from verification.diagnosis import diagnose
from verification.engine import manual
from verification.files import refuse_unwritable, write_text
from verification.mutants import specimen
from verification.outcome import Report
from verification.problem import Engine
from verification.scalars import scalar_rows
from verification.sine import ARTICLE, LONG, train_on_sine
from verification.suite import PROFILES, WITH_OWN_POLICIES, Profile, verify

# Problems of a detection curve: enough that a share is good to a few percent, in two minutes.
DETECTION_CASES = 300


class Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command's options."""
    parser = Parser(
        prog="python -m verification",
        description="Verify the hand-derived gradients, and train on the sine only if they hold.",
    )
    parser.add_argument("command", nargs="?", choices=COMMANDS, default="verify", help="default: verify")
    parser.add_argument("--profile", choices=PROFILES, default="quick", help="how many cases (default quick)")
    parser.add_argument("--seed", type=_seed, default=0, help="of the drawn problems and the training")
    parser.add_argument(
        "--out", type=Path, default=Path("verification-report"), metavar="DIR", help="where pictures go"
    )
    parser.add_argument("--json", type=Path, metavar="PATH", help="also write the result as JSON")
    options = parser.parse_args(argv)
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        for path in (options.out / "sine.png", options.out / "report.html", options.json):
            if path is not None:
                refuse_unwritable(path)
    except OSError as error:
        parser.error(f"{error.filename}: {error.strerror}, needed a place to write to")
    return options


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r}, needed an integer of at least 0")
    return int(text)


def progress() -> Callable[[int, int], None]:
    """Shows what is done of how much: in a terminal in place, and elsewhere as a line for each quarter."""
    quarter = 0

    def show(done: int, total: int) -> None:
        nonlocal quarter
        before, quarter = quarter, 4 * done // total
        if sys.stderr.isatty():
            print(f"\r{done} of {total}", end="\n" if done == total else "", file=sys.stderr, flush=True)
        elif quarter and quarter != before:
            print(f"{done} of {total}", file=sys.stderr, flush=True)

    return show


def main(argv: Sequence[str] | None = None, engine: Engine = manual) -> int:
    """Run the command, the verification on ``engine``; returns the exit code."""
    options = arguments(argv)
    return COMMANDS[options.command](options, engine)


def judge_mutants(options: argparse.Namespace, engine: Engine) -> int:
    """Every wrong engine of the catalogue has to be caught, and no right one accused."""
    result = mutants.explained(mutants.run(progress()), progress())
    for kill in result.kills:
        print(mutants.story(kill), end="\n\n")
    print(mutants.summary(result))
    if options.json is not None:
        write_text(options.json, json.dumps(mutants.as_json(result), indent=1, ensure_ascii=False) + "\n")
    return 0 if result.holds else 1


def rerun_article(options: argparse.Namespace, engine: Engine) -> int:
    """Why the published rule is refuted, and the article's training beside corrected ones."""
    print(specimen.as_text(specimen.examine()), end="\n\n", flush=True)
    run = article.rerun(progress=progress())
    print(article.as_text(run))
    article.draw(options.out / "article.png", run)
    print(f"Drawn: {options.out / 'article.png'}")
    return 0


def measure_detection(options: argparse.Namespace, engine: Engine) -> int:
    """How small a planted fault is caught, by this suite and by the peers that are installed."""
    print(detection.run(options.out, options.seed, DETECTION_CASES, progress()))
    print(f"Drawn: {options.out / 'detection.png'}")
    return 0


def judge(options: argparse.Namespace, engine: Engine) -> int:
    """Verify, see whether the verification can be believed, and train only if all holds."""
    profile = PROFILES[options.profile]
    print(
        f"Verifying gradients: profile {profile.name}, {profile.cases} cases, seed {options.seed}", flush=True
    )
    verification = verify(
        engine, profile, seed=options.seed, properties=WITH_OWN_POLICIES, progress=progress()
    )
    print(report.table(verification))
    print(report.LEGEND)
    print(report.exercise(verification))
    print(report.sizes(verification))
    print(f"{verification.verdict}: {verification.cases} cases in {verification.seconds:.1f} s\n", flush=True)

    told = Report(verification)
    told = (
        believed(told, profile) if verification.verdict == "verified" else refuted(told, engine, options.out)
    )
    if told.verdict == "verified":
        print("The gradients hold. Training on the sine with them:", flush=True)
        budget, sine = (train_on_sine(recipe, options.seed, show_epoch) for recipe in (ARTICLE, LONG))
        told = replace(told, budget=budget, sine=sine)
        print(report.sine_table(budget, sine))
        report.draw_sine(options.out / "sine.png", sine)
        print(f"Drawn: {options.out / 'sine.png'}")
    else:
        print("No training: it would prove nothing.")
    html.write(options.out / "report.html", told)
    print(f"Report: {options.out / 'report.html'}")
    if options.json is not None:
        report.write_json(options.json, told)
    return 0 if told.verdict == "verified" else 1


def believed(told: Report, profile: Profile) -> Report:
    """With what shows how far the verification can be believed: scalars, mutants, specimen, detection."""
    told = replace(told, scalars=tuple(scalar_rows()))
    print(report.oracles_table(told), end="\n\n", flush=True)
    result = mutants.run(progress())
    if profile.explained:
        result = mutants.explained(result, progress())
    print(mutants.summary(result), end="\n\n", flush=True)
    examined = specimen.examine()
    print(specimen.as_text(examined), end="\n\n", flush=True)
    found = detection.curve(profile.faults, told.verification.seed, judges=built_in())
    print(detection.as_text(found), end="\n\n", flush=True)
    return replace(
        told, mutants=mutants.as_json(result), specimen=specimen.as_json(examined), detection=found
    )


def refuted(told: Report, engine: Engine, out: Path) -> Report:
    """With the diagnosis of an engine that is not verified."""
    print(report.oracles_table(told), end="\n\n")
    print(report.failure(told.verification))
    # The mutants are copies of rnn with a line replaced, so they say nothing of a fault in rnn itself.
    known = [] if engine is manual else mutants.known()
    examples = [row.example for row in told.verification.rows if row.example is not None]
    found = diagnose(engine, known, [example.problem for example in examples if example.smallest])
    print(found)
    if found.maps:
        report.draw_diagnosis(out / "diagnosis.png", found)
        print(f"Drawn: {out / 'diagnosis.png'}")
    return replace(told, diagnosis=found)


def show_epoch(epoch: int, train_loss: float, validation_loss: float | None) -> None:
    """The losses of every fifth epoch up to 25, and of every 25th."""
    if epoch % 25 == 0 or (epoch < 25 and epoch % 5 == 0):
        print_progress(epoch, train_loss, validation_loss)


COMMANDS: dict[str, Callable[[argparse.Namespace, Engine], int]] = {
    "verify": judge,
    "mutants": judge_mutants,
    "article": rerun_article,
    "detection": measure_detection,
}


if __name__ == "__main__":
    sys.exit(main())
