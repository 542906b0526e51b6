"""Faults of hand-written backwards, planted in plain layers, each with what a diagnosis owes it.

Most were found in public code, as their stories say; the others are slips of the same kind.
"""

from tests.layers.faults.delta_rule import DELTA_RULE
from tests.layers.faults.fault import LayerFault
from tests.layers.faults.gated_linear_attention import GATED_LINEAR_ATTENTION
from tests.layers.faults.gated_scan import GATED_SCAN
from tests.layers.faults.gru import GRU
from tests.layers.faults.lstm import LSTM
from tests.layers.faults.lstm_conditions import CONDITIONS
from tests.layers.faults.lstm_conduct import CONDUCT
from tests.layers.faults.mlstm import MLSTM
from tests.layers.faults.projected_lstm import PROJECTED_LSTM
from tests.layers.faults.scan import SCAN
from tests.layers.faults.selective_scan import SELECTIVE_SCAN
from tests.layers.faults.slstm import SLSTM
from tests.layers.faults.vanilla import VANILLA

FAULTS: tuple[LayerFault, ...] = (
    *(*LSTM, *CONDUCT, *CONDITIONS, *GRU, *SCAN, *VANILLA, *GATED_SCAN),
    *(*GATED_LINEAR_ATTENTION, *SELECTIVE_SCAN, *DELTA_RULE, *PROJECTED_LSTM),
    *(*MLSTM, *SLSTM),
)

__all__ = ["FAULTS", "LayerFault"]
