"""The page of ``rnn``'s own verification: the judgement, and evidence that it can be trusted."""

from functools import partial

from verification.adapters.rnn.cells import CELLS
from verification.judging.judgement import Judgement
from verification.report.description import described
from verification.report.outcome import Report, oracles
from verification.report.pages import judgement, rendering
from verification.report.pages.rendering import KINDS, parts, scope_entries
from verification.report.pages.svg import picture
from verification.report.text import draw_sine, figures_of, versions
from verification.text import counted, unbroken

SAID = {
    "good": "The gradients hold: no property is refuted, and all were exercised.",
    "bad": "The gradients are wrong: a property is refuted.",
    "idle": "Neither pass nor fail: not everything that must be seen was seen.",
}


def page(report: Report) -> str:
    """The whole page."""
    found, kind, judgements = report.foremost, KINDS[report.verdict], report.judgements
    fields, sections = described(found), parts("sections.html")
    cases, informative = (sum(getattr(each, n) for each in judgements) for n in ("cases", "informative"))
    return rendering.page(
        kicker="Verification of hand-derived gradients",
        kind=kind,
        verdict=report.verdict,
        lead=SAID[kind] if found.diagnosis is None else str(found.diagnosis),
        as_if=None,
        checked=scope_entries(fields),
        facts=f"{', '.join(each.model for each in judgements)} by {report.loops} loops · "
        f"{counted(cases, 'case')}, {informative:,} informative · profile {report.profile} · "
        f"seed {found.seed} · {sum(each.seconds for each in judgements):.1f} s",
        instead=found.picture and found.picture.instead,
        sections={
            **judgement.first(found),
            "properties": _properties(found),
            **{each.model: _properties(each) for each in judgements if each is not found},
            "oracles": _oracles(report),
            "exercise": sections.exercise(fields),
            **report.evidence.sections(),
            "sine": _sine(report),
            "versions": sections.versions(versions()),
        },
    )


def _properties(found: Judgement) -> str:
    """The properties of one cell, with the size of its sample."""
    designed = "".join(f" · {each}" for each in found.coverage)
    facts = f"{found.model}: {counted(found.cases, 'case')}, {found.informative:,} informative{designed}"
    head = f"Properties of {found.model}"
    return judgement.properties(found, CELLS[found.model][1], head, facts, truncations=True)


def _oracles(report: Report) -> str:
    """The oracles that the engine is compared with, and how often."""
    lines = []
    for oracle in oracles(report):
        said = {"holds": "none refuted", "refuted": f"{oracle.refuted:,} refuted"}
        verdict = said.get(oracle.verdict, oracle.verdict)
        status = parts("parts.html").status(KINDS.get(oracle.verdict, "idle"), verdict)
        counts = (f"{oracle.compared:,}", f"{oracle.undetermined:,}")
        lines.append([oracle.name, unbroken(oracle.independence), *counts, status])
    made: str = parts("sections.html").oracles(lines)
    return made


def _sine(report: Report) -> str:
    """The trainings, which start only if the gradients hold: errors beside baselines, and a picture."""
    long, figures, drawn = report.sine, [], ""
    if long is not None:
        figures = [[name, f"{value:.3g}"] for name, value in figures_of(report.budget, long).items()]
        words = (
            "Four charts of the longer training: prediction one step ahead on the validation windows, RMSE "
            f"{long.validation_rmse:.1e}; losses by epoch; the end of the free run, RMSE "
            f"{long.free_run_rmse:.1e}; and the error of the free run by step."
        )
        drawn = picture("sine", partial(draw_sine, sine=long), words)
    made: str = parts("sections.html").sine(figures, drawn, report.verdict == "verified")
    return made
