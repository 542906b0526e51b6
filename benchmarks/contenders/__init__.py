"""The contenders, one library a file, each imported when it is asked for.

A contender is a function ``prepare(task) -> Ready | None``: None where it has no way to express the task's
truncation. What can be done before the weights and the data are known to have changed is done there
(conversion, compilation); what is done once a gradient is in ``Ready.run``. All take xs as (N, T, D) and all
give the gradient of every block, those of xs and h0 among them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypeAlias

from benchmarks.task import Task
from rnn.arrays import Array


@dataclass(frozen=True, eq=False)
class Ready:
    """``run()`` is one forward and one backward, over when it returns; ``gradients`` reads its result.

    ``gradients(result)`` gives NumPy arrays by the names of ``task.BLOCKS``. It is never timed.
    """

    run: Callable[[], Any]
    gradients: Callable[[Any], dict[str, Array]]


Prepare: TypeAlias = Callable[[Task], Ready | None]


@dataclass(frozen=True)
class Contender:
    """Where ``prepare`` is, the ``library`` it needs, and the ``extra`` of pyproject.toml that brings that.

    ``label``: its name in a picture. ``usual``: it takes part unless others are asked for. ``quick``: in a
    run that has to end soon, too.
    """

    label: str
    module: str
    function: str = "prepare"
    library: str = "numpy"
    extra: str = "bench"
    usual: bool = True
    quick: bool = True

    @property
    def installed(self) -> bool:
        return find_spec(self.library) is not None

    def load(self) -> Prepare:
        prepare: Prepare = getattr(import_module(f"benchmarks.contenders.{self.module}"), self.function)
        return prepare


CONTENDERS = {
    "manual": Contender("ours", "manual"),
    "manual-once": Contender("ours, without a workspace", "manual", "prepare_once", usual=False, quick=False),
    "manual-recomputing": Contender(
        "ours, states recomputed", "manual", "prepare_recomputing", usual=False, quick=False
    ),
    "autograd": Contender("autograd", "autograd", library="autograd"),
    "autograd-hoisted": Contender(
        "autograd, x Uᵀ before the loop", "autograd", "prepare_hoisted", library="autograd", quick=False
    ),
    "torch": Contender("PyTorch", "torch", library="torch", extra="peers"),
    "jax": Contender("JAX", "jax", library="jax", extra="peers"),
    "floor": Contender("NumPy's calls alone", "floor"),
}
