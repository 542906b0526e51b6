"""Models and blocks: what they are, and what none can be."""

import pytest

from verification.models.model import Block, Model, Use, squared_error

X = Block("x", ("H",), Use.INPUT)
H = Block("h", ("H",), Use.STATE)


def test_a_block_has_a_shape_by_its_use():
    """INPUT and STATE are by record; a number before a name multiplies it."""
    sizes = {"H": 2, "D": 3}
    assert Block("W", ("4H", "D"), Use.STEP).shape_in(sizes, 5, 7) == (8, 3)
    assert Block("x", ("D",), Use.INPUT).shape_in(sizes, 5, 7) == (5, 7, 3)
    assert Block("h", ("H", "D"), Use.STATE).shape_in(sizes, 5, 7) == (5, 2, 3)
    assert Block("s", (), Use.STEP).shape_in(sizes, 5, 7) == ()


@pytest.mark.parametrize(
    ("block", "bounded", "has_zero"),
    [
        (X, False, True),
        (Block("x", ("H",), Use.INPUT, domain=abs), True, True),
        (Block("x", ("H",), Use.INPUT, domain=lambda a: abs(a) + 1), True, False),
        (Block("x", (), Use.INPUT, below=2), True, True),
    ],
)
def test_a_block_may_have_some_numbers_alone(block, bounded, has_zero):
    """And zero among them, or not."""
    assert (block.bounded, block.has_zero) == (bounded, has_zero)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("a b", ("H",), Use.STEP), "block: 'a b', needed a name without spaces"),
        (
            ("W", ("H H",), Use.STEP),
            'axes of block W: \'H H\', needed a name as "H", "4 H" or "A G", or a fix',
        ),
        (("W", ("H", 0), Use.STEP), "axes of block W: 0, needed a name as .*, or a fixed size from 1 on"),
        (("W", ("H", True), Use.STEP), "axes of block W: True, needed a name"),
        (("W", ("H", "3"), Use.STEP), "axes of block W: '3', needed a name"),
        (("W", ("0 H",), Use.STEP), "axes of block W: '0 H'"),
        (
            ("W", ("4 H",), Use.STEP, ("r", "z", "n")),
            "parts of block W: 3 of them, needed a divisor of the fir",
        ),
        (("W", (), Use.STEP, ("r",)), "parts of block W: 1 of them, needed .* which it lacks"),
        (
            ("b", ("2 H",), Use.STEP, ("r", "z"), "", (1.0,)),
            "starts of block b: 1 of them, needed one for each",
        ),
        (("W", ("2 H", "H"), Use.STEP, ("r", "z"), "", (1.0, 0.0)), "starts of block W: 2 of them, needed "),
        (("a", ("H",), Use.STEP, (), "", (), 3), "domain of block a: 3, needed a function of an array"),
        (("a", (), Use.STEP, (), "", (), None, (), 2), "below of block a: 2, needed None, or of an INPUT"),
        (("a", (), Use.INPUT, (), "", (), None, (), 0), "below of block a: 0, needed None, or of an INPUT"),
        (("a", (), Use.INPUT, (), "", (), abs, (), 2), "below of block a: 2, needed None, or of an INPUT"),
    ],
)
def test_a_block_that_is_none_is_refused(arguments, message):
    """In one line that shows what was given and what is needed."""
    with pytest.raises(ValueError, match=message):
        Block(*arguments)


@pytest.mark.parametrize(
    ("blocks", "functions", "message"),
    [
        ((X, H, H), {}, "model m: 2 blocks named h, needed one"),
        (
            (X, H, Block("q", ("A G",), Use.INPUT)),
            {},
            "model m: dimension A: in products alone, needed an axis that has no other beside it",
        ),
        (
            (H, Block("k", (), Use.INPUT, below="V")),
            {},
            "model m: below of k: 'V', needed one of H",
        ),
        ((X,), {}, "model m: no STATE block, needed at least one"),
        ((H,), {}, "model m: no INPUT block, needed at least one"),
        (
            (X, H),
            {"stop": ("tanh",)},
            "model m: role 'stop', needed a name other than stop, surrogate",
        ),
        ((X, H), {"gate": ()}, r"model m: role gate: \(\), needed a tuple of functions"),
        ((X, H), {"gate": "tanh"}, "model m: role gate: 'tanh', needed a tuple of functions"),
        ((X, H), {"gate": ("tann",)}, "function: 'tann', needed a Function or one of tanh"),
    ],
)
def test_a_model_that_is_none_is_refused(blocks, functions, message):
    """In one line that shows what was given and what is needed."""
    with pytest.raises(ValueError, match=message):
        Model("m", blocks, step=lambda f, p, x, h: h, functions=functions)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"output": 3}, "model m: output 3, needed a function"),
        ({"reads": "after"}, "model m: reads 'after', needed When.AFTER or When.BEFORE"),
        ({"most": {"Z": 3}}, "model m: most: 'Z': 3, needed an integer from 1 on for one of H"),
        ({"most": {"H": 0}}, "model m: most: 'H': 0, needed an integer from 1 on"),
        ({"most": {"H": 2.5}}, "model m: most: 'H': 2.5, needed an integer from 1 on"),
    ],
)
def test_what_a_sample_or_an_output_cannot_be_is_refused(given, message):
    """Before anything is judged by the model."""
    with pytest.raises(ValueError, match=message):
        Model("m", (X, H), step=squared_error, **given)
