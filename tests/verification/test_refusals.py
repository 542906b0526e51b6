"""What is refused before any work, each in one line that shows what was given and what is needed."""

from dataclasses import replace
from functools import partial

import autograd.numpy as anp
import numpy as np
import pytest
from hypothesis import strategies as st

from tests.layers import scan, steps
from tests.promises import SHORT
from verification import (
    Block,
    Function,
    Model,
    Profile,
    Scope,
    Standard,
    Use,
    function,
    jax,
    layer,
    manual,
    models,
    scoped,
    step,
    verify,
    watch,
)
from verification.adapters.layout import layout_of
from verification.jax.watching import apply_watched
from verification.models.departures import departed
from verification.models.forms import formed
from verification.models.functions import function_named
from verification.torch.watching import function_watched, layer_watched
from verification.truth.soundness import check

X, H = Block("x", ("H",), Use.INPUT), Block("h", ("H",), Use.STATE)
NET = layer(scan.forward, scan.backward, model=models.scan, scope=Scope(records=(1, 4), steps=(1, 6)))
ARGUMENTS = st.tuples(st.just(np.ones(2)))
# No folder can be made there, so that who tries fails otherwise.
NOWHERE = "/dev/null/calls"


def square(x):
    """x², and x is saved."""
    return x * x, x


def block(*given, **options):
    """A block W of these axes."""
    return lambda: Block("W", *given, **options)


def model(*blocks, **options):
    """A model m of them."""
    return lambda: Model("m", blocks, step=lambda f, p, x, h: h, **options)


def each(message, call, *values):
    """What is said of a call with any of these values."""
    return [(message, partial(call, value)) for value in values]


def put_out(output):
    """The check of a model with this output."""
    return lambda: check(Model("m", (X, H), lambda f, p, x, h: h + x, output=output))


# Of blocks and models.
MODELS = [
    ("block: 'a b', needed a name without spaces", lambda: Block("a b", ("H",), Use.STEP)),
    ('axes of block W: \'H H\', needed a name as "H", "4 H" or "A G", or', block(("H H",), Use.STEP)),
    ("axes of block W: 0, needed a name as .*, or a fixed size from 1 on", block(("H", 0), Use.STEP)),
    ("axes of block W: True, needed a name", block(("H", True), Use.STEP)),
    ("axes of block W: '3', needed a name", block(("H", "3"), Use.STEP)),
    ("axes of block W: '0 H'", block(("0 H",), Use.STEP)),
    ("parts of block W: 3 of them, needed a divisor of the fir", block(("4 H",), Use.STEP, ("r", "z", "n"))),
    ("parts of block W: 1 of them, needed .* which it lacks", block((), Use.STEP, ("r",))),
    ("starts of block W: 1 of them, needed one for", block(("2 H",), Use.STEP, ("r", "z"), starts=(1.0,))),
    ("starts of block W: 2 of them, needed ", block(("2 H", "H"), Use.STEP, ("r", "z"), starts=(1.0, 0.0))),
    ("domain of block W: 3, needed a function of an array", block(("H",), Use.STEP, domain=3)),
    ("below of block W: 2, needed None, or of an INPUT", block((), Use.STEP, below=2)),
    ("below of block W: 0, needed None, or of an INPUT", block((), Use.INPUT, below=0)),
    ("below of block W: 2, needed None, or of an INPUT", block((), Use.INPUT, domain=abs, below=2)),
    ("model m: 2 blocks named h, needed one", model(X, H, H)),
    (
        "model m: dimension A: in products alone, needed an axis that has no other beside it",
        model(X, H, Block("q", ("A G",), Use.INPUT)),
    ),
    ("model m: below of k: 'V', needed one of H", model(H, Block("k", (), Use.INPUT, below="V"))),
    ("model m: no STATE block, needed at least one", model(X)),
    ("model m: no INPUT block, needed at least one", model(H)),
    ("model m: role 'stop', needed a name other than stop, s", model(X, H, functions={"stop": ("tanh",)})),
    (r"model m: role gate: \(\), needed a tuple of functions", model(X, H, functions={"gate": ()})),
    ("model m: role gate: 'tanh', needed a tuple of functions", model(X, H, functions={"gate": "tanh"})),
    ("function: 'tann', needed a Function or one of", model(X, H, functions={"gate": ("tann",)})),
    ("function: 'swish', needed a Function or one of tanh, sigmoid", lambda: function_named("swish")),
    ("model m: output 3, needed a function", model(X, H, output=3)),
    ("model m: output .*, needed a function, or some by name$", model(X, H, output={})),
    ("model m: output .*, needed a function, or some by name$", model(X, H, output={"y": 3})),
    ("model m: reads 'after', needed When.AFTER or When.BEFORE", model(X, H, reads="after")),
    ("model m: most: 'Z': 3, needed an integer from 1 on for one of H", model(X, H, most={"Z": 3})),
    ("model m: most: 'H': 0, needed an integer from 1 on", model(X, H, most={"H": 0})),
    ("model m: most: 'H': 2.5, needed an integer from 1 on", model(X, H, most={"H": 2.5})),
    ("model m: designed: 'Z': 3, needed an integer from 1 on for one of H", model(X, H, designed={"Z": 3})),
    ("model m: in_chunks 3, needed None, or of a model of one", model(X, H, output=abs, in_chunks=3)),
    ("model m: in_chunks .*, needed None, or of a model of one", model(X, H, in_chunks=abs)),
    (
        "model m: in_chunks .*, needed None, .*, without weights, a function",
        model(X, H, Block("W", ("H",), Use.STEP), output=abs, in_chunks=abs),
    ),
    ("model m: the output asks for block 'W', needed one of ", put_out(lambda f, p, x, h: p.W @ h)),
    ("model m: the output, or a domain, does not run: V", put_out(lambda f, p, x, h: h[:, :, None] @ h)),
    ("model m: the output returns a longdouble, needed an ndarray", put_out(lambda f, p, x, h: h.sum())),
    ("model m: the output returns float32, needed the ", put_out(lambda f, p, x, h: h.astype("f4"))),
    ("model m: the step mixes records", put_out(lambda f, p, x, h: h + h[::-1])),
    ("truncation: 'Windows' of .*, needed one of Full, Window", lambda: Standard("Windows", (1,))),
    ("truncation: 'Window' of .*, needed one of Full, Window", lambda: Standard("Window", ())),
    ("truncation: 'Full' of .*, needed one of Full, Window", lambda: Standard("Full", (1,))),
    *each(
        "scope: departures: .*, needed a Function with a slope for",
        lambda of: departed(models.lstm, of),
        *({"gate": Function("value alone", anp.tanh)}, {"c0": "drop"}, {"xs": "stop"}),
    ),
]

# By what is said of a layer's arrays, or of its forms.
ARRAYS = [
    (models.lstm, {"Q": "q"}, "'Q', needed some of U, W, b, xs, gates, axes"),
    (models.lstm, {"W": 3}, r"W: 3, needed a name, \(name, 'T'\) for a matrix, or two names for a bias"),
    (models.lstm, {"b": ("b", "T")}, "b: .*, needed a name"),
    (models.lstm, {"W": ("W1", "W2")}, "W: .*, needed a name"),
    (models.lstm, {"gates": "ifg"}, "gates: 'ifg', needed each of i, f, g, o once"),
    (models.vanilla, {"gates": "if"}, "gates: 'if', needed none: no block of vanilla has parts"),
    (models.lstm, {"axes": "NTD"}, "axes: 'NTD', needed 'NT', 'TN' or 'NAT'"),
    (models.lstm, {"W": "U"}, "'U' stands for 2 arrays, needed one"),
]
ATTENTION = models.gated_linear_attention
FORMS = [
    (models.lstm, {"U": ("xs",)}, r"U: \('xs',\), needed for one of xs a tuple of blocks"),
    (ATTENTION, {"g": ()}, r"g: \(\), needed for one of q, k, v, g a tuple"),
    (ATTENTION, {"g": "q"}, "g: 'q', needed for one of q, k, v, g a tuple"),
    (ATTENTION, {"g": ("q", "v")}, "g: 'v', needed inputs or states that have its"),
    (ATTENTION, {"g": {"suffix": ("q",)}}, "g: .*'suffix'.*, needed for one of q, k, v, g a tuple"),
    (ATTENTION, {"g": {"prefix": ("v",)}}, "g: 'v', needed inputs or states that have its"),
    (ATTENTION, {"g": ("p",)}, "g: 'p', needed inputs or states that have its"),
]

# Of adapters and runs.
NO_NUMBERS, NO_COUNTS = ("3", 1.5, True, -1), ("3", 1.5, True, -1, 0)
WRONG_STEP = replace(models.scan, step=lambda f, p, x, h: h[:, :1])
CALLS = [
    ("forward: None, needed a function", lambda: layer(None, scan.backward, model=models.scan)),
    ("backward: 3, needed a function", lambda: layer(scan.forward, 3, model=models.scan)),
    ("model: 'scan', needed a verification.Model", lambda: layer(len, len, model="scan")),
    ("model scan: the step returns shape", lambda: layer(len, len, model=WRONG_STEP)),
    ("forward: 3, needed a function", lambda: function(3, square, ARGUMENTS)),
    ("backward: None, needed a function", lambda: function(square, None, ARGUMENTS)),
    (r"arguments: \(\), needed a Hypothesis strategy of tuples", lambda: function(square, square, ())),
    ("arguments: drew a int, needed a tuple", lambda: verify(function(square, square, st.just(3)), SHORT)),
    (
        "scope: given with a function, needed none",
        lambda: verify(function(square, square, ARGUMENTS), SHORT, scope=3),
    ),
    ("model scan: no readout, needed an adapter that takes c", lambda: scoped(len, model=models.scan)),
    (
        "scope: finals: .*, needed None: this adapter asks for no final",
        lambda: scoped(len, model=models.vanilla, scope=Scope(finals=())),
    ),
    (
        "model rwkv6: it has an output of its own, needed one whose output is its first state",
        lambda: step(len, len, model=models.rwkv6),
    ),
    ("engine: 3, needed a function Problem -> Gradients$", lambda: verify(3)),
    ("profile: 'quick', needed a Profile", lambda: verify(manual, "quick")),
    ("seed: -1, needed a whole number from 0 on$", lambda: verify(manual, seed=-1)),
    ("progress: 3, needed a function", lambda: verify(manual, progress=3)),
    ("model: lstm, needed the engine's own, scan", lambda: verify(NET, model=models.lstm)),
    (
        r"scope: steps: \(1, 9\), needed no more than the engine's \(1, 6\)",
        lambda: verify(NET, scope=Scope(steps=(1, 9))),
    ),
    ("calls: of a layer alone, needed what verification.layer", lambda: verify(manual, calls="anywhere")),
    ("step: 3, needed a function of JAX's arrays", lambda: jax.cell(3, model=models.lstm)),
    ("module: int, needed None: parameters are given to each call$", lambda: apply_watched(None, None, 3)),
    *each(
        r"module: int, needed None but for verification\.torch\.module$",
        lambda made: made(None, None, 3),
        *(function_watched, layer_watched),
    ),
    *each(
        r"layer: .*, needed what verification\.layer",
        lambda what: watch(what, NOWHERE),
        *(scan.forward, step(steps.scan, steps.scan_back, model=models.scan), None),
    ),
    ("module: int, needed None for a layer of verification.layer$", lambda: watch(NET, NOWHERE, 3)),
    *each("most: .*, needed a whole number from 1 on$", lambda n: watch(NET, NOWHERE, most=n), *NO_COUNTS),
    *each("calls: .*, needed a whole number from 1 on$", lambda n: watch(NET, NOWHERE, calls=n), *NO_COUNTS),
    *each(
        "seconds: .*, needed a number above 0, or None$",
        lambda value: verify(NET, seconds=value),
        *(0, -1.0, float("inf"), float("nan"), True, "2"),
    ),
    *each("secret: .*, needed bytes, or None$", lambda value: verify(NET, secret=value), "text", 3),
    ("secret: 15 bytes, needed at least 16", lambda: verify(NET, secret=bytes(15))),
    *each("sandbox: .*, needed True or False$", lambda value: verify(NET, sandbox=value), 1, "yes", None),
    ("forward: 'gone.py:f': no such file", lambda: layer("gone.py:f", scan.backward, model=models.scan)),
    *each("cases: .*, needed a whole number from 0 on$", lambda n: Profile("p", n), *NO_NUMBERS),
    *each("exact_cases: .*, needed a whole number from 0 on$", lambda n: Profile("p", 1, n), *NO_NUMBERS),
    *each("faults: .*, needed a whole number from 0 on$", lambda n: Profile("p", 1, faults=n), *NO_NUMBERS),
    *each(
        "strength: .*, needed a whole number from 1 on$", lambda n: Profile("p", 1, strength=n), *NO_COUNTS
    ),
]
REFUSED = [
    *MODELS,
    *((f"arrays: {says}", partial(layout_of, *of)) for *of, says in ARRAYS),
    *((f"forms: {says}", partial(formed, *of)) for *of, says in FORMS),
    *CALLS,
]


@pytest.mark.parametrize(
    ("message", "call"), REFUSED, ids=[f"{n} {says}" for n, (says, _) in enumerate(REFUSED)]
)
def test_it_is_refused_in_a_line(message, call):
    """By name, with the value that was given and the one that is needed."""
    with pytest.raises((TypeError, ValueError), match=f"^{message}") as refused:
        call()
    assert "\n" not in str(refused.value)
