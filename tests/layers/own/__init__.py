"""Models as users write them, of states and inputs of several shapes, each with a right layer and faults."""

from dataclasses import dataclass
from types import ModuleType

from tests.layers.own import (
    delta_rule,
    embedding,
    gated_attention,
    grouped_attention,
    mlstm,
    projected_lstm,
    selective_scan,
    short_convolution,
    slstm,
    two_outputs,
)


@dataclass(frozen=True)
class Wrong:
    """A line of a layer, what stands there instead, and the blocks whose gradients are told to be wrong."""

    right: str
    wrong: str
    blocks: tuple[str, ...]


@dataclass(frozen=True)
class Own:
    """A module with MODEL, forward and backward, and faults of its own."""

    module: ModuleType
    faults: tuple[Wrong, ...]


ALL = ("U", "W", "b", "xs", "h0", "c0")

OWN = (
    Own(
        projected_lstm,
        (
            Wrong("d_R += dh.T @ (o * s)", "d_R += dh.T @ s", ("R",)),
            Wrong("dm = dh @ R", "dm = d_outputs[:, t] @ R", ALL),
            Wrong(
                "dc = dc + dm * o * (1 - s * s)", "dc = dc + dm * o * (1 - s)", ("U", "W", "b", "xs", "h0")
            ),
        ),
    ),
    Own(
        gated_attention,
        (
            Wrong("d_a[:, t] = (dS * states[t])", "d_a[:, t] = (dS * states[t + 1])", ("g",)),
            Wrong(
                "dS = a[:, t, ..., None] * dS\n", "dS = a[:, t - 1, ..., None] * dS\n", ("k", "v", "g", "S0")
            ),
            Wrong("do, states[t + 1])", "do, states[t])", ("q",)),
        ),
    ),
    Own(
        delta_rule,
        (
            Wrong('d_k[:, t] += np.einsum("nvk,nv->nk", states[t], d_error)\n', "\n", ("k",)),
            Wrong("-(pulled * error).sum(axis=1)", "-(pulled * v[:, t]).sum(axis=1)", ("beta",)),
            Wrong("dS = dS + d_error[:, :, None]", "dS = dS - d_error[:, :, None]", ("S0",)),
        ),
    ),
    Own(
        selective_scan,
        (
            Wrong("d_exponent, s[:, t])", "d_exponent, delta[:, t])", ("A",)),
            Wrong("written * x[:, t] - (d_exponent * A).sum(axis=-1)", "written * x[:, t]", ("delta",)),
            Wrong("dh * states[t] * decays[t]", "dh * states[t + 1] * decays[t]", ("A", "delta")),
            Wrong("d_tau += (written", "d_tau[...] = (written", ("tau",)),
        ),
    ),
    Own(
        slstm,
        (
            Wrong("dn = dn - (dh * h).sum(axis=1)", "dn = dn + (dh * h).sum(axis=1)", ("w_i", "w_f", "xs")),
            Wrong("dm = dm - de - dk", "dm = dm - de", ("w_i", "xs")),
            Wrong("d_W += dz.T @ h_prev", "d_W += dz.T @ h", ("W",)),
        ),
    ),
    Own(
        mlstm,
        (
            Wrong("+ d_along * n\n", "\n", ("q",)),
            Wrong("* np.sign(along), 0)", ", 0)", ("q", "k", "n0")),
            Wrong("dn = dn + d_along * q[:, t]", "dn = d_along * q[:, t]", ("k",)),
        ),
    ),
    Own(
        short_convolution,
        (
            # The kernel in reverse, as where a convolution stands for a correlation.
            Wrong("+= da * w[:, j]", "+= da * w[:, WIDTH - 1 - j]", ("x", "past")),
            Wrong("d_padded[:, : WIDTH - 1].swap", "0 * d_padded[:, : WIDTH - 1].swap", ("past",)),
            Wrong("d_padded[:, steps:] = d_past", "d_padded[:, steps:] = 0 * d_past", ("x", "past")),
        ),
    ),
    Own(
        grouped_attention,
        (
            # Heads of queries that are taken for those of keys in turns, as np.tile has them.
            Wrong(
                "grouped(q[:, t], heads), do)",
                "q[:, t].reshape(len(q), -1, heads, q.shape[3]).swapaxes(1, 2), do)",
                ("k", "v", "g", "S0"),
            ),
            # The last of each group alone.
            Wrong(
                'np.einsum("nagk,nagv->nakv", grouped(q[:, t], heads), do)',
                'np.einsum("nak,nav->nakv", grouped(q[:, t], heads)[:, :, -1], do[:, :, -1])',
                ("k", "v", "g", "S0"),
            ),
            Wrong('"nagv,nakv->nagk", do, states[t + 1]', '"nagv,nakv->nagk", do, states[t]', ("q",)),
        ),
    ),
    Own(
        embedding,
        (
            # Of a token that is there twice one gradient counts.
            Wrong("np.add.at(d_E, token[:, t], da)", "d_E[token[:, t]] += da", ("E",)),
            Wrong("da @ W, dh)", "da @ W, 0 * dh)", ("h0",)),
            Wrong("dh * (1 - values[t] ** 2), 0)", "dh * (1 - values[t] ** 2), dh)", ("E", "W", "b")),
        ),
    ),
    Own(
        two_outputs,
        (
            Wrong("@ V + d_energy[:, t, None] * h", "@ V", ("U", "W", "b", "xs", "h0")),
            Wrong("d_y[:, t] @ V + d", "d_y[:, t] @ V * (1 - h * h) + d", ("U", "W", "b", "xs", "h0")),
            Wrong("d_V += d_y[:, t].T @ h\n", "d_V += d_y[:, t].T @ states[t]\n", ("V",)),
        ),
    ),
)
