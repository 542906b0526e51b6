"""Edits that change the engine's text and no gradient: each story is the proof."""

from benchmarks.evidence.mutants.fault import Edit, Fault

EQUIVALENT = (
    Fault(
        "weight gradients as copies",
        "The three are disjoint columns of one new array, so copies of them hold the same numbers.",
        "plausible",
        (Edit("cells.vanilla", "U=dU, W=dW, b=db", "U=dU.copy(), W=dW.copy(), b=db.copy()"),),
        None,
    ),
    Fault(
        "das always in new zeros",
        "0 + da is da: where the slopes' place may be taken, zeros serve as well.",
        "plausible",
        (Edit("through_time.routes", "disjoint and visits == stop - first", "False"),),
        None,
    ),
    Fault(
        "one sweep at a time",
        "A sweep's da depends on no other sweep, and sums may be added in any order.",
        "plausible",
        (Edit("through_time.bptt", "MAX_CARRY_BYTES = 128 * 1024", "MAX_CARRY_BYTES = 1"),),
        None,
    ),
    Fault(
        "sweeps of one depth in any order",
        "Only the depth decides which sweeps are under way; each has rows of its own.",
        "plausible",
        (
            Edit(
                "through_time.routes",
                "key=lambda sweep: sweep.depth",
                "key=lambda sweep: (sweep.depth, -sweep.stop)",
            ),
        ),
        None,
    ),
    Fault(
        "all rows as a view of them",
        "The last n of n rows are all of them.",
        "plausible",
        (
            Edit(
                "through_time.routes",
                "array if count == length else array[length - count :]",
                "array[length - count :]",
            ),
        ),
        None,
    ),
    Fault(
        "indices never as slices",
        "A list of indices and the slice that holds the same ones select the same entries.",
        "plausible",
        (
            Edit(
                "through_time.routes", "if indices.tolist() != list(", "if True or indices.tolist() != list("
            ),
        ),
        None,
    ),
    Fault(
        "vanished looked for at every step",
        "An entry above FLUSH_BELOW is unchanged however often one looks; one below it has no truth to meet.",
        "plausible",
        (Edit("through_time.bptt", "8 if dtype == np.float32 else 16", "1"),),
        None,
    ),
    Fault(
        "the window as chunks of one step",
        "max(0, t − k) = max(0, t − (k + 1 − 1)), the first step of Chunked(1, k + 1).",
        "plausible",
        (Edit("truncation", "return max(0, t - self.k)", "return Chunked(1, self.k + 1).first(t, steps)"),),
        None,
    ),
    Fault(
        "the sigmoid through tanh's slope",
        "y (1 − y) = y − y².",
        "plausible",
        (
            Edit(
                "activations",
                "np.subtract(1, y, out=out)\n    np.multiply(out, y, out=out)",
                "np.multiply(y, y, out=out)\n    np.subtract(y, out, out=out)",
            ),
        ),
        None,
    ),
)
