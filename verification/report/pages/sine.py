"""The trainings on the page: their figures beside the baselines, and a picture."""

from functools import partial

from verification.report.outcome import Report
from verification.report.pages.markup import Html, table, tag
from verification.report.pages.svg import picture
from verification.report.text import draw_sine
from verification.sine import PUBLISHED_RMSE


def sine(report: Report) -> tuple[Html, ...]:
    """The trainings, which begin only once the gradients hold."""
    heading, budget, long = tag("h2", "Sine"), report.budget, report.sine
    if long is None:
        holds = report.verdict == "verified"
        because = "" if holds else " Before the gradients hold it would prove nothing."
        return heading, tag("p", f"No training.{because}", class_="absent")
    runs = [run for run in (budget, long) if run is not None]
    figures = {
        **{
            f"this network, {run.recipe.epochs} epochs, {run.recipe.truncation}": run.validation_rmse
            for run in runs
        },
        "the article, as published": PUBLISHED_RMSE,
        **long.baselines,
        f"free run, {len(long.free[0]):,} steps on its own predictions": long.free_run_rmse,
    }
    return (
        heading,
        tag("p", "Trained with the verified gradients, on the article's task: the next value of a sine."),
        table(
            "RMSE on the 50 validation windows, and of the free run",
            ["predictor", "RMSE"],
            [[name, f"{value:.3g}"] for name, value in figures.items()],
            kind="numbers",
        ),
        picture(
            "sine",
            partial(draw_sine, sine=long),
            f"Four charts of the longer training: prediction one step ahead on the validation windows, RMSE "
            f"{long.validation_rmse:.1e}; losses by epoch; the end of the free run, RMSE "
            f"{long.free_run_rmse:.1e}; and the error of the free run by step.",
        ),
    )
