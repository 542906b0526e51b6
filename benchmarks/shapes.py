"""The sizes at which every contender is timed.

``T50 N1 D1 H100`` is the article's network on one record, as its program takes them; the others go from a
network that only a NumPy call's cost slows down to one that matrix products fill. Cells with gates do three
and four times the work a step, so theirs are smaller, and with them N goes from 1 to 256, all else equal.
"""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class CallShape:
    """T steps, N records, D inputs, H hidden units; one output."""

    T: int
    N: int
    D: int
    H: int

    @property
    def name(self) -> str:
        """As the command line takes it: 50x1x1x100."""
        return f"{self.T}x{self.N}x{self.D}x{self.H}"

    def __str__(self) -> str:
        return f"T {self.T}, N {self.N}, D {self.D}, H {self.H}"


SHAPES = (
    CallShape(50, 1, 1, 16),
    CallShape(50, 1, 1, 100),
    CallShape(50, 100, 1, 100),
    CallShape(100, 32, 64, 128),
    CallShape(35, 20, 200, 200),
    CallShape(1000, 1, 8, 64),
    CallShape(200, 64, 256, 256),
    CallShape(128, 256, 64, 512),
)

GATED = (
    CallShape(50, 1, 1, 16),
    *(CallShape(50, N, 1, 100) for N in (1, 4, 16, 64, 100, 256)),
    CallShape(100, 32, 64, 128),
    CallShape(35, 20, 200, 200),
    CallShape(100, 64, 256, 256),
)

OF_CELL = {"vanilla": SHAPES, "lstm": GATED, "gru": GATED}

# The sizes at which one gradient takes a tenth of a second and more. A quick run leaves them out.
QUICK, LARGE = SHAPES[:6], (*SHAPES[6:], GATED[-1])

# A quick run of all cells has one shape of each kind for those with gates.
QUICK_OF_CELL = {"vanilla": QUICK, **dict.fromkeys(("lstm", "gru"), (GATED[1], GATED[5]))}

BY_NAME = {shape.name: shape for shape in (*SHAPES, *GATED)}
