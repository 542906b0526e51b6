"""What a recursion over steps refuses: levels that do not fit, other states, workspaces and checkpoints."""

import numpy as np

from rnn import (
    GRU,
    LSTM,
    RNN,
    Bidirectional,
    BothEnds,
    Checkpoints,
    CompiledLoops,
    Stack,
    Tail,
    Vanilla,
    relu,
    sigmoid,
    tanh,
)
from rnn.through_time.recurrence import recurrence
from rnn.through_time.workspace import Workspace
from tests.rnn.fractions import as_fractions
from tests.rnn.refusals import of, of_each, refuse, table

NET = RNN(Vanilla(2, 3), outputs=2)
LEVELS, WAYS = Stack(GRU(1, 2), GRU(2, 2)), Bidirectional(GRU(1, 2))
UNLIKE = Stack(LSTM(1, 2), GRU(2, 3))
A_CELL = "needed a cell, as rnn.Vanilla(inputs=1, units=16)"
OWN = "xs (2, 4, 2) of float64 and 3 units of Vanilla"
LARGE = [(10**9, 10**9), (1, 10**18), (10**18, 1), (10**15, 2)]


class Other(Vanilla):
    """Another cell of the same sizes."""


def gradients_of(cell, steps=3):
    """Gradients of a loss on the last step, with other arguments."""

    def called(given):
        net = RNN(cell, outputs=1)
        data = net.init(np.random.default_rng(0)), np.ones((1, steps, cell.inputs)), np.ones((1, 1))
        return net.loss_and_gradients(*data, **given)

    return called


def with_workspace(given):
    """Gradients of a network of three units, of 2 records of 4 steps, in a workspace."""
    data = NET.init(np.random.default_rng(0)), np.ones((2, 4, 2)), np.ones((2, 2))
    return NET.loss_and_gradients(*data, **given)


def in_fractions(f):
    """A prediction, and the workspace of one, in Fractions."""
    net = RNN(Vanilla(1, 1, f), outputs=1)
    params = net.init(np.random.default_rng(0))
    yield lambda _: net.workspace(2, 4, object)
    yield lambda _: net.predict(
        type(params)(*(as_fractions(np.ones(block.shape)) for block in params)),
        as_fractions(np.ones((1, 2, 1))),
    )


@table(
    *of(
        lambda given: recurrence("net.cell", given),
        *((given, TypeError, f"net.cell: {given}, {A_CELL}") for given in (None, 3, LSTM, Stack)),
    ),
    *of(
        lambda levels: Stack(*levels),
        ((), TypeError, "Stack: no levels, needed at least one cell, as rnn.LSTM(inputs=1"),
        ((LSTM(1, 2), 3), TypeError, "Stack.levels[1]: 3, needed a cell, as rnn.Vanilla("),
        (
            (LSTM(1, 2), GRU(3, 2)),
            ValueError,
            "Stack.levels[1]: GRU(inputs=3, units=2), needed 2 inputs, as many as the level below has units$",
        ),
    ),
    (
        lambda: RNN(Stack(LSTM(1, 2), Other(2, 2)), 1, loops=CompiledLoops()),
        TypeError,
        "RNN.loops: CompiledLoops() of Other(inputs=2, units=2), needed rnn.Vanilla, rnn.LSTM or rnn.GRU "
        "with activations of rnn$",
    ),
    (lambda: Bidirectional(3), TypeError, "Bidirectional.cell: 3, needed a cell, as rnn.Vanilla("),
    (lambda: BothEnds(WAYS), TypeError, "BothEnds.cell: Bidirectional(GRU(inputs=1, units=2)), needed a"),
    (lambda: Bidirectional(WAYS), TypeError, "Bidirectional.cell: Bidirectional(GRU(…)), needed a cell, or"),
    *of(
        gradients_of(WAYS),
        ({"truncation": Tail(1), "lengths": [2]}, ValueError, "truncation: Tail(k=1), needed one that does"),
        ({"masks": ()}, TypeError, "masks: tuple of 0, needed None, with Bidirectional(GRU)"),
        ({"h0": np.ones((1, 2))}, TypeError, "h0: ndarray, needed (h0, h0_reverse), the state of"),
        (
            {"workspace": RNN(LEVELS, 1).workspace(1, 3)},
            ValueError,
            "workspace: for xs (1, 3, 1) of float64 and a stack of 2 units of GRU, 2 units of GRU, needed "
            "one for xs (1, 3, 1) of float64 and 2 units of GRU in both directions$",
        ),
    ),
    *of(
        gradients_of(LEVELS),
        ({"masks": [np.ones((1, 3, 2))] * 2}, TypeError, "masks: list of 2, needed 1 arrays"),
        ({"masks": 3}, TypeError, "masks: 3, needed 1 arrays, one for each level but the one on top"),
        ({"masks": [np.ma.ones((1, 3, 2))]}, TypeError, "masks[0]: a masked array, needed one without"),
        ({"masks": [np.ones((1, 3, 2), "f4")]}, TypeError, "masks[0]: dtype float32, needed float64"),
        ({"masks": [np.ones((1, 3, 1))]}, ValueError, "masks[0]: shape (1, 3, 1), needed (1, 3, 2"),
        ({"masks": [np.full((1, 3, 2), np.inf)]}, ValueError, "masks[0]: inf at (0, 0, 0), needed"),
    ),
    (
        lambda: gradients_of(Stack(GRU(1, 2), BothEnds(GRU(2, 2))))({"truncation": Tail(1)}),
        ValueError,
        "truncation: Tail(k=1), needed rnn.Full() with levels of which one reads from both ends$",
    ),
    *of(
        gradients_of(UNLIKE),
        ({"h0": (np.ones((1, 2)),) * 3}, ValueError, "h0_l1: shape (1, 2), needed (1, 3)"),
        (
            {"h0": ()},
            TypeError,
            "h0: tuple of 0, needed (h0_l0, c0_l0, h0_l1), the state of Stack(LSTM, GRU)$",
        ),
    ),
    (
        lambda: RNN(Stack(GRU(1, 2)), 1).predict((), np.ones((1, 1, 1))),
        TypeError,
        "params: tuple of 0, needed the arrays of rnn.StackParams: U_l0, W_l0, b_l0, bn_l0, V, c",
    ),
    *of(
        Checkpoints,
        *((every, ValueError, f"Checkpoints.every: {every}, needed at least 1") for every in (0, -1)),
    ),
    (lambda: Checkpoints().spacing(0), ValueError, "steps: 0, needed"),
    *of(
        with_workspace,
        *(
            ({"workspace": workspace}, ValueError, f"workspace: for {shown}, needed one for {OWN}$")
            for workspace, shown in (
                (NET.workspace(3, 4), "xs (3, 4, 2) of float64 and 3 units of Vanilla"),
                (RNN(Vanilla(2, 4), 2).workspace(2, 4), "xs (2, 4, 2) of float64 and 4 units of Vanilla"),
                (RNN(Other(2, 3), 2).workspace(2, 4), "xs (2, 4, 2) of float64 and 3 units of Other"),
            )
        ),
        *(
            ({"workspace": wrong}, TypeError, f"workspace: {kind}, needed what RNN.workspace makes, or None$")
            for wrong, kind in ((3, "int"), (Workspace, "type"), (NET.workspace(2, 4).tape, "VanillaTape"))
        ),
        # It holds every state, which is what checkpoints are to avoid.
        (
            {"workspace": NET.workspace(2, 4), "checkpoints": Checkpoints(2)},
            ValueError,
            "checkpoints: Checkpoints(every=2), needed None in a workspace, which holds every state$",
        ),
    ),
    *of(
        lambda given: NET.workspace(*given),
        ((0, 4), ValueError, "records: 0, needed at least 1"),
        ((2, 0), ValueError, "steps: 0, needed at least 1"),
        (
            (2, 4, np.int64),
            TypeError,
            "dtype: int64, needed float32, float64, longdouble, or object for Fractions$",
        ),
        *(
            (
                given,
                MemoryError,
                f"records and steps: {given[0]} and {given[1]}, needed fewer: it does not fit in",
            )
            for given in LARGE
        ),
    ),
    (lambda: Workspace(None, 2, 4), TypeError, f"cell: None, {A_CELL}$"),
    *of(
        lambda cell: RNN(cell, 1).workspace(1, 1, object),
        (GRU(1, 1, relu, tanh), TypeError, "GRU.candidate: tanh, needed one that takes Fractions, as"),
        (LSTM(1, 1, relu, tanh, relu), TypeError, "LSTM.candidate: tanh, needed one that takes Fractions"),
        (LSTM(1, 1, relu, relu, tanh), TypeError, "LSTM.output: tanh, needed one that takes Fractions"),
    ),
    *(
        row
        for f in (tanh, sigmoid)
        for row in of_each(
            in_fractions(f),
            (None, TypeError, f"Vanilla.activation: {f.name}, needed one that takes Fractions, as"),
        )
    ),
)
def test_what_does_not_fit_is_refused(call, error, said):
    """By its name, with what was given and what is needed."""
    refuse(call, error, said)
