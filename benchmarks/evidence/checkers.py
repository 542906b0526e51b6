"""Other libraries' gradient checkers before the engines that this suite judges.

The engine becomes a differentiable function of the library's own: the loss by one block, whose derivative is
the engine's gradient of that block. The checker then compares it with finite differences of the loss, with
the step and the tolerances that are its defaults. Order and mode are those that such a function has: first
order, backward. A library that is not installed is absent, and ``checkers`` says so.
"""

import contextlib
import importlib
import importlib.metadata
import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from autograd.extend import defvjp, primitive
from autograd.test_util import check_grads

from verification.adapters.problem import Engine, parts_of, problem_of
from verification.adapters.rnn.scoping import as_rnn
from verification.models.case import Case
from verification.properties.unfolding import unfolded_lags
from verification.truth.parts import VALUE

SUITE = "this suite, lag by lag"


@dataclass(frozen=True)
class Checker:
    """A name, the library's version, and the verdict: is this engine's gradient of this block accused?"""

    name: str
    version: str
    accuses: Callable[[Engine, Case, str], bool]


def checkers() -> tuple[tuple[Checker, ...], tuple[str, ...]]:
    """This suite and the checkers that are installed; and the names of those that are not."""
    present, absent = [Checker(SUITE, "", lags_accuse)], []
    for library, (name, accuses) in _PEERS.items():
        if importlib.util.find_spec(library) is None:
            absent.append(name)
        else:
            present.append(Checker(name, importlib.metadata.version(library), accuses))
    return tuple(present), tuple(absent)


def built_in() -> tuple[Checker, ...]:
    """This suite, and the checker of the library that its oracles stand on."""
    name, _ = _PEERS["autograd"]
    return tuple(checker for checker in checkers()[0] if checker.name in (SUITE, name))


def lags_accuse(engine: Engine, case: Case, block: str) -> bool:
    """Does lag by lag find anything?"""
    return any(wrong is not None for _, wrong, _ in unfolded_lags(as_rnn(engine), case))


def torch_accuses(engine: Engine, case: Case, block: str) -> bool:
    """``torch.autograd.gradcheck``: every entry, 1e-5 absolute and 1e-3 relative."""
    torch: Any = importlib.import_module("torch")
    Function: Any = torch.autograd.Function
    loss, gradient = _of_block(engine, case, block)

    class Loss(Function):  # type: ignore[misc]
        @staticmethod
        def forward(ctx: Any, array: Any) -> Any:
            ctx.save_for_backward(array)
            return torch.as_tensor(loss(array.detach().numpy()))

        @staticmethod
        def backward(ctx: Any, upstream: Any) -> Any:
            (array,) = ctx.saved_tensors
            return upstream * torch.from_numpy(gradient(array.detach().numpy()))

    array = torch.tensor(case.blocks[block], requires_grad=True)
    return not torch.autograd.gradcheck(Loss.apply, (array,), raise_exception=False)


def jax_accuses(engine: Engine, case: Case, block: str) -> bool:
    """``jax.test_util.check_grads``: one direction, 1e-5 absolute and relative in float64."""
    jax = importlib.import_module("jax")
    util = importlib.import_module("jax.test_util")
    # Since 0.8 the switch to float64 is in jax itself.
    home = jax if hasattr(jax, "enable_x64") else importlib.import_module("jax.experimental")
    loss, gradient = _of_block(engine, case, block)

    @jax.custom_vjp  # type: ignore[untyped-decorator]
    def function(array: Any) -> Any:
        return jax.numpy.asarray(loss(np.asarray(array)))

    def backward(array: Any, upstream: Any) -> tuple[Any]:
        return (upstream * gradient(np.asarray(array)),)

    function.defvjp(lambda array: (function(array), array), backward)
    with home.enable_x64(True):
        array = jax.numpy.asarray(case.blocks[block])
        return _refuses(lambda: util.check_grads(function, (array,), order=1, modes=["rev"]))


def autograd_accuses(engine: Engine, case: Case, block: str) -> bool:
    """``autograd.test_util.check_grads``: one random direction, 1e-6 absolute or relative."""
    loss, gradient = _of_block(engine, case, block)
    function = primitive(loss)
    defvjp(function, lambda value, array: lambda upstream: upstream * gradient(array))
    with _numpy_seeded(0):
        return _refuses(lambda: check_grads(function, modes=["rev"], order=1)(case.blocks[block]))


_PEERS: dict[str, tuple[str, Callable[[Engine, Case, str], bool]]] = {
    "torch": ("torch.autograd.gradcheck", torch_accuses),
    "jax": ("jax.test_util.check_grads", jax_accuses),
    "autograd": ("autograd.test_util.check_grads", autograd_accuses),
}


def _of_block(engine: Engine, case: Case, block: str) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """The engine's loss and its gradient, as functions of one block."""

    def answer(array: Any) -> Any:
        return parts_of(case.model, engine(problem_of(replace(case, blocks={**case.blocks, block: array}))))

    def loss(array: Any) -> Any:
        return np.float64(answer(array)[0][VALUE])

    def gradient(array: Any) -> Any:
        return answer(array)[1][block]

    return loss, gradient


def _refuses(check: Callable[[], object]) -> bool:
    try:
        check()
    except AssertionError:
        return True
    return False


@contextlib.contextmanager
def _numpy_seeded(seed: int) -> Iterator[None]:
    """Autograd draws its direction from NumPy's global generator, which gets its state back."""
    before = np.random.get_state()  # noqa: NPY002
    np.random.seed(seed)  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(before)  # noqa: NPY002
