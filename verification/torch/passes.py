"""The two passes of a function of tensors: its forward, and its backward by PyTorch's autograd.

    apply(params, xs, state) -> outputs, state

as the adapter for a layer has them (``verification.adapters.layer``), with ``lengths`` after the state where
the scope claims them. An ``autograd.Function`` in it is what is judged then. Gradients of complex numbers are
those of the adapter. A gradient that is None is zero, as it is for PyTorch.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np

from verification.adapters.extras import library
from verification.adapters.lent import Lent
from verification.adapters.returned import check_types, outputs_and_state
from verification.adapters.trees import each
from verification.models.arrays import Array
from verification.models.stored import BFLOAT16
from verification.torch.tensors import as_array

State = tuple[Array, ...]
TwoPasses = tuple[Callable[..., Any], Callable[..., Any]]

# Which gradients are wanted, and which outputs and final states have a cotangent.
Told = tuple[bool, ...]


def passes_of_apply(apply: Callable[..., Any], device: str, *told: Told) -> TwoPasses:
    """Forward and backward on a device; ``told``: as in ``TorchPasses``, where it is told."""
    both = TorchPasses(apply, device, *told)
    return both.forward, both.backward


@dataclass(frozen=True, eq=False)
class TorchPasses:
    """The two passes of a function, on a device.

    ``wanted``: of which arrays that are given the gradient is; ``used``: which of outputs and final states
    have a cotangent. Where they are None, all.
    """

    apply: Callable[..., Any]
    device: str
    wanted: tuple[bool, ...] | None = None
    used: tuple[bool, ...] | None = None

    def forward(self, params: Mapping[str, Array], xs: Any, state: State, *lengths: Array) -> Any:
        """Outputs, final state, and the tensors that they are made of."""
        torch = library("torch", "torch")
        wanted = iter(self.wanted or repeat(True))
        given = each(lambda array: self._leaf(array, next(wanted)), (dict(params), xs, tuple(state)))
        lent = Lent(params=given[0], xs=given[1])
        with torch.enable_grad():
            returned = self.apply(*given, *map(torch.from_numpy, lengths))
        lent.check("apply")
        outputs, final = outputs_and_state(returned)
        check_types(outputs, final, given[2][0].dtype)
        return each(_array, outputs), each(_array, final), (given, outputs, final)

    def backward(self, saved: Any, d_outputs: Any, d_state: State) -> Any:
        """The gradients of params, xs and state."""
        torch = library("torch", "torch")
        given, outputs, final = saved
        # Several outputs, and their cotangents, are by name.
        named = isinstance(d_outputs, dict)
        made = (*([outputs.get(name) for name in d_outputs] if named else [outputs]), *final)
        ds = (*(d_outputs.values() if named else [d_outputs]), *d_state)
        leaves: list[Any] = []
        each(leaves.append, given)
        cotangents = zip(made, ds, self.used or repeat(True), strict=False)
        # What has no gradient at all is made of nothing that was given, or is detached.
        flowing = [
            (made, self._tensor(d))
            for made, d, used in cotangents
            if used and made is not None and made.requires_grad
        ]
        wanted = [leaf for leaf in leaves if leaf.requires_grad]
        found: tuple[Any, ...] = (None,) * len(wanted)
        if flowing:
            outputs, ds = zip(*flowing, strict=True)
            # A graph may be gone back more than once.
            found = torch.autograd.grad(outputs, wanted, ds, allow_unused=True, retain_graph=True)
        by_leaf = dict(zip(map(id, wanted), found, strict=True))
        return each(lambda leaf: _gradient(leaf, by_leaf.get(id(leaf))), given)

    def _tensor(self, array: Array) -> Any:
        """A tensor of the same numbers, and on the CPU of the same memory, where PyTorch can read it."""
        torch = library("torch", "torch")
        readable = array.flags.writeable and all(stride > 0 for stride in array.strides)
        array = array if readable else array.copy()
        if array.dtype.name == BFLOAT16:
            # Which PyTorch has and NumPy's arrays do not tell it.
            return torch.from_numpy(array.view(np.int16)).view(torch.bfloat16).to(self.device)
        return torch.from_numpy(array).to(self.device)

    def _leaf(self, array: Array, wanted: bool) -> Any:
        return self._tensor(array).requires_grad_(wanted and array.dtype.kind != "i")


def _array(tensor: Any) -> Array:
    """An array of its own: PyTorch may hand on what it was given."""
    return np.array(as_array(tensor))


def _gradient(leaf: Any, found: Any) -> Array:
    if found is None:
        found = library("torch", "torch").zeros_like(leaf)
    return _array(found)
