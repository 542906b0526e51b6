"""From scopes to claims: what is filled in, and what is misuse."""

import pytest

from rnn import Chunked, Window
from tests.cases import claimed
from verification.adapters import step
from verification.models import complex_scan, linear, lstm, vanilla
from verification.models.functions import Function
from verification.models.truncation import Standard
from verification.sampling.resolving import narrowed
from verification.sampling.scope import Scope


def test_the_default_is_all_that_a_layer_can_claim():
    """The first function of each role, both types, every gradient."""
    claim = claimed(lstm)
    assert claim.in_words() == (
        "gate sigmoid; candidate tanh; output tanh; float32 and float64; full gradient by cotangents of "
        "outputs and final state; any initial state; gradients of U, W, b, xs, h0, c0; 1 to 129 records, 1 "
        "to 512 steps"
    )
    assert claim.not_checked(lstm) == (
        "gate rational_gate",
        "candidate softsign",
        "output softsign",
        "output identity",
        "longdouble",
        "truncations",
        "records that end early",
        "Fractions",
        "equality to the bit",
    )
    assert claim.dtypes == ("float32", "float64")


def test_a_complex_model_has_complex_numbers():
    """And a model without functions may have."""
    assert claimed(complex_scan).dtypes == ("complex64", "complex128")
    assert claimed(linear, Scope(dtypes=("complex64",))).dtypes == ("complex64",)


def test_what_is_left_out_is_listed():
    scope = Scope(
        functions={"gate": ("rational_gate",)},
        dtypes=("float64",),
        states="zero",
        blocks=("xs", "U"),
        records=(1, 1),
        steps=(2, 1000),
    )
    claim = claimed(lstm, scope)
    assert claim.blocks == ("U", "xs")
    assert claim.in_words().endswith("initial state zero; gradients of U, xs; 1 records, 2 to 512 steps")
    left = claim.not_checked(lstm)
    for words in ("gate sigmoid", "float32", "the gradient of c0", "an initial state that is not zero"):
        assert words in left


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"functions": {"gat": ("tanh",)}}, "functions: 'gat', needed a role of lstm: gate, candidate, out"),
        ({"functions": {"gate": ("relu",)}}, r"functions: gate: \('relu',\), needed one of sigmoid, ra"),
        ({"functions": {"gate": ("sigmoid", "rational_gate")}}, "functions: gate: .*, needed one of sigmoid"),
        ({"functions": {"gate": "sigmoid"}}, "functions: gate: 'sigmoid', needed one of .*, in a tuple"),
        ({"dtypes": ("float8",)}, "dtypes: 'float8', needed one of float32, float64"),
        ({"dtypes": ("complex64",)}, "dtypes: 'complex64', needed one of float32, float64"),
        ({"dtypes": ()}, r"dtypes: \(\), needed a tuple of some of float32, float64"),
        ({"dtypes": "float32"}, "dtypes: 'float32', needed a tuple of some of float32, float64"),
        ({"truncations": ("Full", Window(2))}, "truncations: .*, needed one truncation with its numbers"),
        ({"truncations": ("Window",)}, "truncations: .*, needed one truncation with its numbers"),
        ({"truncations": ("Windows",)}, "truncations: 'Windows', needed one of Full, Window"),
        ({"truncations": "Full"}, "truncations: 'Full', needed a tuple of some of Full"),
        ({"exact": True}, "exact: True, needed a rational function for every role"),
        (
            {"workspace": True},
            "workspace: True, needed False or None: this adapter can ask for lengths, packed, exact, bits",
        ),
        ({"departures": {"h": "stop"}}, "departures: h: 'stop', needed a Function with a slope for one of"),
        ({"losses": ("last",)}, "losses: 'last', needed one of cotangents"),
        ({"declines": ("zero",)}, "declines: 'zero', needed one of zero blocks, zero records"),
        ({"states": "none"}, "states: 'none', needed one of any, zero"),
        ({"states": {"n0": "zero"}}, "states: {'n0': 'zero'}, needed 'any' or 'zero' for one of h0, c0"),
        ({"states": {"c0": "none"}}, "states: {'c0': 'none'}, needed 'any' or 'zero' for one of h0, c0"),
        ({"finals": ("n0",)}, "finals: 'n0', needed one of h0, c0"),
        ({"finals": "h0"}, "finals: 'h0', needed a tuple of some of h0, c0"),
        ({"blocks": ("V",)}, "blocks: 'V', needed one of U, W, b, xs, h0, c0"),
        ({"records": (3, 2)}, r"records: \(3, 2\), needed a least from 1 on, and a most not below it"),
        ({"records": (0, 2)}, r"records: \(0, 2\), needed a least from 1 on"),
        ({"records": 2}, "records: 2, needed a least and a most"),
        ({"steps": (513, 600)}, r"steps: \(513, 600\), needed a least of at most 512"),
        ({"sizes": {"A": (2,)}}, "sizes: 'A', needed a dimension of lstm's cases: H, D"),
        # Of the readout, which no case of cotangents has.
        ({"sizes": {"K": (2,)}}, "sizes: 'K', needed a dimension of lstm's cases: H, D"),
        ({"sizes": {"H": 16}}, "sizes: H: 16, needed a tuple of integers from 1 to 256"),
        ({"sizes": {"H": ()}}, r"sizes: H: \(\), needed a tuple of integers from 1 to 256"),
        ({"sizes": {"H": (16, 257)}}, r"sizes: H: \(16, 257\), needed a tuple of integers from 1 to 256"),
        ({"sizes": {"H": (16, True)}}, r"sizes: H: \(16, True\), needed a tuple of integers"),
        ({"sizes": {"H": (16,)}, "exact": True}, "sizes: {'H': .*, needed none beside exact"),
        ({"chunk": 0}, "chunk: 0, needed an integer from 1 to 511, for 512 steps at most"),
        ({"chunk": True}, "chunk: True, needed an integer from 1 to 511"),
        ({"chunk": 9, "steps": (1, 9)}, "chunk: 9, needed an integer from 1 to 8, for 9 steps at most"),
        ({"chunk": 9, "chunks": (9,)}, "chunk: 9, needed None beside chunks: its forward is told, or"),
        ({"chunks": 9}, "chunks: 9, needed a tuple of numbers of steps"),
        ({"chunks": ()}, r"chunks: \(\), needed a tuple of numbers of steps"),
        ({"chunks": (4, 512)}, "chunks: 512, needed an integer from 1 to 511"),
        (
            {"steps": (1, 1)},
            r"steps: \(1, 1\), needed a most of 2 or more: one step shows no recursion; verification\.step "
            "takes one by itself$",
        ),
        (
            {"steps": (64, 128, 192)},
            r"steps: \(64, 128, 192\), needed a least and a most; code that takes multiples of a chunk alone "
            "has to pad what it is given$",
        ),
    ],
)
def test_misuse_is_reported_in_a_line(options, message):
    with pytest.raises(ValueError, match=f"^scope: {message}"):
        claimed(lstm, Scope(**options))


def test_a_given_scope_narrows():
    """Field by field, what it does not name staying as it was."""
    claim = claimed(lstm, Scope(dtypes=("float64",)))
    less = narrowed(claim, Scope(blocks=("W",), records=(2, 3), steps=(2, 5), states="zero"), lstm)
    assert (less.blocks, less.records, less.steps, less.free) == (("W",), (2, 3), (2, 5), ())
    assert less.dtypes == ("float64",)
    assert narrowed(claim, None, lstm) is claim
    sized = claimed(lstm, Scope(sizes={"H": (32, 16)}))
    assert narrowed(sized, Scope(sizes={"H": (32,), "D": (1,)}), lstm).sizes == {"H": (32,), "D": (1,)}
    # What it says of itself, as that it computes in chunks, is no more than was claimed.
    assert narrowed(claim, Scope(chunk=8), lstm).chunk == 8
    found = claimed(lstm, Scope(chunks=(8, 2)))
    assert (found.chunks, narrowed(found, Scope(chunks=(2,)), lstm).chunks) == ((2, 8), (2,))


@pytest.mark.parametrize(
    ("own", "given", "message"),
    [
        ({"dtypes": ("float64",)}, {"dtypes": ("float32", "float64")}, "dtypes: .*, needed no more than the"),
        # Of several fields the first of a scope is reported, in every process.
        (
            {"dtypes": ("float64",), "blocks": ("U",), "finals": ()},
            {"finals": ("h0",), "bits": True, "blocks": ("U", "W"), "dtypes": ("float32", "float64")},
            "dtypes: .*, needed no more than the",
        ),
        ({}, {"functions": {"gate": ("rational_gate",)}}, "functions: .*, needed the engine's sigmoid"),
        ({}, {"bits": True}, "bits: True, needed no more than the engine's False"),
        ({"packed": True}, {"packed": False}, "packed: False, needed the engine's True: it is given other"),
        ({"departures": {"h0": "stop"}}, {"departures": {"h0": "stop"}}, "departures: .*, needed none"),
        ({"blocks": ("U",)}, {"blocks": ("U", "W")}, "blocks: .*, needed no more than the engine's"),
        ({"records": (1, 3)}, {"records": (1, 4)}, r"records: \(1, 4\), needed no more than .* \(1, 3\)"),
        ({"steps": (2, 3)}, {"steps": (1, 3)}, r"steps: \(1, 3\), needed no more than the engine's \(2, 3\)"),
        ({"states": "zero"}, {"states": "any"}, "states: 'any', needed no more than the engine's {'h0': 'z"),
        ({"finals": ()}, {"finals": ("h0",)}, r"finals: \('h0',\), needed no more than the engine's \(\)"),
        ({"sizes": {"H": (4, 8)}}, {"sizes": {"H": (2, 4)}}, r"sizes: H: \(2, 4\), needed no .* \(4, 8\)"),
        ({"chunk": 4}, {"chunk": 8}, "chunk: 8, needed the engine's 4"),
        ({"chunks": (4,)}, {"chunk": 4}, r"chunk: 4, needed the engine's \(4,\)"),
        ({"chunks": (4,)}, {"chunks": (4, 8)}, r"chunks: \(4, 8\), needed no more than .* \(4,\)"),
    ],
)
def test_a_scope_that_widens_is_misuse(own, given, message):
    """An engine never runs what it does not claim."""
    with pytest.raises(ValueError, match=f"^scope: {message}"):
        narrowed(claimed(lstm, Scope(**own)), Scope(**given), lstm)


def test_a_layer_may_have_one_truncation_of_its_own():
    """With its numbers, for nobody tells it others."""
    claim = claimed(lstm, Scope(truncations=(Window(2),)))
    assert claim.truncations == (Standard("Window", (2,)),)
    assert "gradient under Window(2) by cotangents" in claim.in_words()


def test_a_step_has_every_truncation_unless_its_scope_says_less():
    """By name, for any numbers, or as they are."""
    claim = claimed(lstm, adapter=step)
    assert claim.truncations == ("Full", "Window", "Chunked", "Tail")
    less = narrowed(claim, Scope(truncations=(Chunked(3), "Full")), lstm)
    assert less.truncations == (Standard("Chunked", (3, 3)), "Full")
    assert "every Window" in less.not_checked(lstm)
    refusal = r"truncations: 'Tail', needed no more than the engine's Chunked\(3, 3\)"
    with pytest.raises(ValueError, match=refusal):
        narrowed(less, Scope(truncations=("Tail",)), lstm)


def test_extras_are_checked_where_a_scope_says_so():
    scope = Scope(functions={"activation": ("softsign",)}, exact=True, bits=True)
    claim = claimed(vanilla, scope)
    assert claim.in_words().endswith("; exact in Fractions; the same to the bit")
    assert not {"Fractions", "equality to the bit"} & set(claim.not_checked(vanilla))


def test_departures_are_said():
    slope = Function("window", lambda a: 0 * a, slope=lambda a: 0 * a + 1)
    claim = claimed(vanilla, Scope(departures={"activation": slope, "h0": "stop"}))
    assert claim.in_words().endswith(
        "declared: activation is window, by its own slope; declared: no gradient flows from step to step "
        "through h0"
    )
