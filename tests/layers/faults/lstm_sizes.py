"""Faults of an LSTM where several sizes are large at once, or that keep something from a certain size on."""

from functools import partial

from tests.layers import lstm
from tests.layers.faults.fault import LayerFault
from tests.layers.faults.lstm import RETURN
from verification import models

ZEROS = 'd_U, d_W, d_b = np.zeros_like(U), np.zeros_like(W), np.zeros_like(params["b"])'
SAVED = "saved.append((x, h_prev, c_prev, i, f, g, o, s))"
DA = "da = np.concatenate([d_i, d_f, d_g, d_o], axis=1)"
SUM = "d_U += da.T @ x"

_fault = partial(LayerFault, model=models.lstm, module=lstm)
_meet = partial(_fault, family="sizes that meet")
_kept = partial(
    _fault, family="kept at sizes", place="conduct", records=129, steps=4, sizes={"H": 128, "D": 16}
)


def _flat(of_type):
    """dx and db written through flattened positions of a type that is too narrow."""
    n = "len(d_xs) * d_xs.shape[1]"
    return (
        f"at = np.arange({n}).astype(np.{of_type}); "
        "d_xs = d_xs.reshape(-1, U.shape[1])[at].reshape(d_xs.shape); " + RETURN
    )


SIZES = (
    _meet(
        "a path for large work loses a share of the bias",
        RETURN,
        "work = len(d_xs) * d_xs.shape[1] * (U.size + W.size); "
        + RETURN.replace("d_b}", "d_b * (1 - 0.1 * (work > 2e8))}"),
        "size: b",
        records=129,
        steps=2,
        sizes={"H": 512, "D": 3},
    ),
    _meet(
        "flattened positions in int16",
        RETURN,
        _flat("int16"),
        "size: xs",
        records=129,
        steps=255,
        sizes={"H": 2, "D": 1},
    ),
    _meet(
        "flattened positions in uint16",
        RETURN,
        _flat("uint16"),
        "size: xs",
        records=129,
        steps=509,
        sizes={"H": 2, "D": 1},
    ),
    _meet(
        "blocks of 256 units, of which the last is left out",
        "d_W += da.T @ h_prev",
        "d_W += da.T @ (h_prev * (np.arange(h_prev.shape[1]) < 256))",
        "size: W",
        records=65,
        sizes={"H": 257},
    ),
    _meet(
        "blocks of 512 gates' rows are summed by the last record from 65,536 numbers on",
        "d_b += da.sum(axis=0)",
        "d_b += da.sum(axis=0) - (da[0] if h_prev.size >= 65536 else 0)",
        "size: b",
        records=129,
        steps=2,
        sizes={"H": 512, "D": 3},
    ),
    _meet(
        "from 65,536 numbers of a record's states on the first step is left out",
        SUM,
        "d_U += da.T @ x if t or len(tape) * W.shape[1] < 65536 else 0",
        "size: U",
        records=1,
        steps=512,
        sizes={"H": 129},
    ),
    _meet(
        "an ordinary training's tile of 32 records, steps, inputs and units is summed twice",
        RETURN,
        RETURN.replace("d_b}", "d_b * (1 + (min(*d_xs.shape, W.shape[1]) >= 32))}"),
        "size: b",
        records=32,
        steps=32,
        sizes={"H": 32, "D": 32},
    ),
    _kept(
        "the tape is from a pool by shape and type, from 4,096 numbers on",
        SAVED,
        """row = (x, h_prev, c_prev, i, f, g, o, s)
        if h.size >= 4096:
            pool = vars(forward).setdefault("pool", {})
            kept = pool.setdefault((t, x.shape, h.shape, h.dtype), tuple(map(np.empty_like, row)))
            for to, array in zip(kept, row):
                to[:] = array
            row = kept
        saved.append(row)""",
        caught_by="interleaved calls",
    ),
    _kept(
        "the output gate's slope is written over the gate, from 256 numbers on",
        "d_o = dh * s * o * (1 - o)",
        "d_o = dh * s * np.multiply(o, 1 - o, out=o if o.size >= 256 else None)",
        caught_by="second backward",
    ),
    _kept(
        "a workspace by shape without the type, from 2,048 numbers on",
        DA,
        f"""{DA}
        if da.size >= 2048:
            kept = vars(backward).setdefault("kept", {{}}).setdefault(da.shape, np.empty_like(da))
            kept[:] = da
            da = kept.astype(da.dtype)""",
        sizes={"H": 32, "D": 32},
        records=32,
        steps=32,
    ),
    _kept(
        "a buffer of the largest batch, of which a smaller one leaves a part as it was",
        DA,
        f"""{DA}
        if da.size >= 4096:
            kept = vars(backward).setdefault("kept", {{}})
            if len(kept.get(da.shape[1], ())) < len(da):
                kept[da.shape[1]] = np.zeros_like(da)
            kept[da.shape[1]][: len(da)] = da
            d_b += (kept[da.shape[1]][len(da) :].sum(axis=0)).astype(d_b.dtype)""",
    ),
    _kept(
        "W's copy is kept by the array that it was made of, from 4,096 numbers on",
        "    U, W = params",
        """    W = params["W"]
    if W.size >= 4096:
        kept = vars(backward).setdefault("kept", {})
        params = {**params, "W": kept.setdefault(id(W), (W, W.copy()))[1]}
    U, W = params""",
        caught_by="reused arrays",
    ),
    _kept(
        "the bias's gradient is answered in one array, from 512 numbers on",
        RETURN,
        """if d_b.size >= 512:
        kept = vars(backward).setdefault("kept", {}).setdefault((d_b.size, d_b.dtype), d_b)
        kept[:] = d_b
        d_b = kept
    """
        + RETURN,
        caught_by="second call",
    ),
)
