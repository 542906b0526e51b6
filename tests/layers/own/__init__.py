"""Models as users write them, of states and inputs of several shapes, each with a right layer and faults.

Each module has MODEL, forward and backward. The blocks that are told to be wrong are in a fault's ``case``.
"""

from importlib import import_module
from pathlib import Path

from benchmarks.evidence.mutants.fault import read

OWN = tuple(
    import_module(f"tests.layers.own.{name}")
    for name in (
        *("delta_rule", "selective_scan", "slstm", "short_convolution"),
        *("grouped_attention", "embedding", "two_outputs"),
    )
)
FAULTS = read(Path(__file__).with_name("own.faults"))
