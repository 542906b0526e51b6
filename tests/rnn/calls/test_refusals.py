"""What a call refuses: parameters, states, lengths of records, weights of losses."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from rnn import GRU, LSTM, RNN, Chunked, Layer, Loss, Tail, Vanilla, squared_error
from rnn.calls.arguments import checked_params
from tests.rnn.refusals import of, of_each, refuse, table

N, T, D, H, K = 4, 6, 2, 3, 2
NET, LENGTHS = RNN(Vanilla(D, H), outputs=K), [3, 6, 1, 4]
GIVEN = {
    "params": NET.init(np.random.default_rng(0)),
    "xs": np.ones((N, T, D)),
    "targets": np.ones((N, T, K)),
}
LAST = {**GIVEN, "targets": np.ones((N, K))}
IN_HALF = {
    "params": GIVEN["params"]._make(block.astype("f2") for block in GIVEN["params"]),
    "xs": GIVEN["xs"].astype("f2"),
    "targets": GIVEN["targets"].astype("f2"),
}
FULL = np.ones((3, 2), np.float32)
NO_RECORD, NO_STEP = np.ones((0, T, D)), np.ones((N, 0, D))
SQUARED = squared_error.value, squared_error.gradient
LARGE, LONGER = np.broadcast_to(1.0, (N, 2**50, D)), np.ones((N, T + 1, K))


def with_blocks(**others):
    """An argument of a call: parameters with other blocks."""
    return {"params": GIVEN["params"]._replace(**others)}


class TuplePair(tuple):
    """Stands in for a NamedTuple."""

    _fields = ("a", "b")
    _make = classmethod(lambda cls, blocks: cls(blocks))


def without_end():
    """More blocks than there are, of which one too many says so."""
    for _ in range(3):
        yield np.ones(2)
    pytest.fail("more blocks were asked for than are needed to see that there are too many")


def predicted(given):
    """What a cell of one input makes of a state."""
    cell, state = given
    net = RNN(cell, outputs=1)
    net.predict(net.init(np.random.default_rng(0), np.float32), np.ones((3, 2, 1), np.float32), state)


def went_back(truncation):
    """A layer's backward call, after records that end early."""
    layer = Layer(NET.cell)
    saved = layer.forward(GIVEN["params"][:3], GIVEN["xs"], lengths=LENGTHS).saved
    layer.backward(saved, np.ones((N, T, H)), truncation=truncation)


@table(
    *of(
        lambda given: checked_params(TuplePair, {"params.a": (2,), "params.b": (1, 2)}, given),
        ((np.ones(2),), TypeError, "params: tuple of 1, needed the arrays of rnn.TuplePair: a, b"),
        (3, TypeError, "params: 3, needed the arrays of rnn.TuplePair: a, b"),
        (without_end(), TypeError, "params: <generator …, needed the arrays of rnn.TuplePair: a, b"),
        ((np.ones(2), np.ones(2)), ValueError, "params.b: shape (2,), needed (1, 2)"),
        ((np.ones(2), np.ones((1, 2), "f4")), TypeError, "params.b: dtype float32, needed float64"),
    ),
    *of(
        predicted,
        ((LSTM(1, 2), FULL), TypeError, "h0: ndarray, needed (h0, c0), the state of LSTM"),
        ((LSTM(1, 2), (FULL, FULL[:2])), ValueError, "c0: shape (2, 2), needed (3, 2)"),
        ((GRU(1, 2), FULL.astype(float)), TypeError, "h0: dtype float64, needed float32 as the input"),
        ((Vanilla(1, 2), (FULL * np.nan,)), ValueError, "h0: nan at (0, 0), needed finite numbers"),
    ),
    *of_each(
        [
            lambda lengths: NET.loss_and_gradients(**GIVEN, lengths=lengths),
            lambda lengths: NET.loss_value(**GIVEN, lengths=lengths),
            lambda lengths: NET.predict(GIVEN["params"], GIVEN["xs"], lengths=lengths),
            lambda lengths: Layer(NET.cell).forward(GIVEN["params"][:3], GIVEN["xs"], lengths=lengths),
        ],
        ([1, 2, 0, 4], ValueError, "lengths: 0 at (2,), needed from 1 to 6, the number of steps"),
        ([1, 2, 3, 7], ValueError, "lengths: 7 at (3,), needed from 1 to 6, the number of steps"),
        ([1, 2, 3], ValueError, "lengths: shape (3,), needed (4,), one for each record"),
        (np.ma.array([1, 2, 3, 4]), TypeError, "lengths: a masked array, needed one without a mask"),
        (np.array([1.0, 2, 3, 4]), TypeError, "lengths: dtype float64, needed an array of integers"),
        ([1.0, 2, 3, 4], TypeError, "lengths: list, needed an array of integers"),
    ),
    *of_each(
        # With lengths arrays have to fit as without, whatever is padding.
        [
            lambda wrong, call=call, given=given: call(**GIVEN | given | wrong)
            for call in (NET.loss_and_gradients, NET.loss_value)
            for given in ({}, {"lengths": LENGTHS})
        ],
        ({"xs": [[1.0], [1.0, 2.0]]}, TypeError, "xs: list, needed an array of numbers (…inhomogeneous"),
        ({"xs": np.ones((N, T, D), "f4")}, TypeError, "xs: dtype float32, needed float64"),
        ({"xs": LARGE}, MemoryError, "xs: shape (4, 1125899906842624, 2), needed"),
        ({"xs": np.ones((N, T, 9))}, ValueError, f"xs: shape ({N}, {T}, 9), needed (N, T, {D})"),
        ({"xs": np.ones((N, D))}, ValueError, f"xs: shape ({N}, {D}), needed (N, T, {D})"),
        (IN_HALF, TypeError, "params.U: dtype float16, needed float32, float64"),
        ({"h0": np.ones((1, N, H))}, ValueError, f"h0: shape (1, {N}, {H}), needed ({N}, {H})"),
        ({"xs": np.full((N, T, D), np.inf)}, ValueError, "xs: inf at (0, 0, 0), needed finite numbers"),
        ({"xs": NO_RECORD, "targets": NO_RECORD}, ValueError, "xs: shape (0, 6, 2), needed (N, T"),
        ({"xs": NO_STEP, "targets": NO_STEP}, ValueError, "xs: shape (4, 0, 2), needed (N, T"),
        ({"xs": np.ma.ones((N, T, D))}, TypeError, "xs: a masked array, needed one without a mask"),
        ({"xs": np.ones(N)}, ValueError, f"xs: shape ({N},), needed (N, T, {D}), each of N, T at least 1"),
        ({"targets": [[1.0], [1.0, 2.0]]}, TypeError, "targets: list, needed an array of numbers"),
        ({"targets": np.ones((N + 1, T, K))}, ValueError, "targets: shape (5, 6, 2), needed (4, 6, 2) or"),
        ({"targets": LONGER}, ValueError, "targets: shape (4, 7, 2), needed (4, 6, 2) or (4, 2)"),
        ({"targets": np.ones((N, T, K), "f4")}, TypeError, "targets: dtype float32, needed float64"),
        ({"h0": ()}, TypeError, "h0: tuple of 0, needed (h0,), the state of Vanilla"),
        ({"h0": (np.ones((N, H)),) * 2}, TypeError, "h0: tuple of 2, needed (h0,), the state of Vanilla"),
        (with_blocks(W=np.ones((H, 1))), ValueError, "params.W: shape (3, 1), needed"),
        (with_blocks(V=np.ones((1, 1))), ValueError, "params.V: shape (1, 1), needed"),
        (with_blocks(c=np.ones(1)), ValueError, "params.c: shape (1,), needed (2,)"),
        (with_blocks(b=np.ma.ones(H)), TypeError, "params.b: a masked array, needed"),
        (with_blocks(U=np.ones((H, D), int)), TypeError, "params.U: dtype int64, need"),
    ),
    # It would truncate each record in another way.
    *of_each(
        [
            lambda truncation: NET.loss_and_gradients(**GIVEN, truncation=truncation, lengths=LENGTHS),
            went_back,
        ],
        *(
            (
                each,
                ValueError,
                f"truncation: {each}, needed one that does not count from the end, as rnn.Window(5)",
            )
            for each in (Tail(2), Chunked(3, 2), Tail(0))
        ),
    ),
    *of_each(
        [lambda w: NET.loss_and_gradients(**GIVEN, weights=w), lambda w: NET.loss_value(**GIVEN, weights=w)],
        (-np.ones((N, T)), ValueError, "weights: -1.0 at (0, 0), needed numbers of at least 0"),
        (np.ma.ones(N), TypeError, "weights: a masked array, needed one without a mask"),
        (np.ones(N, "f4"), TypeError, "weights: dtype float32, needed float64"),
        (np.ones((T, N)), ValueError, "weights: shape (6, 4), needed (4,) or (4, 6)"),
    ),
    *(
        (partial(call, **LAST, weights=np.ones((N, T))), ValueError, "weights: shape (4, 6), needed (4,)")
        for call in (NET.loss_and_gradients, NET.loss_value)
    ),
    # Weights need a loss that tells what each place adds.
    *of(
        lambda loss: replace(NET, loss=loss).loss_and_gradients(**GIVEN, weights=np.ones(N)),
        (Loss("alone", *SQUARED), TypeError, "RNN.loss: alone, needed one with each, as"),
        (
            Loss("wrong", *SQUARED, lambda o, y: 0.0),
            TypeError,
            "RNN.loss: wrong, needed each of shape (6, 4)",
        ),
    ),
)
def test_what_does_not_fit_is_refused(call, error, said):
    """By its name, with what was given and what is needed, in every call that takes it."""
    refuse(call, error, said)
