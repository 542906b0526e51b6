"""The gated scan: a first-order scan whose input is weighed by what the gate leaves.

    h′ = a_t ⊙ h + share(a_t) ⊙ x_t        a_t, x_t (N, H), a_t of 0 or above, below 1

``gated_scan`` has the share 1 − a, as minLSTM (with a = f / (f + i)), HGRN and the pooling of a QRNN. minGRU
and kernels of QRNNs take z = 1 − a in its place, (1 − z) ⊙ h + z ⊙ x: ``variants.gated_scan_of_updates``.
``rg_lru`` has √(1 − a²), as RG-LRU, whose input is i ⊙ x there.

Sources: Feng et al., *Were RNNs all we needed?*, arXiv 2410.01201, section 3; Bradbury et al.,
*Quasi-recurrent neural networks*, arXiv 1611.01576, section 2.1; Qin et al., *Hierarchically gated recurrent
neural network*, arXiv 2311.04823, equation 2; De et al., *Griffin*, arXiv 2402.19427, equation 4.
"""

from dataclasses import replace
from typing import Any

from verification.models.domains import below_1
from verification.models.exponentials import rest, root
from verification.models.model import Block, Model, Use


def step(f: Any, p: Any, x: Any, h: Any) -> Any:
    """h (…, N, H), after x.a and x.x of the same shape."""
    return x.a * h + f.share(x.a) * x.x


gated_scan = Model(
    name="gated_scan",
    blocks=(
        Block("a", ("H",), Use.INPUT, meaning="gate, of what is kept", domain=below_1),
        Block("x", ("H",), Use.INPUT, meaning="inputs"),
        Block("h0", ("H",), Use.STATE, meaning="initial state"),
    ),
    step=step,
    functions={"share": (rest,)},
)

rg_lru = replace(gated_scan, name="rg_lru", functions={"share": (root,)})
