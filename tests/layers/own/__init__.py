"""Models as users write them, of states and inputs of several shapes, each with a right layer and faults."""

from dataclasses import dataclass
from types import ModuleType

from tests.layers.own import delta_rule, gated_attention, mlstm, projected_lstm, selective_scan, slstm


@dataclass(frozen=True)
class Own:
    """A module with MODEL, forward and backward; ``faults``: lines of it, and what stands there instead."""

    module: ModuleType
    faults: tuple[tuple[str, str], ...]


OWN = (
    Own(
        projected_lstm,
        (
            ("d_R += dh.T @ (o * s)", "d_R += dh.T @ s"),
            ("dm = dh @ R", "dm = d_outputs[:, t] @ R"),
            ("dc = dc + dm * o * (1 - s * s)", "dc = dc + dm * o * (1 - s)"),
        ),
    ),
    Own(
        gated_attention,
        (
            ("d_a[:, t] = (dS * states[t])", "d_a[:, t] = (dS * states[t + 1])"),
            ("dS = a[:, t, ..., None] * dS\n", "dS = a[:, t - 1, ..., None] * dS\n"),
            ("do, states[t + 1])", "do, states[t])"),
        ),
    ),
    Own(
        delta_rule,
        (
            ('d_k[:, t] += np.einsum("nvk,nv->nk", states[t], d_error)\n', "\n"),
            ("-(pulled * error).sum(axis=1)", "-(pulled * v[:, t]).sum(axis=1)"),
            ("dS = dS + d_error[:, :, None]", "dS = dS - d_error[:, :, None]"),
        ),
    ),
    Own(
        selective_scan,
        (
            ("d_exponent, s[:, t])", "d_exponent, delta[:, t])"),
            ("written * x[:, t] - (d_exponent * A).sum(axis=-1)", "written * x[:, t]"),
            ("d_exponent = dh * states[t] * decays[t]", "d_exponent = dh * states[t + 1] * decays[t]"),
        ),
    ),
    Own(
        slstm,
        (
            ("dn = dn - (dh * h).sum(axis=1)", "dn = dn + (dh * h).sum(axis=1)"),
            ("dm = dm - de - dk", "dm = dm - de"),
            ("d_W += dz.T @ h_prev", "d_W += dz.T @ h"),
        ),
    ),
    Own(
        mlstm,
        (
            ("+ d_along * n\n", "\n"),
            ("* np.sign(along), 0)", ", 0)"),
            ("dn = dn + d_along * q[:, t]", "dn = d_along * q[:, t]"),
        ),
    ),
)
