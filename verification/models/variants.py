"""Other conventions of the same name, which an engine may compute in place of a model.

The forward of a layer that disagrees with the model is compared with these before it is called wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from verification.models.delta_rule import delta_rule, gated_delta_rule
from verification.models.domains import between_0_and_1, not_positive, positive
from verification.models.exponentials import exp
from verification.models.gated_linear_attention import (
    gated_linear_attention,
    rwkv6,
    scalar_gated_linear_attention,
)
from verification.models.gated_scan import gated_scan, rg_lru
from verification.models.gru import GATES, gru
from verification.models.gru_reset_before import gru_reset_before
from verification.models.mlstm import mlstm
from verification.models.model import Block, Domain, Model, NamedArrays, Use
from verification.models.parts import parts
from verification.models.product import rows
from verification.models.readout import bias
from verification.models.scan import scan
from verification.models.selective_scan import selective_scan


@dataclass(frozen=True, eq=False)
class Variant:
    """Another model, how it differs, and the argument with which a user selects it."""

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
    """Two biases, as in PyTorch and cuDNN: each product has a bias of three gates."""
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


def zoned_out(model: Model) -> Model:
    """The model whose first state changes only where a given mask (H,) of 0 and 1 is 1: zoneout.

    haste's layers are ``zoned_out(gru_two_biases)``, gates in the order z, r, n, and ``zoned_out(lstm)``, in
    the order i, g, f, o, whose cell state always changes.

    Source: Krueger et al., *Zoneout*, arXiv 1606.01305, section 3.
    """
    (state, *_), inputs = model.of(Use.STATE), model.of(Use.INPUT)

    def step(f: Any, p: Any, x: Any, *before: Any) -> Any:
        new, *others = model.advance(f, p, {block.name: x[block.name] for block in inputs}, before)
        return (x.mask * new + (1 - x.mask) * before[0], *others)

    mask = Block("mask", state.axes, Use.INPUT, meaning="1 where the new state is taken", below=2)
    name = f"{model.name}_zoned_out"
    return replace(model, name=name, blocks=(*model.blocks, mask), step=step, in_chunks=None)


def _scaled(model: Model) -> Model:
    """The model whose queries are divided by √K before they read."""
    plain = model.output
    assert callable(plain)  # of who has queries

    def output(f: Any, p: Any, x: Any, *state: Any) -> Any:
        # In the type of the numbers, whatever that is.
        root = np.asarray(np.sqrt(np.longdouble(x.q.shape[-1])), x.q.dtype)
        return plain(f, p, NamedArrays({**x, "q": x.q / root}), *state)

    return replace(model, name=f"{model.name}_scaled", output=output)


def _of_decays(model: Model) -> Model:
    """The model whose g is the decay itself."""
    functions = {**model.functions, "decay": ("identity",)}
    blocks = _with_domain(model, "g", between_0_and_1)
    return replace(model, name=f"{model.name}_of_decays", blocks=blocks, functions=functions)


def _of_logarithms(model: Model) -> Model:
    """The model whose a is the logarithm of the decay."""
    plain = model.step

    def step(f: Any, p: Any, x: Any, h: Any) -> Any:
        return plain(f, p, NamedArrays({**x, "a": f.decay(x.a)}), h)

    functions = {**model.functions, "decay": (exp,)}
    blocks = _with_domain(model, "a", not_positive)
    return replace(model, name=f"{model.name}_of_logarithms", blocks=blocks, functions=functions, step=step)


def _taken(f: Any, p: Any, x: Any, h: Any) -> Any:
    """h′ = (1 − a) ⊙ h + a ⊙ x."""
    return f.share(x.a) * h + x.a * x.x


def _with_domain(model: Model, name: str, domain: Domain | None) -> tuple[Block, ...]:
    return tuple(replace(block, domain=domain) if block.name == name else block for block in model.blocks)


def _log_decays(f: Any, p: Any, x: Any, h: Any) -> Any:
    """A = −exp(A), as Mamba stores it."""
    return selective_scan.step(f, NamedArrays({**p, "A": -f.decay(p.A)}), x, h)


gated_linear_attention_scaled = _scaled(gated_linear_attention)
scalar_gated_linear_attention_scaled = _scaled(scalar_gated_linear_attention)
rwkv6_scaled = _scaled(rwkv6)
delta_rule_scaled = _scaled(delta_rule)
gated_delta_rule_scaled = _scaled(gated_delta_rule)
mlstm_scaled = _scaled(mlstm)

gated_linear_attention_of_decays = _of_decays(gated_linear_attention)
scalar_gated_linear_attention_of_decays = _of_decays(scalar_gated_linear_attention)
rwkv6_of_decays = _of_decays(rwkv6)
gated_delta_rule_of_decays = _of_decays(gated_delta_rule)

scan_of_logarithms = _of_logarithms(scan)
gated_scan_of_logarithms = _of_logarithms(gated_scan)
rg_lru_of_logarithms = _of_logarithms(rg_lru)

gated_scan_of_updates = replace(gated_scan, name="gated_scan_of_updates", step=_taken)

selective_scan_of_logarithms = replace(
    selective_scan,
    name="selective_scan_of_logarithms",
    blocks=_with_domain(selective_scan, "A", None),
    step=_log_decays,
)
selective_scan_of_sizes = replace(
    selective_scan,
    name="selective_scan_of_sizes",
    blocks=_with_domain(selective_scan, "delta", positive),
    functions={**selective_scan.functions, "size": ("identity",)},
)

_HERE = "model=verification.models.variants."
_FLIPPED = "z weighs the candidate and 1 − z the state"
_BEFORE = "the reset comes before the product"
_TWO = "it has two biases of three gates each, as PyTorch's"
_AFTER = "the reset comes after the product, with a bias bn of its own"


def _here(words: str, model: Model) -> Variant:
    return Variant(words, model, f"{_HERE}{model.name}")


_SCALED = "queries are scaled by 1/√K"
_DECAY = "g is the decay itself, and not its logarithm"
_LOGARITHM = "a is the logarithm of the decay"

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
    gated_linear_attention: (
        _here(_SCALED, gated_linear_attention_scaled),
        _here(_DECAY, gated_linear_attention_of_decays),
    ),
    scalar_gated_linear_attention: (
        _here(_SCALED, scalar_gated_linear_attention_scaled),
        _here(_DECAY, scalar_gated_linear_attention_of_decays),
    ),
    rwkv6: (_here(_SCALED, rwkv6_scaled), _here(_DECAY, rwkv6_of_decays)),
    delta_rule: (_here(_SCALED, delta_rule_scaled),),
    gated_delta_rule: (_here(_SCALED, gated_delta_rule_scaled), _here(_DECAY, gated_delta_rule_of_decays)),
    mlstm: (_here(_SCALED, mlstm_scaled),),
    scan: (_here(_LOGARITHM, scan_of_logarithms),),
    gated_scan: (
        _here(_LOGARITHM, gated_scan_of_logarithms),
        _here("a weighs the input and 1 − a the state", gated_scan_of_updates),
    ),
    rg_lru: (_here(_LOGARITHM, rg_lru_of_logarithms),),
    selective_scan: (
        _here("A is kept as the logarithm of −A", selective_scan_of_logarithms),
        _here("delta is the step size itself, after softplus", selective_scan_of_sizes),
    ),
}


def variants(model: Model) -> tuple[Variant, ...]:
    """The variants of a model; () for one of the user's own."""
    return VARIANTS.get(model, ())
