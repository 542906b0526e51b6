"""What an engine may compute in a model's place, by another convention of the same name.

A layer whose forward is wrong is put beside these before it is called wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from verification.models.gru import GATES, gru
from verification.models.gru_reset_before import gru_reset_before
from verification.models.model import Block, Model, Use
from verification.models.parts import parts
from verification.models.product import rows
from verification.models.readout import bias


@dataclass(frozen=True, eq=False)
class Variant:
    """Another model, what it does differently, and what a user has to say to be judged by it."""

    words: str
    model: Model
    say: str


def _reset_after_flipped(f: Any, p: Any, x: Any, h: Any) -> Any:
    """h′ = z ⊙ n + (1 − z) ⊙ h, the reset after the product."""
    x_r, x_z, x_n = parts(rows(p.U, x) + bias(p.b), 3)
    h_r, h_z, h_n = parts(rows(p.W, h), 3)
    r, z = f.gate(x_r + h_r), f.gate(x_z + h_z)
    n = f.candidate(x_n + r * (h_n + bias(p.bn)))
    return z * n + (1 - z) * h


def _reset_before_flipped(f: Any, p: Any, x: Any, h: Any) -> Any:
    """h′ = z ⊙ n + (1 − z) ⊙ h, the reset before the product."""
    W_r, W_z, W_n = parts(p.W, 3, axis=-2)
    x_r, x_z, x_n = parts(rows(p.U, x) + bias(p.b), 3)
    r, z = f.gate(x_r + rows(W_r, h)), f.gate(x_z + rows(W_z, h))
    n = f.candidate(x_n + rows(W_n, r * h))
    return z * n + (1 - z) * h


def _two_biases(f: Any, p: Any, x: Any, h: Any) -> Any:
    """As PyTorch and cuDNN have them: each product has a bias of three gates."""
    x_r, x_z, x_n = parts(rows(p.U, x) + bias(p.b_ih), 3)
    h_r, h_z, h_n = parts(rows(p.W, h) + bias(p.b_hh), 3)
    r, z = f.gate(x_r + h_r), f.gate(x_z + h_z)
    n = f.candidate(x_n + r * h_n)
    return (1 - z) * n + z * h


gru_flipped = replace(gru, name="gru_flipped", step=_reset_after_flipped)
gru_reset_before_flipped = replace(
    gru_reset_before, name="gru_reset_before_flipped", step=_reset_before_flipped
)
gru_two_biases = replace(
    gru,
    name="gru_two_biases",
    step=_two_biases,
    blocks=(
        *(block for block in gru.of(Use.STEP) if block.name not in ("b", "bn")),
        Block("b_ih", ("3 H",), Use.STEP, GATES, "bias of the input's product"),
        Block("b_hh", ("3 H",), Use.STEP, GATES, "bias of the state's product"),
        *gru.of(Use.READOUT, Use.INPUT, Use.STATE),
    ),
)

_HERE = "model=verification.models.variants."
_FLIPPED = "z weighs the candidate and 1 − z the state"
_BEFORE = "the reset comes before the product"
_TWO = "it has two biases of three gates each, as PyTorch's"
_AFTER = "the reset comes after the product, with a bias bn of its own"


VARIANTS: Mapping[Model, tuple[Variant, ...]] = {
    gru: (
        Variant(_FLIPPED, gru_flipped, f"{_HERE}gru_flipped"),
        Variant(_BEFORE, gru_reset_before, "model=verification.models.gru_reset_before"),
        Variant(f"{_BEFORE}, and {_FLIPPED}", gru_reset_before_flipped, f"{_HERE}gru_reset_before_flipped"),
        Variant(_TWO, gru_two_biases, f"{_HERE}gru_two_biases"),
    ),
    gru_reset_before: (
        Variant(_FLIPPED, gru_reset_before_flipped, f"{_HERE}gru_reset_before_flipped"),
        Variant(_AFTER, gru, "model=verification.models.gru"),
        Variant(f"{_AFTER}, and {_FLIPPED}", gru_flipped, f"{_HERE}gru_flipped"),
        Variant(f"the reset comes after the product, and {_TWO}", gru_two_biases, f"{_HERE}gru_two_biases"),
    ),
}


def variants(model: Model) -> tuple[Variant, ...]:
    """Those of a model; () for one of the user's own."""
    return VARIANTS.get(model, ())
