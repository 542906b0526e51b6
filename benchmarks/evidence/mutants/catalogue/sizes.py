"""Faults in what the engine does with large, long, or wide problems, or one's own truncations, alone."""

from benchmarks.evidence.mutants.fault import Edit, Fault

OUTSIDE = "found by an adversary of the suite, which then drew nothing so large"

OF_GROUPS = (
    Fault(
        "the first group of sweeps alone",
        "Of more sweeps than travel together, the first group goes back and the others do not.",
        OUTSIDE,
        (
            Edit(
                "through_time.routes",
                "routes += [_route(group, start, stop, first, first_loss, disjoint) for group in groups]",
                "routes += [_route(group, start, stop, first, first_loss, disjoint) for group in groups[:1]]",
            ),
        ),
        "larger",
        "size",
    ),
    Fault(
        "the last of large chunks alone",
        "Of sweeps that go one after another, since their states are large, only the last goes.",
        OUTSIDE,
        (
            Edit(
                "through_time.routes",
                "if disjoint and batch < MIN_BATCH:\n        batch = 1",
                "if disjoint and batch < MIN_BATCH:\n        batch, within = 1, within[-1:]",
            ),
        ),
        "larger",
        "size",
    ),
)

OF_PRODUCTS = (
    Fault(
        "no product of what is left over",
        "A product in parts is made of the whole parts, and the rows left over keep what stood there.",
        OUTSIDE,
        (
            Edit(
                "common.products",
                "for start in range(0, count, most)",
                "for start in range(0, count - most + 1, most)",
            ),
        ),
        "larger",
        "size",
    ),
)

OF_SEGMENTS = (
    Fault(
        "no carry into longer segments",
        "Into a segment of three steps or more, no carry goes on from the segment after it.",
        OUTSIDE,
        (
            Edit(
                "through_time.bptt",
                "if not route.carry_in:",
                "if not route.carry_in or len(tape.da_buffer) > 2:",
            ),
        ),
        "larger",
        "size",
    ),
    Fault(
        "no length of its own for a segment",
        "Checkpoints without a number are spaced by no steps at all where the sequence is short.",
        OUTSIDE,
        (
            Edit(
                "through_time.checkpoints",
                "often * ceil(sqrt(steps / 2) / often)",
                "often * int(sqrt(steps / 2) / often)",
            ),
        ),
        "larger",
        "size",
    ),
    Fault(
        "a sweep that ends at a border twice",
        "Where segments are eight steps long, a sweep that ends where one begins goes back in both.",
        OUTSIDE,
        (
            Edit(
                "through_time.routes",
                "        yield segment_of(own, start, stop, seed, batch)\n        stop = seed",
                "        yield segment_of(own, start, stop, seed, batch)\n"
                "        stop = seed + (every == 8 and seed > first_loss)",
            ),
        ),
        "larger",
        "size",
    ),
)

OF_NUMBERS = (
    Fault(
        "a flush at 1e-100",
        "What flows back is taken for vanished long before it is.",
        OUTSIDE,
        (
            Edit(
                "through_time.bptt",
                "np.array(np.finfo(dtype).tiny / (np.finfo(dtype).eps / 2))",
                "np.array(max(np.finfo(dtype).tiny / (np.finfo(dtype).eps / 2), dtype.type(1e-100)))",
            ),
        ),
        "larger",
        "size",
    ),
)

OF_TRUNCATIONS = (
    Fault(
        "as deep as the last sweep",
        "Of sweeps that go together none goes further back than the last one does, though it may.",
        OUTSIDE,
        (
            Edit(
                "through_time.routes",
                "for offset in range(group[-1].depth):",
                "for offset in range(max(group, key=lambda sweep: sweep.stop).depth):",
            ),
        ),
        "own truncations",
        "truncation",
    ),
    Fault(
        "initial state reached by one sweep",
        "Of several sweeps that reach step 0 the last one's carry replaces the others'.",
        OUTSIDE,
        (Edit("through_time.bptt", "tuple(map(np.add, initial, left)) if initial else left", "left"),),
        "own truncations",
        "truncation",
    ),
)

SIZES = OF_GROUPS + OF_PRODUCTS + OF_SEGMENTS + OF_NUMBERS + OF_TRUNCATIONS
