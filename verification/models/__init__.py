"""The included models, one per file. Each file's docstring has the equations.

Your own model is another ``verification.Model``, in a file of your own.
"""

from verification.models.delta_rule import delta_rule, gated_delta_rule, momentum_delta_rule, rwkv7
from verification.models.gated_linear_attention import (
    gated_linear_attention,
    rwkv6,
    scalar_gated_linear_attention,
)
from verification.models.gated_scan import gated_scan, rg_lru
from verification.models.gru import gru
from verification.models.gru_reset_before import gru_reset_before
from verification.models.linear import complex_linear, linear
from verification.models.lstm import lstm
from verification.models.mlstm import mlstm
from verification.models.projected_lstm import projected_lstm
from verification.models.scan import complex_scan, scan
from verification.models.selective_scan import selective_scan
from verification.models.slstm import slstm
from verification.models.sru import sru
from verification.models.stack import stack, stacked
from verification.models.vanilla import vanilla

SHIPPED = (
    *(vanilla, lstm, gru, gru_reset_before, linear, complex_linear, scan, complex_scan, gated_scan, rg_lru),
    *(gated_linear_attention, scalar_gated_linear_attention, rwkv6),
    *(selective_scan, delta_rule, gated_delta_rule, rwkv7, momentum_delta_rule),
    *(projected_lstm, sru, mlstm, slstm, stack),
)

__all__ = [
    "SHIPPED",
    "complex_linear",
    "complex_scan",
    "delta_rule",
    "gated_delta_rule",
    "gated_linear_attention",
    "gated_scan",
    "gru",
    "gru_reset_before",
    "linear",
    "lstm",
    "mlstm",
    "momentum_delta_rule",
    "projected_lstm",
    "rg_lru",
    "rwkv6",
    "rwkv7",
    "scalar_gated_linear_attention",
    "scan",
    "selective_scan",
    "slstm",
    "sru",
    "stack",
    "stacked",
    "vanilla",
]
