"""Right layers in plain NumPy, and faults planted in their text."""

from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.evidence.mutants.patch import replaced_once
from tests.layers import (
    delta_rule,
    gated_delta_rule,
    gated_linear_attention,
    gated_scan,
    gru,
    gru_reset_before,
    linear,
    lstm,
    mlstm,
    momentum_delta_rule,
    projected_lstm,
    rg_lru,
    rwkv6,
    rwkv7,
    scalar_gated_linear_attention,
    scan,
    selective_scan,
    slstm,
    sru,
    stack,
    vanilla,
)
from tests.layers.chunked import gated_linear_attention as chunked_gated_linear_attention
from tests.layers.chunked import mlstm as chunked_mlstm
from tests.layers.chunked import rwkv6 as chunked_rwkv6
from verification import layer, models
from verification.adapters.layer import LayerAdapter
from verification.models.model import Model

RIGHT = (
    (models.vanilla, vanilla),
    (models.lstm, lstm),
    (models.gru, gru),
    (models.gru_reset_before, gru_reset_before),
    (models.linear, linear),
    (models.complex_linear, linear),
    (models.scan, scan),
    (models.complex_scan, scan),
    (models.gated_scan, gated_scan),
    (models.rg_lru, rg_lru),
    (models.gated_linear_attention, gated_linear_attention),
    (models.scalar_gated_linear_attention, scalar_gated_linear_attention),
    (models.rwkv6, rwkv6),
    (models.mlstm, mlstm),
    (models.slstm, slstm),
    (models.selective_scan, selective_scan),
    (models.delta_rule, delta_rule),
    (models.gated_delta_rule, gated_delta_rule),
    (models.rwkv7, rwkv7),
    (models.momentum_delta_rule, momentum_delta_rule),
    (models.projected_lstm, projected_lstm),
    (models.sru, sru),
    (models.stack, stack),
)

# In chunks, with a gate's gradient made by suffix sums, as their FORMS declare.
FORMED = (
    (models.gated_linear_attention, chunked_gated_linear_attention),
    (models.rwkv6, chunked_rwkv6),
    (models.mlstm, chunked_mlstm),
)


def planted(module: ModuleType, right: str, wrong: str) -> ModuleType:
    """The layer with one line of its text replaced, which must be there once."""
    return edited(module, (right, wrong))


def layer_with(model: Model, module: ModuleType, right: str, wrong: str, **options: Any) -> LayerAdapter:
    """It as a layer of that model."""
    made = planted(module, right, wrong)
    return layer(made.forward, made.backward, model=model, **options)


def lstm_with(right: str, wrong: str, **options: Any) -> LayerAdapter:
    """The layer of the LSTM with one line replaced."""
    return layer_with(models.lstm, lstm, right, wrong, **options)


def edited(module: ModuleType, *edits: tuple[str, str]) -> ModuleType:
    """The same with several lines, one after the other."""
    path = Path(module.__file__)
    text = path.read_text("utf-8")
    for right, wrong in edits:
        text = replaced_once(text, right, wrong, path.name)
    other = ModuleType(f"{module.__name__}_wrong")
    exec(compile(text, f"<{'; '.join(map(' → '.join, edits))}>", "exec"), other.__dict__)
    return other
