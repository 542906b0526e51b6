"""The adapter for one step and its backward; the loops over time are the verifier's.

    step(params, x, state) -> state, saved
    step_back(saved, d_state) -> d_params, d_x, d_state

``params`` is a dict of the model's STEP blocks by name, x (N, D), or a dict of arrays by name if a model has
several INPUT blocks, ``state`` a tuple of arrays (N, …). Since the loops are the verifier's, every truncation
can be checked: for each step that losses reach back to, one loop goes backwards from the last of these
losses. So ``step_back`` may be called several times with what a step has saved. The arrays that it returns
belong to its caller: a later call must not change them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from verification.adapters.adapter import ModelAdapter, check_given, declared, functions_of, soundly
from verification.adapters.layer import LayerAdapter, as_layer
from verification.adapters.looped import StepBackward, StepForward, looped
from verification.models.case import Case
from verification.models.model import Model
from verification.processes.place import Passes
from verification.properties.engine import Begun
from verification.sampling.claim import Capabilities
from verification.sampling.scope import Scope

# One function for each role, every truncation, cotangents.
CAPABILITIES = Capabilities(functions=False, truncations=True, losses=("cotangents",), in_two=True)


@dataclass(frozen=True, eq=False, kw_only=True)
class Step(ModelAdapter):
    """A step with its model and its claim. ``verify`` takes it.

    ``passes``: of a step and its backward, the two passes of a layer under a truncation.
    """

    def answer(self, case: Case) -> tuple[Mapping[str, Any], Mapping[str, tuple[Any, ...]]]:
        """The answer of the loops around the step."""
        forward, back = self._looped(case).begin(case)
        return forward, back(case.objective)

    def begin(self, case: Case) -> Begun:
        """The forward loop, and the backward loop."""
        return self._looped(case).begin(case)

    def _looped(self, case: Case) -> LayerAdapter:
        return as_layer(self, self.passes.of(case.truncation))


def step(
    step: StepForward | str, step_back: StepBackward | str, *, model: Model, scope: Scope | None = None
) -> Step:
    """A step and its backward, for ``verify``. Either may be named, ``"kernel.py:step"``.

    ``scope``: what it claims to do; by default every block's gradient under every truncation, the first
    function of each role, float32 and float64 (both complex types for a complex model), any initial state.
    Raises ValueError, in one line, for a model that cannot be a reference, or a scope that claims nothing;
    TypeError if an argument is not a function or not a model.
    """
    if isinstance(model, Model) and model.output is not None:
        raise ValueError(
            f"model {model.name}: it has an output of its own, needed one whose output is its first state: "
            "a step returns states alone, and a layer both"
        )
    passes = functions_of(step=step, step_back=step_back)
    check_given(model, **passes)
    forward, backward = passes.values()
    given = {"step_forward": forward, "step_back": backward}
    known = declared("step", given, model, scope, CAPABILITIES)
    soundly(model, known["claim"])
    return Step(passes=Passes(looped, (forward, backward)), **known)
