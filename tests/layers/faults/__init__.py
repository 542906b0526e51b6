"""Faults of hand-written backwards, planted in plain layers, each with what a diagnosis owes it.

Most were found in public code, as their names say; the others are slips of the same kind. What a case needs
on which one shows: ``records``, ``steps``, ``scale`` of its numbers, ``levels`` by factor of the designed
sample, drawn by ``seed``; ``scope``: what the layer claims. A fault of ``packed`` is of packed sequences.
"""

from importlib import import_module
from pathlib import Path
from types import ModuleType

from benchmarks.evidence.mutants.fault import Fault, read
from tests.layers import edited
from verification import models
from verification.models.model import Model
from verification.sampling.scope import Scope

FILES = (
    *("lstm", "lstm_conduct", "lstm_conditions", "gru", "scan", "vanilla", "gated_scan"),
    *("gated_linear_attention", "selective_scan", "delta_rule", "projected_lstm", "mlstm", "slstm", "sru"),
)
FAULTS = tuple(fault for name in FILES for fault in read(Path(__file__).with_name(f"{name}.faults")))
# Of sizes, and of numbers, that ``FAULTS``' own test has no case of.
SIZES, SWITCHES = (read(Path(__file__).with_name(f"{name}.faults")) for name in ("sizes", "switches"))


def planted(fault: Fault) -> ModuleType:
    """The wrong layer."""
    (edit,) = fault.edits
    made = edited(import_module(f"tests.layers.{edit.module}"), (edit.right, edit.wrong))
    if edit.module == "packed":
        of_layer: ModuleType = made.of(import_module(f"tests.layers.{fault.cell}"))
        return of_layer
    return made


def model_of(fault: Fault) -> Model:
    """The model that it is judged by."""
    model: Model = getattr(models, fault.cell)
    return model


def scope_of(fault: Fault) -> Scope | None:
    """What the layer claims, where it is not all that its model allows."""
    return Scope(**fault.case["scope"]) if "scope" in fault.case else None
