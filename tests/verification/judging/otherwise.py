"""Right layers written in other ways: each makes forward and backward of a plain layer's module.

Some change the plain layer's text, some call it in another way. None computes anything else, so none may ever
be refuted.
"""

import multiprocessing
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from importlib import import_module
from types import ModuleType

import numpy as np

from tests.layers import associative, at_once, chunked
from tests.layers.associative.prefix import blelloch, hillis_steele

FACTOR = r"(\w+(?:\[[^\]]+\])?(?:\.conj\(\))?)"
WIDER = {np.float32: np.float64, np.float64: np.longdouble, np.complex64: np.complex128}


class Unchanged(ValueError):
    """A way of writing a layer that leaves this one as it is."""


def edited(module, *edits, **names):
    """The layer with its text changed by regular expressions, and more names in it; raises Unchanged."""
    with open(module.__file__, encoding="utf-8") as file:
        text = plain = file.read()
    for pattern, by in edits:
        text = re.sub(pattern, by, text)
    if text == plain:
        raise Unchanged(module.__name__)
    other = ModuleType(f"{module.__name__}_otherwise")
    vars(other).update(names)
    exec(compile(text, f"<{module.__name__}, edited>", "exec"), vars(other))
    return other.forward, other.backward


def einsum(module):
    """Every product by einsum, which does not go through BLAS."""
    return edited(
        module,
        (rf"{FACTOR}\.T @ {FACTOR}", r'np.einsum("ki,kj->ij", \1, \2)'),
        (rf"{FACTOR} @ {FACTOR}\.T", r'np.einsum("ij,kj->ik", \1, \2)'),
        (rf"{FACTOR} @ {FACTOR}", r'np.einsum("ij,jk->ik", \1, \2)'),
    )


def columns(module):
    """W @ h.T in the place of h @ W.T."""
    return edited(module, (rf"{FACTOR} @ {FACTOR}\.T", r"(\2 @ \1.T).T"))


class Kahan:
    """A compensated sum that begins at zero."""

    def __init__(self, like):
        self.sum, self.rest = np.zeros_like(like), np.zeros_like(like)

    def __iadd__(self, addend):
        addend = addend - self.rest
        total = self.sum + addend
        self.rest = (total - self.sum) - addend
        self.sum = total
        return self


class LaterTruncation:
    """A sum that is taken at the end, from the last addend to the first."""

    def __init__(self, like):
        self.addends = [np.zeros_like(like)]

    def __iadd__(self, addend):
        self.addends.append(addend)
        return self

    @property
    def sum(self):
        """Of all of them."""
        return sum(reversed(self.addends))


def summed(kind, module):
    """Parameters' gradients by another sum."""
    forward, backward = edited(module, (r"np\.zeros_like\(", "Sum("), Sum=kind)

    def read(saved, d_outputs, d_state):
        d_params, d_xs, d_initial = backward(saved, d_outputs, d_state)
        return {name: d.sum if isinstance(d, kind) else d for name, d in d_params.items()}, d_xs, d_initial

    return forward, read


def some(which, xs):
    """Of inputs those of some records, or of some records and steps."""
    return {name: a[which] for name, a in xs.items()} if isinstance(xs, dict) else xs[which]


def of_records(module, records, params, xs, state, d_outputs, d_state):
    """Forward and backward of some records."""
    part = tuple(array[records] for array in state)
    outputs, final, saved = module.forward(params, some(records, xs), part)
    return outputs, final, *module.backward(saved, d_outputs[records], tuple(d[records] for d in d_state))


def joined(parts):
    """The gradients of parts of a batch, in its order."""
    d_params = {name: sum(part[2][name] for part in parts) for name in parts[0][2]}
    d_xs = in_a_row([part[3] for part in parts], axis=0)
    return d_params, d_xs, tuple(map(np.concatenate, zip(*(part[4] for part in parts), strict=True)))


def in_a_row(parts, axis):
    """Inputs, or their gradients, of parts: of records (axis 0), or of steps (axis 1)."""
    if isinstance(parts[0], dict):
        return {name: np.concatenate([part[name] for part in parts], axis) for name in parts[0]}
    return np.concatenate(parts, axis)


def one_by_one(run, module):
    """Each record by itself; ``run`` maps a function over them."""

    def forward(params, xs, state):
        return *module.forward(params, xs, state)[:2], (params, xs, state)

    def backward(saved, d_outputs, d_state):
        def work(n):
            return of_records(module, slice(n, n + 1), *saved, d_outputs, d_state)

        return joined(run(work, range(len(d_outputs))))

    return forward, backward


def in_threads(work, numbers):
    """Four at a time, each with what the caller says of overflow."""
    contexts = [copy_context() for _ in numbers]
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda context, n: context.run(work, n), contexts, numbers))


POOLED = []


def in_processes(work, numbers):
    """In processes that this one starts; what they work on is inherited."""
    POOLED.append(work)
    try:
        with multiprocessing.get_context("fork").Pool(2) as pool:
            return pool.map(_pooled, numbers)
    finally:
        POOLED.pop()


def _pooled(n):
    return POOLED[-1](n)


def backwards(module):
    """The records in the opposite order, so that sums over them are reversed."""

    def turned(xs):
        return some(slice(None, None, -1), xs)

    def forward(params, xs, state):
        outputs, final, saved = module.forward(params, turned(xs), tuple(map(turned, state)))
        return turned(outputs), tuple(map(turned, final)), saved

    def backward(saved, d_outputs, d_state):
        d_params, d_xs, d_initial = module.backward(saved, turned(d_outputs), tuple(map(turned, d_state)))
        return d_params, turned(d_xs), tuple(map(turned, d_initial))

    return forward, backward


RECOMPUTED = 3


def recomputed(module):
    """Keeps the state before every third step alone; the steps between are computed again on the way back."""

    def forward(params, xs, state):
        steps = (next(iter(xs.values())) if isinstance(xs, dict) else xs).shape[1]
        spans = [slice(first, first + RECOMPUTED) for first in range(0, steps, RECOMPUTED)]
        outputs, kept = [], []
        for span in spans:
            kept.append((span, state))
            o, state, _ = module.forward(params, some(np.s_[:, span], xs), state)
            outputs.append(o)
        return np.concatenate(outputs, axis=1), state, (params, xs, kept)

    def backward(saved, d_outputs, d_state):
        params, xs, kept = saved
        d_params, d_xs = [], []
        for span, state in reversed(kept):
            *_, tape = module.forward(params, some(np.s_[:, span], xs), state)
            of_params, of_xs, d_state = module.backward(tape, d_outputs[:, span], d_state)
            d_params.append(of_params)
            d_xs.append(of_xs)
        total = {name: sum(each[name] for each in d_params) for name in params}
        return total, in_a_row(d_xs[::-1], axis=1), d_state

    return forward, backward


def each(change, value):
    """The value with ``change`` made to every array in it."""
    if isinstance(value, dict):
        return {name: each(change, array) for name, array in value.items()}
    if isinstance(value, tuple):
        return tuple(each(change, array) for array in value)
    return change(value)


def wider(module):
    """In the next wider type, rounded once at the end."""

    def up(array):
        return array.astype(WIDER.get(array.dtype.type, np.clongdouble))

    def forward(params, xs, state):
        outputs, final, saved = module.forward(each(up, params), each(up, xs), each(up, state))
        dtype = state[0].dtype
        return outputs.astype(dtype), each(lambda a: a.astype(dtype), final), saved

    def backward(saved, d_outputs, d_state):
        found = module.backward(saved, up(d_outputs), each(up, d_state))
        return each(lambda a: a.astype(d_outputs.dtype), found)

    return forward, backward


def slopes_from_pre_activations(module):
    """By cosh, and by the sigmoid of both signs; each step's pre-activations are computed again."""
    name = module.__name__.rpartition(".")[2]
    edits = {
        "vanilla": (
            (
                r"da = \(dh \+ d_outputs\[:, t\]\) \* \(1 - h \* h\)",
                "a = xs[:, t] @ U.T + states[t] @ W.T + params['b']\n        "
                "da = (dh + d_outputs[:, t]) / np.cosh(a) ** 2",
            ),
        ),
        "lstm": (
            (
                r"dh = dh \+ d_outputs",
                "a_i, a_f, a_g, a_o = np.split(x @ U.T + h_prev @ W.T + params['b'], 4, axis=1)\n"
                "        dh = dh + d_outputs",
            ),
            (r"i \* \(1 - i\)", "sigmoid(a_i) * sigmoid(-a_i)"),
            (r"f \* \(1 - f\)", "sigmoid(a_f) * sigmoid(-a_f)"),
            (r"o \* \(1 - o\)", "sigmoid(a_o) * sigmoid(-a_o)"),
            (r"\(1 - g \* g\)", "/ np.cosh(a_g) ** 2"),
            (r"\* / ", "/ "),
        ),
    }[name]
    return edited(module, *edits)


def forward_mode(module):
    """Tangents along every entry: ∂/∂ each is what its own does to the loss. Of the vanilla layer."""

    def forward(params, xs, state):
        outputs, final, _ = module.forward(params, xs, state)
        return outputs, final, (params, xs, state)

    def backward(saved, d_outputs, d_state):
        params, xs, (h0,) = saved
        named = {**params, "xs": xs, "h0": h0}
        found = {name: np.zeros_like(array) for name, array in named.items()}
        for name, array in named.items():
            for index in np.ndindex(array.shape):
                tangents = {key: np.zeros_like(value) for key, value in named.items()}
                tangents[name][index] = 1
                found[name][index] = _along(named, tangents, d_outputs, d_state[0])
        d_h0, d_xs = found.pop("h0"), found.pop("xs")
        return found, d_xs, (d_h0,)

    return forward, backward


def _along(p, dp, d_outputs, d_final):
    h, dh, total = p["h0"], dp["h0"], 0
    for t in range(d_outputs.shape[1]):
        x, dx = p["xs"][:, t], dp["xs"][:, t]
        da = dx @ p["U"].T + x @ dp["U"].T + dh @ p["W"].T + h @ dp["W"].T + dp["b"]
        h = np.tanh(x @ p["U"].T + h @ p["W"].T + p["b"])
        dh = (1 - h * h) * da
        total = total + np.sum(d_outputs[:, t] * dh)
    return total + np.sum(d_final * dh)


def of_room(room, module):
    """The layer of the same name in another room."""
    return import_module(f"{room.__name__}.{module.__name__.rpartition('.')[2]}")


def in_one_go(room, module):
    """As that room writes it."""
    other = of_room(room, module)
    return other.forward, other.backward


def by_scan(prefix, module):
    """By an associative scan."""
    other = of_room(associative, module)
    return partial(other.forward, prefix=prefix), other.backward


def in_chunks(module):
    """Of a layer that is told how many steps a chunk has."""
    other = of_room(chunked, module)
    return partial(other.forward, chunk=CHUNK), other.backward


CHUNK = 3

# Those that are linear in their states, but for the stabiliser of an mLSTM, which is so over (max, +). The
# steps of a delta rule would be joined as whole matrices: it is computed in chunks.
SCANNED = (
    *("scan", "complex_scan", "linear", "complex_linear", "gated_scan", "rg_lru", "selective_scan"),
    *("gated_linear_attention", "scalar_gated_linear_attention", "rwkv6", "mlstm"),
)

# By name, and whether of every model or of these alone.
EVERY = {
    "einsum": einsum,
    "columns": columns,
    "Kahan": partial(summed, Kahan),
    "reversed sums": partial(summed, LaterTruncation),
    "per record": partial(one_by_one, lambda work, numbers: list(map(work, numbers))),
    "threads": partial(one_by_one, in_threads),
    "records backwards": backwards,
    "wider": wider,
    "recomputed": recomputed,
}
OF_SOME = {
    "Hillis-Steele": (partial(by_scan, hillis_steele), SCANNED),
    "Blelloch": (partial(by_scan, blelloch), SCANNED),
    "chunks": (in_chunks, ("gated_scan",)),
    "chunks of products": (
        partial(in_one_go, chunked),
        ("scalar_gated_linear_attention", "delta_rule", "gated_delta_rule"),
    ),
    # Nonlinear in h, so that no scan has it.
    "at once": (partial(in_one_go, at_once), ("slstm", "projected_lstm")),
    "slopes from pre-activations": (slopes_from_pre_activations, ("vanilla", "lstm")),
    "forward mode": (forward_mode, ("vanilla",)),
    "processes": (partial(one_by_one, in_processes), ("lstm",)),
}


def ways_of(model, module):
    """Forward and backward of a model's layer in the other ways, by name, but for those that leave it."""
    some = {name: way for name, (way, names) in OF_SOME.items() if model.name in names}
    found = {}
    for name, way in {**EVERY, **some}.items():
        with suppress(Unchanged):
            found[name] = way(module)
    return found
