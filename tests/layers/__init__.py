"""Right layers in plain NumPy, and faults planted in their text."""

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.evidence.mutants.patch import replaced_once
from tests.layers import lstm
from tests.layers.chunked import gated_linear_attention as chunked_gated_linear_attention
from tests.layers.chunked import mlstm as chunked_mlstm
from tests.layers.chunked import rwkv6 as chunked_rwkv6
from verification import layer, models
from verification.adapters.layer import LayerAdapter
from verification.models.model import Model

# Of every shipped model; a complex one has the layer of the real one.
RIGHT = tuple(
    (model, import_module(f"tests.layers.{model.name.removeprefix('complex_')}")) for model in models.SHIPPED
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


def lstm_that(does: str, **options: Any) -> LayerAdapter:
    """The layer of the LSTM that does this at the end of its backward, where all gradients are at hand."""
    right = 'return {"U": d_U, "W": d_W, "b": d_b}, d_xs, (dh, dc)'
    return lstm_with(right, f"{does}; {right}", **options)


def edited(module: ModuleType, *edits: tuple[str, str]) -> ModuleType:
    """The same with several lines, one after the other."""
    path = Path(module.__file__)
    text = path.read_text("utf-8")
    for right, wrong in edits:
        text = replaced_once(text, right, wrong, path.name)
    other = ModuleType(f"{module.__name__}_wrong")
    exec(compile(text, f"<{'; '.join(map(' → '.join, edits))}>", "exec"), other.__dict__)
    return other
