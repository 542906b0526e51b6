"""Some gradients wanted, some outputs used: what is left out does not affect the rest.

Checked once in a run, for an engine that is told (``Capabilities.partial``), as PyTorch tells a Function: by
``needs_input_grad``, and by None as the cotangent of an output that was not used.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from verification.models.case import Case, Cotangents, outputs_apart, side_by_side
from verification.models.model import Use
from verification.properties.calling import run_case
from verification.properties.property import About, Alone, Checked, Property
from verification.properties.trial import Trial, alike, said, saying
from verification.truth.comparison import compare
from verification.truth.parts import final_of


def partial_gradients(trial: Trial) -> Checked:
    """The gradient of each block alone, and of all but each; with each output unused, and all but each."""
    engine, case = trial.engine, trial.truth.case
    claimed = engine.claim.blocks
    for some in _some(claimed):
        gradients = f"the gradient{'s' * (len(some) > 1)} of {', '.join(some)}"
        when = f"where {gradients} alone {'are' if len(some) > 1 else 'is'} wanted"
        with saying(when):
            answer = run_case(engine.wanting(some, ()), case)
        yield from said(when, alike(answer.blocks, trial))
    outputs = tuple(trial.answer.forward)
    for unused in _some(outputs):
        if len(unused) < len(outputs):
            when = f"with {', '.join(unused)} unused"
            without = _without(case, unused)
            with saying(when):
                answer = run_case(engine.wanting(claimed, unused), without)
            zeros = run_case(engine, without)
            for name, got in answer.blocks.items():
                expected = trial.truth.blocks[name]
                # Both are within the bound of the case, in which more is rounded.
                wrong = compare(f"d_{name}", got, zeros.blocks[name], 2 * expected.bound)
                yield name, wrong and wrong.under(when), expected


def _some(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Each name alone, and all but each."""
    each = [(name,) for name in names]
    others = [tuple(other for other in names if other != name) for name in names]
    yield from dict.fromkeys(some for some in (*each, *others) if some)


def _without(case: Case, unused: Sequence[str]) -> Case:
    """The case with zero cotangents for these outputs, which is equivalent."""
    objective = case.objective
    assert isinstance(objective, Cotangents)  # as of every engine whose calls come in two
    states = zip(case.model.of(Use.STATE), objective.state, strict=True)
    state = tuple(0 * array if final_of(block) in unused else array for block, array in states)
    outputs = {
        name: 0 * array if name in unused else array
        for name, array in outputs_apart(case, objective.outputs).items()
    }
    return replace(case, objective=Cotangents(side_by_side(outputs), state))


PARTIAL_GRADIENTS = Property(
    "partial gradients",
    "what gradients are wanted beside it, and which outputs were not used, changes no gradient",
    About.ONCE,
    partial_gradients,
    applies=lambda claim: claim.capabilities.partial,
    alone=Alone("conduct", "with all gradients wanted and all outputs used it is right"),
)
