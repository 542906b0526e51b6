"""Models of a user's own, of matrices, numbers and several inputs, through every part of a judgement."""

import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from tests.layers import planted
from tests.layers.own import FAULTS, OWN, delta_rule
from verification import layer, scoped, step
from verification.diagnosis.diagnosis import diagnose
from verification.diagnosis.picture import picture
from verification.judging import model_subject as judging
from verification.judging import shrinking
from verification.models.case import random_case
from verification.models.truncation import FULL, Standard
from verification.properties.findings import findings, truth_of

MODULES = {module.__name__.rpartition(".")[2]: module for module in OWN}
FIRST = {fault.cell: fault for fault in reversed(FAULTS)}


def layer_of(module, **options):
    """The layer of a module, within the scope that it has."""
    scope = getattr(module, "SCOPE", None)
    return layer(module.forward, module.backward, model=module.MODEL, scope=scope, **options)


SIZES = ((np.float64, 1, 1, 1), (np.float64, 2, 3, 2), (np.float32, 3, 4, 1), (np.float64, 2, 11, 3))


def small_cases(model, losses="cotangents"):
    """In both number types; one of ones alone, and a larger one, for other oracles."""
    rng = np.random.default_rng(0)
    for dtype, records, steps, size in SIZES:
        sizes = {name: size + (i % 2 if size > 1 else 0) for i, name in enumerate(model.dimensions)}
        yield random_case(model, rng, sizes, records, steps, dtype, losses=losses)


def wrong_of(engine, cases):
    """What is found wrong, one after the other, with the case."""
    for case in cases:
        yield from ((case, each) for each in findings(engine, truth_of(case)) if each.wrong is not None)


@pytest.mark.slow
@pytest.mark.parametrize("module", MODULES.values(), ids=MODULES)
def test_nothing_is_wrong_of_a_right_layer_or_step(module):
    """By any property; of a step under truncations as well."""
    assert list(wrong_of(layer_of(module), small_cases(module.MODEL))) == []
    if module.MODEL.output is not None:
        # A step returns states alone.
        return
    of_steps = step(*in_steps(module), model=module.MODEL, scope=getattr(module, "SCOPE", None))
    for truncation in (Standard("Window", (1,)), Standard("Chunked", (2, 2))):
        cases = (replace(case, truncation=truncation) for case in small_cases(module.MODEL))
        assert list(wrong_of(of_steps, cases)) == []


def in_steps(module):
    """A step and its backward, from a layer that is called for one step."""

    def one(params, x, state):
        xs = {name: array[:, None] for name, array in x.items()} if isinstance(x, dict) else x[:, None]
        outputs, after, saved = module.forward(params, xs, state)
        return after, (saved, outputs)

    def one_back(kept, d_after):
        saved, outputs = kept
        d_params, d_xs, d_state = module.backward(saved, 0 * outputs, d_after)
        if isinstance(d_xs, dict):
            d_x = {n: d[:, 0] for n, d in d_xs.items()}
        else:
            d_x = None if d_xs is None else d_xs[:, 0]
        return d_params, d_x, tuple(0 * outputs[:, 0] if d is None else d for d in d_state)

    return one, one_back


def explained(engine, cases, monkeypatch, drawn=True):
    """The diagnosis and an example of what is found; if ``drawn``, the picture and the smallest one."""
    monkeypatch.setattr(shrinking, "SECONDS", 1.0)
    case, finding = next(wrong_of(engine, cases))
    shrunk = shrinking.smallest(engine, case, finding) if drawn else shrinking.Shrunk(case, finding)
    shown = picture(engine, case) if drawn else None
    return diagnose(engine, finding, case), shown, judging.example_of(engine, shrunk)


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.cell}: {fault.name}")
def test_a_wrong_layer_is_reported_and_shown(fault, monkeypatch):
    """By a sentence that names the blocks, numbers of one of each layer's, and a program that fails."""
    module, first, (edit,) = MODULES[fault.cell], fault is FIRST[fault.cell], fault.edits
    engine = layer_of(planted(module, edit.right, edit.wrong))
    diagnosis, drawn, example = explained(engine, list(small_cases(module.MODEL))[1:], monkeypatch, first)
    assert {*fault.case["blocks"]} <= {*diagnosis.blocks}
    assert diagnosis.sentence.endswith(".")
    assert not first or {each.name for each in drawn.numbers} & {*fault.case["blocks"]}
    text = Path(module.__file__).read_text("utf-8")
    # As the wrong layer's module is called, which is in no file.
    code = example.code.replace(f"{module.__name__}_wrong", "engine")
    for line, fails in ((edit.wrong, True), (edit.right, False)):
        other = ModuleType("engine")
        exec(text.replace(edit.right, line), vars(other))
        # The model is defined there as well, as the program says.
        other.model = other.MODEL
        monkeypatch.setitem(sys.modules, "engine", other)
        with pytest.raises(AssertionError) if fails else nullcontext():
            exec(code, {"__name__": "__main__"})


@pytest.mark.slow
@pytest.mark.parametrize("losses", ["last", "every"])
def test_a_problem_of_matrices_with_a_readout(losses, monkeypatch):
    """Whose targets tell units of the state apart, which then may not be permuted."""
    right, wrong = "dS = do[:, :, None] * q", "dS = do[:, :, None] * (q + (t == 1))"
    small = list(small_cases(delta_rule.MODEL, losses))[1:3]
    cases = [
        replace(case, truncation=truncation)
        for case in small
        for truncation in (FULL, Standard("Window", (1,)))
    ]
    assert list(wrong_of(scoped(delta_rule.problem, model=delta_rule.MODEL), cases)) == []
    engine = scoped(planted(delta_rule, right, wrong).problem, model=delta_rule.MODEL)
    if losses == "every":
        diagnosis, drawn, example = explained(engine, cases, monkeypatch)
        assert {"k", "v", "beta", "S0"} & {*diagnosis.blocks}
        assert drawn.numbers
        assert "Case(engine.model, blocks, objective" in example.code
