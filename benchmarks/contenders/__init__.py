"""The contenders, one library a file, each imported when it is used.

A contender is a function ``prepare(task) -> Ready | None``: None where it has no way to express the task's
truncation or has not its cell. What can be done before the weights and the data are known to have changed is
done there (conversion, compilation); what is done once a gradient is in ``Ready.run``. All take xs as
(N, T, D) and all give the gradient of every block, those of xs and of the initial state among them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypeAlias

from benchmarks.task import Task
from rnn.common.arrays import Array


@dataclass(frozen=True, eq=False)
class Ready:
    """``run()`` is one forward and one backward, over when it returns; ``gradients`` reads its result.

    ``gradients(result)`` gives NumPy arrays by the names of ``task.blocks``. It is never timed. ``more``:
    what a reader of its row has to know of how it ran.
    """

    run: Callable[[], Any]
    gradients: Callable[[Any], dict[str, Array]]
    more: Mapping[str, Any] = field(default_factory=dict)


Prepare: TypeAlias = Callable[[Task], Ready | None]


@dataclass(frozen=True)
class Contender:
    """Where ``prepare`` is, the ``library`` it needs, and the ``extra`` of pyproject.toml that brings that.

    ``label``: its name in a picture. ``usual``: it takes part unless others are named. ``quick``: in a
    run that has to end soon, too. ``peer``: a library of others that does the same work.
    """

    label: str
    module: str
    function: str = "prepare"
    library: str = "numpy"
    extra: str = "bench"
    usual: bool = True
    quick: bool = True
    peer: bool = False

    @property
    def installed(self) -> bool:
        return find_spec(self.library) is not None

    def load(self) -> Prepare:
        prepare: Prepare = getattr(import_module(f"benchmarks.contenders.{self.module}"), self.function)
        return prepare


CONTENDERS = {
    "manual": Contender("ours", "manual"),
    # Without the compiler it is manual once more.
    "manual-numpy": Contender(
        "ours, NumPy's loops", "manual", "prepare_numpy", library="numba", extra="compiled"
    ),
    "manual-once": Contender("ours, without a workspace", "manual", "prepare_once", usual=False, quick=False),
    "manual-recomputing": Contender(
        "ours, states recomputed", "manual", "prepare_recomputing", usual=False, quick=False
    ),
    "autograd": Contender("autograd", "autograd", library="autograd", peer=True),
    "autograd-hoisted": Contender(
        *("autograd, x Uᵀ before the loop", "autograd", "prepare_hoisted"),
        library="autograd",
        quick=False,
        peer=True,
    ),
    "torch": Contender("PyTorch", "torch", library="torch", extra="peers", peer=True),
    "jax": Contender("JAX", "jax", library="jax", extra="peers", peer=True),
    "floor": Contender("NumPy's calls alone", "floor"),
}
