"""Every property is pinned from both sides: a fault just beyond its bound is found, and one within by nobody.

The engine answers from the truth. A fault is in one entry, in a call that the property alone looks at; where
others look at that call as well, they are its company, and stated.
"""

import os
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache, cached_property, partial
from itertools import chain
from typing import Any

import numpy as np
import pytest

from tests import cases
from tests.layers import scan
from tests.verification.properties.stub import Invocation, Plant, Stub, digest, nothing
from verification import Scope, manual, models, scoped, step
from verification.adapters import layer, problem
from verification.models import SHIPPED
from verification.models.model import Use
from verification.models.stored import dtype_of
from verification.models.tolerance import SAFETY, Expected, least_normal, unit
from verification.models.truncation import FULL, Standard
from verification.properties import in_a_row
from verification.properties.additivity import parts
from verification.properties.cut import parts as parts_of_time
from verification.properties.exactness import EXACT, INTEGERS, LARGER, OWN_TRUNCATIONS
from verification.properties.findings import BY_NAME, PROPERTIES, checked_on, findings, truth_for, truth_of
from verification.properties.in_a_row import ANOTHER_THREAD, CALLS_IN_A_ROW, FORWARDS_IN_A_ROW
from verification.properties.linearity import powers
from verification.properties.partial import PARTIAL_GRADIENTS
from verification.properties.trial import Trial, found
from verification.properties.truth import Expectations, Truth
from verification.properties.variants import equivalents_of, recomputed
from verification.sampling.claim import COMPLEX, REAL
from verification.sampling.resolving import resolved
from verification.truth.lag_table import grouped_table, lag_table
from verification.truth.memo import Memo

# Of a property's bound: what nobody minds, what it finds, and what it finds whoever else does.
WITHIN, BEYOND, FAR = 0.5, 1.5, 10.0

# Of the block of a setting its second array, and the block that reads the inputs.
AGAIN, READER = " again", "reader"

WINDOW = Standard("Window", (1,))

# Up to which call an engine is called here, of the twenty thousand.
MOST = 1100

PARTIAL = replace(layer.CAPABILITIES, partial=True)


@pytest.fixture(autouse=True)
def fewer(monkeypatch):
    """Calls in a row end soon after a thousand; and there is a variable of the environment."""
    monkeypatch.setattr(in_a_row, "MOST", MOST)
    monkeypatch.setenv("HERE", "1")


@dataclass(frozen=True, eq=False)
class Setting:
    """A case with its truth, and the claim of the engine that runs it."""

    truth: Any
    claim: Any

    @property
    def case(self):
        return self.truth.case

    @property
    def shared(self):
        """The block in which faults are, unless said otherwise: the first that all steps share, if any."""
        return (*self.case.model.of(Use.STEP), *self.case.model.of(Use.INPUT))[0].name

    @cached_property
    def text(self):
        """Identifies its case."""
        return digest(self.case)

    def named(self, part):
        """The part of an answer that a row means."""
        reader = "B" if self.case.model.complex else "U"
        return {"": self.shared, AGAIN: self.shared + AGAIN, READER: reader}.get(part, part)

    def checked(self, plant=nothing, **options):
        """An engine that has answered, and what is found, before any of it is a remark."""
        engine = Stub(self.case.model, self.claim, plant, **options)
        # A state that is handed on has digits that the truth of a long double does not take.
        beside = {"cut"} if self.case.dtype == np.longdouble else set()
        properties = [each for each in checked_on(self.claim, self.truth) if each.name not in beside]
        return engine, [*found(properties, Trial(engine, self.truth))]


def a_case(model, dtype, losses="cotangents", steps=3, records=2, **changed):
    """The same numbers in each type, which single precision holds."""
    case = cases.a_case(model, records, steps, np.float32, 1, losses=losses)
    return replace(case.astype(dtype_of(dtype)), **changed)


def of_layer(dtype, only=None, scope=None, **of):
    """Of cotangents."""
    model = models.complex_linear if dtype.startswith("complex") else models.vanilla
    usual = COMPLEX if model.complex else REAL
    claim = resolved(Scope(dtypes=tuple({dtype: 0, **dict.fromkeys(usual)}), **(scope or {})), model, PARTIAL)
    case = a_case(model, dtype, **of)
    return Setting(truth_of(case) if only is None else truth_for(only, case), claim)


def of_problem(dtype, truncation=WINDOW, losses="every", **scope):
    """Of targets."""
    case = a_case(models.vanilla, dtype, losses, truncation=truncation)
    scope = Scope(**{"checkpoints": True, "workspace": True, **scope})
    return Setting(truth_of(case), resolved(scope, models.vanilla, problem.CAPABILITIES))


def of_whole_numbers(dtype, only):
    """That nothing rounds; Fractions, or numbers of a type."""
    made = np.vectorize(lambda number: Fraction(round(2 * float(number))), otypes=[object])
    function = {"activation": "identity"}
    case = a_case(models.vanilla, "float64", "every", functions=function)
    blocks = {name: made(array).astype(dtype) for name, array in case.blocks.items()}
    objective = case.objective.replaced(lambda array: made(array).astype(dtype))
    case = replace(case, blocks=blocks, objective=objective)
    scope = Scope(functions={"activation": ("identity",)}, exact=True)
    return Setting(truth_for(only, case), resolved(scope, models.vanilla, problem.CAPABILITIES))


SETTINGS = {
    "small": of_layer,
    "many steps": partial(of_layer, steps=11),
    "many records": partial(of_layer, records=10),
    "ends": partial(of_layer, records=3, lengths=(3, 2, 3), scope={"lengths": True}),
    "in a row": partial(of_layer, only=CALLS_IN_A_ROW),
    "forwards": partial(of_layer, only=FORWARDS_IN_A_ROW),
    "thread": partial(of_layer, only=ANOTHER_THREAD),
    "in part": partial(of_layer, only=PARTIAL_GRADIENTS),
    "problem": of_problem,
    "last": partial(of_problem, truncation=Standard("Tail", (2,)), losses="last"),
    "full": partial(of_problem, truncation=FULL),
    "bits": partial(of_problem, bits=True),
    "fractions": partial(of_whole_numbers, only=EXACT),
    "integers": partial(of_whole_numbers, only=INTEGERS),
    "larger": partial(of_whole_numbers, only=LARGER),
    "own truncations": partial(of_whole_numbers, only=OWN_TRUNCATIONS),
}


@cache
def setting(name, dtype):
    return SETTINGS[name](dtype)


# In which calls a fault is, of a setting.
When = Callable[[Invocation, Setting], bool]


def itself(call, given):
    return call.text == given.text


def first(call, given):
    """The one call that all look at."""
    return call.number == 1


def later(condition):
    """In another call than the first, of the case's own numbers."""
    return lambda call, given: call.number > 1 and itself(call, given) and condition(call)


def of_case(change):
    """Where the case is what is made of it."""
    made = cache(lambda given: digest(change(given)))
    return lambda call, given: call.text == made(given)


def with_cotangents(change):
    return of_case(lambda given: replace(given.case, objective=change(given)))


def of_half(which):
    """Some of the cotangents, or the others."""
    return with_cotangents(lambda given: parts(given.case)[which].objective)


def under(which):
    """Another truncation that comes to the same."""
    return of_case(lambda given: replace(given.case, truncation=equivalents_of(given.case)[which]))


def alone(n):
    return of_case(lambda given: given.case.of_records(slice(n, n + 1)))


def rolled(given):
    """The records in another order."""
    return given.case.of_records(np.roll(np.arange(given.case.records), 1))


def units_rolled(call, given):
    """Is the state of the next unit that of each?"""
    state = given.case.state[0]
    return np.array_equal(call.case.state[0], np.roll(state, 1, axis=-1)) and call.case.dtype == state.dtype


@cache
def factor_of(given, which):
    """By what linearity scales cotangents, up or down."""
    return 2.0 ** [*powers(Trial(Stub(given.case.model, given.claim), given.truth))][which]


def scaled(which):
    """All cotangents, up or down."""
    return with_cotangents(
        lambda given: given.case.objective.replaced(lambda array: array * factor_of(given, which))
    )


def after_negated(call):
    """Was the call before for numbers of other signs?"""
    name, array = next(iter(call.case.blocks.items()))
    return bool(np.array_equal(call.before[-1].blocks[name], -array)) and not same_arrays(call)


def same_arrays(call):
    return all(array is call.before[-1].blocks[name] for name, array in call.case.blocks.items())


def after(call, same):
    """Has another forward begun, of the same parameters or of others?"""
    kept = (
        call.back and len(call.after) and [call.after[0].blocks[b.name] for b in call.case.model.of(Use.STEP)]
    )
    own = [call.case.blocks[block.name] for block in call.case.model.of(Use.STEP)]
    return bool(kept) and same == all(map(np.array_equal, kept, own))


LIES = {
    "read-only": lambda array: not array.flags.writeable,
    "Fortran order": lambda array: array.flags.f_contiguous and not array.flags.c_contiguous,
    "a gap after each number": lambda array: (
        array.strides[-1] == 2 * array.itemsize and not array.flags.f_contiguous
    ),
    "backwards": lambda array: all(stride < 0 for stride in array.strides),
}


def all_lie(how):
    return later(
        lambda call: (
            not call.case.layouts
            and all(
                LIES[how](array)
                for array in (*call.case.blocks.values(), *call.case.objective.arrays().values())
                if array.ndim > 1
            )
        )
    )


def each_for_itself(count):
    """In the call with this number of those in which each array lies in a way of its own."""
    return later(
        lambda call: bool(call.case.layouts) and sum(bool(c.layouts) for c in call.before) == count - 1
    )


def is_part(which):
    """In a part of the steps, for the last time: with what is handed on to it."""

    def when(call, given):
        part = parts_of_time(given.claim, given.case)[which]
        own = all(np.array_equal(call.case.inputs[name], array) for name, array in part.inputs.items())
        handed, whole = (case.state if which else case.objective.state for case in (call.case, given.case))
        return own and not all(map(np.array_equal, handed, whole))

    return when


def checkpoints(which):
    """With states kept every so many steps."""
    return later(lambda call: call.case.checkpoints == recomputed(call.case)[which].checkpoints)


def in_a_workspace(call, given):
    return call.case.workspace


def in_other_order(call, given):
    """Are the parameters named in another order?"""
    return call.case.named(Use.STEP, Use.READOUT) != given.case.named(Use.STEP, Use.READOUT)


def is_elsewhere(call, given):
    """In another thread?"""
    return threading.current_thread() is not threading.main_thread()


def at_one_step(number):
    """At this call, by when it is of one step alone."""
    return lambda call, given: call.number == number and call.case.steps == 1


def doing(work):
    """At the first call something is done beside it."""

    def fault(given, factor):
        def plant(call, parts):
            if first(call, given) and call.back:
                work()

        return plant

    return fault


@cache
def truth_of_one_step(given):
    """Of the case of calls that go on."""
    return truth_of(given.case.of_steps(slice(0, 1)))


def of_one_step(call, given):
    """The bound of such a call."""
    return truth_of_one_step(given).blocks[given.shared].bound


def partial_call(blocks, unused):
    """With this said of what is wanted, and of what was not used."""
    return lambda call, given: (call.wanted, call.unused) == (blocks, unused)


def is_widened(call, given):
    """Has each step a column of its own?"""
    wide = given.case.inputs["xs"].shape[-1] + given.case.steps
    return call.case.inputs["xs"].shape[-1] == wide


def column(call, given):
    """The first number of the first step's."""
    return (0, given.case.inputs["xs"].shape[-1])


def of_column(call, given):
    """The bound of that step's part."""
    return grouped_table(call.case).part(given.named(READER), (slice(None), column(call, given)[1])).bound


def is_amplified(loss):
    """The second of two calls for a loss, with units of their own for each step."""

    def when(call, given):
        cases = (*call.before, call.case)
        larger = [len(case.blocks["W"]) > len(given.case.blocks["W"]) for case in cases]
        return larger[-1] and sum(larger) == 2 * (loss + 1)

    return when


def gain(call, given):
    """By what that loss is amplified."""
    return 2.0 ** {"float32": 40, "float64": 200}[given.case.dtype.name]


def of_lag(call, given):
    """The bound of what the last loss brings to W by its own step."""
    table, loss, s = lag_table(given.case), given.case.steps - 1, given.case.steps - 1
    draws, terms, lost = table.grads["W"][:, loss, s], table.terms["W"][loss, s], table.lost["W"][loss, s]
    spread = float(np.max(np.abs(draws[1:] - draws[0])))
    bound = Expected(draws[0], spread, float(terms.max()), given.case.dtype, float(lost.max())).bound
    return bound * gain(call, given)


def of_none(call, given):
    """The bound of what the first loss brings to later steps' inputs: roundings of all that it brings."""
    largest = float(np.max(np.abs(lag_table(given.case).grads["xs"][0, 0])))
    return 2 * SAFETY * unit(given.case.dtype) * largest * gain(call, given)


def of_part(name, times=1.0, scale=lambda given: 1.0):
    def amount(call, given):
        expected = {**given.truth.forward, **given.truth.blocks}[given.named(name)]
        return times * expected.bound * scale(given)

    return amount


# A fault of a setting, so many times what is allowed; where ``exact``, whatever is off is found.
Fault = Callable[[Setting, float], Plant]


def of_a_part(when, part, change):
    """A part of the answer is what is made of it, where this holds."""

    def fault(given, factor):
        def plant(call, parts):
            name = given.named(part)
            if name in parts and when(call, given):
                parts[name] = change(parts[name], call, given, factor)

        return plant

    return fault


def off(when, part="", times=1.0, amount=None, index=None):
    """One number of a part, the first unless said otherwise, is larger by so many of its bounds."""
    most = amount or of_part(part.removesuffix(AGAIN), times)

    def change(array, call, given, factor):
        at = index(call, given) if index else (0,) * array.ndim
        array[at] += np.asarray(factor * most(call, given)).astype(array.dtype)
        return array

    return of_a_part(when, part, change)


def ulp(when, part="", index=None):
    """One number of a part, the largest unless said otherwise, is the next one."""

    def change(array, call, given, factor):
        largest = np.unravel_index(np.argmax(np.abs(array)), array.shape)
        at = index(call, given) if index else largest
        array[at] = next_to(array[at])
        return array

    return of_a_part(when, part, change)


def next_to(number):
    """The next number, of Fractions one that no type has."""
    if isinstance(number, Fraction):
        return number + Fraction(1, 10**300)
    return np.nextafter(number.real, 9) + (number - number.real)


def written(name):
    """One number of an array that is given is the next one, where it may be written to."""

    def fault(given, factor):
        def plant(call, parts):
            array = {**call.case.blocks, **call.case.objective.arrays()}[name]
            if array.flags.writeable:
                array[(0,) * array.ndim] = next_to(array[(0,) * array.ndim])

        return plant

    return fault


def a_view(part, of):
    """A part of the answer is an array that is given, which has its numbers by then."""

    def fault(given, factor):
        def plant(call, parts):
            array = {**call.case.blocks, **call.case.objective.arrays()}[of]
            if part in parts and array.flags.writeable and later(lambda call: True)(call, given):
                array[:] = parts[part]
                parts[part] = array

        return plant

    return fault


def answers_change(given, factor):
    """What the first call returned is changed by the next."""
    kept = []

    def plant(call, parts):
        if call.back and call.number == 1:
            kept.append(parts[given.shared])
        elif kept and after_first(call, given):
            array = kept[0]
            array[(0,) * array.ndim] = next_to(array[(0,) * array.ndim])

    return plant


def after_first(call, given):
    """Is it the call for numbers of other signs?"""
    return np.array_equal(call.case.blocks[given.shared], -given.case.blocks[given.shared])


def doubled(given, factor):
    """A second backward adds to the first."""

    def plant(call, parts):
        for array in parts.values() if call.back == 2 else ():
            array *= 2

    return plant


def malformed(part, change):
    """A part has another form in every call."""
    return of_a_part(lambda call, given: True, part, lambda array, *_: change(array))


def in_floats(array):
    """The same numbers, as objects."""
    return array.astype(float).astype(object)


def beyond_an_end(call, given):
    """The last step of the record that ends before it."""
    return (1, given.case.steps - 1, 0)


def other_padding(call, given):
    """Has only the padding changed?"""
    same = [np.array_equal(call.case.blocks[name], array) for name, array in given.case.blocks.items()]
    return not all(same) and sum(same) == len(same) - 1 and call.case.lengths == given.case.lengths


@dataclass(frozen=True, eq=False)
class Pin:
    """A fault that a property finds; ``company``: what finds it as well, where it is near the bound.

    ``exact``: any difference is an error. ``says``: how the error's words begin. ``twice``: is a block's
    gradient kept in two arrays?
    """

    property: str
    settings: tuple[str, ...]
    fault: Fault
    company: tuple[str, ...] = ()
    exact: bool = False
    says: str = ""
    twice: bool = False


exactly = partial(Pin, exact=True)

SMALL, ENDS, LARGE = ("small",), ("small", "ends"), ("many steps", "many records")
ALL = (*ENDS, *LARGE)
WHOLE = ("integers", "larger", "own truncations")
# Of the gradients that may be wanted, and of the outputs that may be unused, each by itself and all but each;
# and a block whose gradient is wanted.
BLOCKS, OUTS = ("U", "W", "b", "xs", "h0"), ("outputs", "final h0")
WANTED = [*((name,) for name in BLOCKS), *(tuple(o for o in BLOCKS if o != name) for name in BLOCKS)]
SOME = {**{(some, ()): some[-1] for some in WANTED}, **{(BLOCKS, (name,)): "W" for name in OUTS}}

ORACLES = ("autograd", "lags", "complex step")


OF_TWO = (
    *ORACLES,
    *("identities", "recomputation", "workspace", "records add up", "records permute", "units permute"),
)


def but(name):
    """The oracles beside one."""
    return tuple(each for each in ORACLES if each != name)


ROWS = (
    exactly("form", ENDS, malformed("", lambda array: array[:1]), says="the gradient of "),
    exactly("form", ENDS, malformed("outputs", lambda array: array.astype(object)), says="outputs has dtype"),
    exactly("form", ENDS, malformed("outputs", lambda array: array.tolist()), says="outputs is a list"),
    exactly("form", ENDS, malformed("final h0", lambda array: None), says="final h0 is missing"),
    Pin("forward", ALL, off(first, "outputs")),
    Pin("forward", ALL, off(first, "final h0")),
    Pin("forward", ("problem",), off(first, "value")),
    *(Pin(name, ENDS, off(first), but(name)) for name in ORACLES),
    *(Pin(name, ENDS, off(first, "xs"), but(name)) for name in ORACLES),
    Pin("autograd", ENDS, off(first, AGAIN), but("autograd"), twice=True),
    Pin("autograd", LARGE, off(first)),
    Pin("lag by lag", (*SMALL, *LARGE), off(is_widened, READER, amount=of_column, index=column)),
    Pin(
        "lag by lag",
        ("problem",),
        off(is_amplified(2), "W", amount=of_lag, index=lambda call, given: (6, 4)),
    ),
    Pin(
        "lag by lag",
        ("problem",),
        off(is_amplified(0), "xs", amount=of_none, index=lambda call, given: (0, 2, 0)),
    ),
    *(
        Pin("linearity", ALL, off(scaled(which), amount=of_part("", 2, partial(factor_of, which=which))))
        for which in (0, 1)
    ),
    *(
        Pin("cotangents add up", ALL, off(of_half(which), part, times=3))
        for which in (0, 1)
        for part in ("", "xs")
    ),
    *(
        Pin("identities", ("problem", "last", "full"), off(under(which), part))
        for which in (0, -1)
        for part in ("", "outputs")
    ),
    # Two answers are within twice the bound of each other.
    *(
        Pin(name, ("problem",), off(first, times=1.8), tuple(other for other in OF_TWO if other != name))
        for name in ("identities", "recomputation", "workspace")
    ),
    *(Pin("records add up", ENDS, off(alone(n), part, times=2)) for n in (0, 1) for part in ("", "xs")),
    *(Pin("records permute", ENDS, off(of_case(rolled), part, times=2)) for part in ("", "xs")),
    Pin("units permute", SMALL, off(units_rolled, times=2)),
    *(
        Pin("recomputation", ("problem",), off(checkpoints(which), part))
        for which in (0, 1)
        for part in ("", "value")
    ),
    *(
        Pin("workspace", ("problem",), off(later(lambda call: call.case.workspace), part))
        for part in ("", "outputs")
    ),
    *(
        exactly("inputs stay", SMALL, written(name), says=f"{name} is changed")
        for name in ("xs", "h0", "d_outputs")
    ),
    exactly("inputs stay", SMALL, a_view("h0", "d_state[0]"), says="d_h0 is a view of d_state[0]"),
    *(
        exactly("process stays", ALL, doing(work), says=f"a call {says}")
        for says, work in {
            "changed the working folder to /": lambda: os.chdir("/"),
            "changed HERE in the environment": lambda: os.environ.update(HERE="2"),
            "deleted HERE from the environment": lambda: os.environ.pop("HERE"),
            "changed NumPy's handling of errors (over='raise')": lambda: np.seterr(over="raise"),
            "seeded NumPy's random generator": lambda: np.random.seed(1),  # noqa: NPY002
            "seeded Python's random generator": lambda: random.seed(1),
        }.items()
    ),
    exactly("second call", ENDS, answers_change, says="d_"),
    *(Pin("second call", ENDS, off(later(after_negated), part)) for part in ("", "outputs")),
    *(Pin("reused arrays", ENDS, off(later(same_arrays), part)) for part in ("", "outputs")),
    *(
        Pin("order of names", ENDS, off(in_other_order, part), says="with parameters in the order ")
        for part in ("", "outputs")
    ),
    *(Pin("interleaved calls", ENDS, off(later(partial(after, same=same)))) for same in (True, False)),
    Pin("second backward", ENDS, off(later(lambda call: call.back == 2)), says="a second backward of one"),
    exactly("second backward", ENDS, doubled, says="a second backward adds to what the last"),
    *(Pin("cut", ALL, off(is_part(which), times=2)) for which in (0, 1)),
    *(Pin("cut", ALL, off(is_part(1), part, times=2)) for part in ("outputs", "final h0", "xs")),
    Pin("cut", ALL, off(is_part(0), "h0", times=2)),
    Pin("calls in a row", ("in a row",), off(lambda call, given: call.number == 1000)),
    Pin("calls in a row", ("in a row",), off(later(lambda call: call.before[-1].dtype != call.case.dtype))),
    *(
        Pin("calls in a row", ("in a row",), off(at_one_step(number), amount=of_one_step))
        for number in (1003, MOST)
    ),
    *(
        Pin("another thread", ("thread",), off(is_elsewhere, part), says="a backward in another thread")
        for part in ("", "xs")
    ),
    *(
        Pin("forwards in a row", ("forwards",), off(later(lambda call: len(call.after) == 63), part))
        for part in ("", "xs")
    ),
    *(
        Pin("partial gradients", ("in part",), off(partial_call(*some), part, times=2))
        for some, part in SOME.items()
    ),
    *(Pin("memory layout", ENDS, off(all_lie(how))) for how in LIES),
    *(Pin("memory layout", ENDS, off(each_for_itself(count))) for count in (1, 6)),
    Pin("memory layout", LARGE, off(each_for_itself(1))),
    exactly("padding", ("ends",), ulp(first, "xs", beyond_an_end), says="d_xs is not zero"),
    *(
        Pin("padding", ("ends",), off(other_padding, part), says="with other padding")
        for part in ("", "outputs", "h0")
    ),
    *(
        exactly("bits", ("bits",), ulp(when))
        for when in (*map(all_lie, LIES), later(after_negated), in_a_workspace)
    ),
    *(exactly("bits", ("bits",), ulp(checkpoints(which), "outputs")) for which in (0, 1)),
    *(exactly("exact", ("fractions",), ulp(first, part)) for part in ("", "value")),
    exactly("exact", ("fractions",), malformed("", in_floats), says="d_U holds a float"),
    *(exactly(name, (name,), ulp(first, part)) for name in WHOLE for part in ("", "outputs")),
)

FIRST = {row.property: row for row in ROWS[::-1]}.values()

TYPES = ("float32", "float64", "complex64", "complex128", "longdouble", "float16")

# What is not checked on a case in a type, or of one of a setting, though its engine claims it.
NOT_IN = {
    **{name: {"complex step"} for name in COMPLEX},
    # What has none that is wider, and what answers are rounded to.
    "longdouble": {"lag by lag"},
    "float16": {"lag by lag", "linearity", "cotangents add up", "cut", "records add up"},
    "ends": {"complex step", "lag by lag"},
}


# What is checked, by setting.
LARGE_TOO = {"forward", "autograd", "lag by lag", "linearity", "cotangents add up", "cut", "memory layout"}
LARGE_TOO |= {"process stays"}
OF_ANY = {
    *("forward", "autograd", "lags", "complex step", "lag by lag", "records add up", "records permute"),
    *("units permute", "process stays", "inputs stay", "second call", "reused arrays", "order of names"),
    "memory layout",
}
OF_LAYERS = {"linearity", "cotangents add up", "interleaved calls", "second backward", "cut"}
OF_PROBLEMS = {"identities", "recomputation", "workspace"}
CHECKED = {
    "small": OF_ANY | OF_LAYERS,
    "ends": OF_ANY | OF_LAYERS | {"padding"},
    **dict.fromkeys(LARGE, LARGE_TOO),
    **dict.fromkeys(("problem", "last", "full"), OF_ANY | OF_PROBLEMS),
    "bits": OF_ANY | OF_PROBLEMS | {"bits"},
    "in a row": {"calls in a row"},
    "forwards": {"forwards in a row"},
    "thread": {"another thread"},
    "in part": {"partial gradients"},
    "fractions": {"exact"},
    **{name: {name} for name in WHOLE},
}


def types_of(name):
    if name == "fractions":
        return ("object",)
    # The same arrays are made anew a thousand times.
    if name in ("in a row", "forwards", "thread", "in part"):
        return REAL
    return TYPES if getattr(SETTINGS[name], "func", SETTINGS[name]) is of_layer else REAL


def checked_in(name, dtype):
    """The properties that are checked on the case of a setting."""
    return CHECKED[name] - NOT_IN.get(name, set()) - NOT_IN.get(dtype, set())


@pytest.mark.parametrize("name", SETTINGS)
def test_a_right_engine_is_checked_by_every_property(name):
    """And nothing is found; every property looks at every gradient."""
    for dtype in types_of(name):
        given = setting(name, dtype)
        engine, reported = given.checked()
        assert [each.wrong for each in reported if each.wrong] == []
        if name in (*SMALL, *LARGE):
            ways = sum(bool(case.layouts) for case in engine.log.cases)
            assert ways == (1 if name in LARGE else 6)
        beside = {"cut"} if dtype == "longdouble" else set()
        assert {each.property for each in reported} == checked_in(name, dtype) - beside
        looked = {
            each.property: {one.part for one in reported if one.property == each.property}
            for each in reported
        }
        blocks = {*given.claim.blocks}
        some = {each for each in looked if not blocks <= looked[each]}
        assert some <= {"forward", "inputs stay", "process stays"}


def types_in(row, name):
    """In which a fault is planted in a setting: of what one property finds the first in every type."""
    types = types_of(name) if row in FIRST else types_of(name)[:2]
    checked = {dtype: {*checked_in(name, dtype), "form"} for dtype in types}
    return [d for d in types if row.property in checked[d] and (row.property, d) != ("cut", "longdouble")]


BY_TYPE = {
    f"{row.property} {i} {dtype}": (row, dtype)
    for i, row in enumerate(ROWS)
    for dtype in dict.fromkeys(chain(*(types_in(row, name) for name in row.settings)))
}


@pytest.mark.parametrize(("row", "dtype"), BY_TYPE.values(), ids=BY_TYPE)
def test_a_fault_beyond_its_bound_is_found_and_one_within_is_not(row, dtype):
    """By the property and its company alone; far beyond by others as well, perhaps."""
    for name in row.settings:
        if dtype not in types_in(row, name):
            continue
        given = setting(name, dtype)
        want = {row.property, *row.company} & {*checked_in(name, dtype), "form"}
        # An answer that is rounded is off by a bound or by none.
        within, beyond = (0, 3) if dtype == "float16" else (WITHIN, BEYOND)
        reported = wrong_in(given, row, beyond)
        assert want <= {*reported} if dtype == "float16" else want == {*reported}, (name, reported)
        assert row.says in reported[row.property]
        if not row.exact:
            assert wrong_in(given, row, within) == {}, name
            if dtype == "float32":
                assert want <= {*wrong_in(given, row, FAR)}, name


def wrong_in(given, row, factor):
    _, reported = given.checked(row.fault(given, factor), twice=(given.shared,) if row.twice else ())
    return {each.property: each.wrong for each in reported[::-1] if each.wrong}


def test_no_property_is_missing():
    """And all settings are met, each fault in some type."""
    assert {id(row) for row, _ in BY_TYPE.values()} == {id(row) for row in ROWS}
    assert {row.property for row in ROWS} == {each.name for each in PROPERTIES} == {*BY_NAME}
    assert {name for row in ROWS for name in row.settings} == {*SETTINGS}


@pytest.mark.parametrize(
    ("name", "of", "part", "when"),
    [
        ("records add up", "small", "U", alone(0)),
        ("records permute", "small", "U", of_case(rolled)),
        ("units permute", "small", "xs", units_rolled),
        ("partial gradients", "in part", "U", partial_call(("U",), ())),
    ],
)
@pytest.mark.parametrize("dtype", REAL)
def test_two_answers_differ_by_no_more_than_both_are_allowed(name, of, part, when, dtype):
    """Where either is within its bound, and they lie on both sides."""
    given = setting(of, dtype)
    bound = given.truth.blocks[part].bound

    def found(one, other):
        def plant(call, parts):
            if part in parts:
                parts[part].flat[0] += given.case.dtype.type(bound) * (
                    one * first(call, given) - other * when(call, given)
                )

        return {each.property for each in given.checked(plant)[1] if each.wrong}

    assert found(0.9, 0) == found(0, 1.5) == found(0.7, 1.1) == set()
    assert found(0.9, 1.5) == {name}
    # On one side, where they are close to each other, either is held to the truth.
    assert found(0.9, -1.8) == set()
    assert found(0.9, -2.5) == {name}


@pytest.mark.parametrize("name", ["fractions", *WHOLE])
def test_what_is_zero_says_nothing_where_nothing_rounds(name):
    """Without a readout no loss depends on U; and equality is looked at, whatever is named."""
    given, only = setting(name, types_of(name)[0]), "exact" if name == "fractions" else name
    engine = Stub(given.case.model, given.claim)
    assert {each.property for each in findings(engine, given.truth, ("forward",))} == {only}
    blocks = {**given.case.blocks, "V": 0 * given.case.blocks["V"]}
    truth = truth_for(BY_NAME[only], replace(given.case, blocks=blocks))
    assert [truth.informative((block,)) for block in ("U", "V")] == [False, True]


def test_what_is_wrong_in_fractions_is_settled_as_wrong():
    """Nothing rounds there, and nothing is beyond a type."""
    given = setting("fractions", "object")
    engine = Stub(given.case.model, given.claim, ulp(first)(given, 1.0))
    assert [each.property for each in findings(engine, given.truth) if each.wrong] == ["exact"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("in a row", "more than 2 of 1,100 calls in a row"),
        ("forwards", "more than 2 of 64 forwards in a row"),
    ],
)
def test_calls_in_a_row_that_are_not_made_of_a_slow_engine_are_reported(name, words, monkeypatch):
    """With how many were."""
    monkeypatch.setattr(in_a_row, "SECONDS", float("-inf"))
    _, reported = setting(name, "float32").checked()
    assert [each.not_checked for each in reported if each.not_checked] == [words]


@pytest.mark.parametrize(("name", "when"), [("linearity", scaled(1)), ("cotangents add up", of_half(0))])
def test_what_is_off_is_held_to_the_truth_of_its_own(name, when):
    """Where the case itself allows for no error at all, what another call's truth allows is no fault."""
    given = setting("small", "float32")
    blocks = {n: replace(each, spread=0.0, terms=0.0) for n, each in given.truth.blocks.items()}
    made = Memo({"expectations": Expectations(True, blocks, given.truth.forward)})
    amount = of_part("", 1, partial(factor_of, which=1) if name == "linearity" else lambda given: 1.0)
    for factor, wrong in ((0.5, set()), (1.5, {name})):
        # Its bound is another than that of the case, for it has other roundings, but not by so much.
        plant = off(when, amount=amount)(
            given, factor if name == "linearity" else factor / 2 if factor < 1 else 4
        )
        trial = Trial(Stub(given.case.model, given.claim, plant), Truth(given.case, lambda case: made))
        assert {each.property for each in found([BY_NAME[name]], trial) if each.wrong} == wrong


def test_each_gradient_is_wanted_and_each_output_unused_by_itself():
    """And all but each."""
    given = setting("in part", "float64")
    engine, _ = given.checked()
    assert engine.log.partial == {((), ()), *SOME}


@pytest.mark.parametrize("model", SHIPPED, ids=lambda model: model.name)
def test_every_model_has_a_bound(model):
    """Beyond it a gradient is wrong, and within it is not."""
    case = a_case(model, "complex64" if model.complex else "float32", steps=2)
    given = Setting(truth_of(case), resolved(None, model, layer.CAPABILITIES))
    oracles = [BY_NAME[name] for name in ("autograd", "lags")]
    for name in given.claim.blocks:
        for factor in (WITHIN, BEYOND):
            trial = Trial(Stub(model, given.claim, off(first, name)(given, factor)), given.truth)
            assert sum(each.wrong is not None for each in found(oracles, trial)) == 2 * (factor > 1), name


def made_step(change):
    def forward(params, x, state):
        return (x["a"] * state[0] + x["x"],), (x["a"], state[0])

    def backward(saved, d_state):
        a, h = saved
        return {}, {"a": d_state[0] * h, "x": change(d_state[0].copy())}, (d_state[0] * a,)

    return step(forward, backward, model=models.scan)


def made_layer(change):
    def backward(*given):
        d_params, d_xs, d_state = scan.backward(*given)
        return d_params, {**d_xs, "x": change(d_xs["x"])}, d_state

    return layer.layer(scan.forward, backward, model=models.scan)


def made_problem(change):
    """The vanilla cell of the engine."""

    def engine(problem):
        answer = manual(problem)
        return replace(answer, xs=change(answer.xs))

    return scoped(engine, Scope())


@pytest.mark.parametrize(
    ("made", "model", "part", "losses"),
    [
        (made_step, models.scan, "x", "cotangents"),
        (made_layer, models.scan, "x", "cotangents"),
        (made_problem, models.vanilla, "xs", "every"),
    ],
)
@pytest.mark.parametrize("dtype", REAL)
def test_every_door_is_one(made, model, part, losses, dtype):
    """What is off is found behind it, and what is off by half of that is not."""
    truth = truth_of(a_case(model, dtype, losses))
    bound = truth.blocks[part].bound

    def found(factor):
        engine = made(lambda array: array + np.asarray(factor * bound).astype(array.dtype))
        return {each.property for each in findings(engine, truth, ORACLES) if each.wrong}

    assert found(WITHIN) == set()
    assert found(BEYOND) >= {"autograd", "lags"}


# Bounds in roundings of the largest entry, in either type, by setting.
SHARP = {
    "small": {"outputs": 74, "final h0": 117, "U": 190, "W": 315, "b": 137, "xs": 188, "h0": 195},
    "ends": {"outputs": 140, "final h0": 136, "U": 145, "W": 133, "b": 178, "xs": 216, "h0": 191},
    "many steps": {"outputs": 139, "final h0": 213, "U": 218, "W": 190, "b": 231, "xs": 284, "h0": 354},
    "many records": {"outputs": 110, "final h0": 105, "U": 439, "W": 436, "b": 580, "xs": 283, "h0": 269},
    "problem": {"outputs": 50, "value": 25, "U": 190, "W": 104, "V": 101, "c": 82, "xs": 196, "h0": 276},
}


@pytest.mark.parametrize("name", SHARP)
@pytest.mark.parametrize("dtype", [*REAL, "longdouble"])
def test_a_bound_is_as_sharp_as_it_was(name, dtype):
    """However its truth is computed: within a factor of two and a half; of a long double twice as much."""
    truth, share = setting(name, dtype).truth, 2 if dtype == "longdouble" else 1
    parts = {**truth.forward, **truth.blocks}
    assert truth.determined
    for part, roundings in SHARP[name].items():
        found = float(parts[part].bound / (share * unit(truth.case.dtype) * parts[part].size))
        assert roundings / 2.5 < found < 2.5 * roundings, (part, found)


@pytest.mark.parametrize("steps", [3, 11])
@pytest.mark.parametrize("dtype", REAL)
def test_there_is_no_truth_at_a_kink(steps, dtype):
    """Where it stands as near as numbers may be off, and beside it there is one."""
    case = a_case(models.vanilla, dtype, steps=steps, functions={"activation": "relu"})
    for far, determined in ((0.0, False), (1e-4, True)):
        blocks = {name: np.zeros_like(array) for name, array in case.blocks.items()}
        blocks["b"][:] = 1.0
        blocks["b"][-1] = far
        assert truth_of(replace(case, blocks=blocks)).determined == determined


@pytest.mark.parametrize("dtype", REAL)
def test_what_a_type_may_lose_is_allowed_for_and_nothing_else(dtype):
    """All that depends on a cotangent whose product with a rounding is denormal, as d_x of a scan."""
    least = 2.0 ** {"float32": -126 + 24, "float64": -1022 + 53}[dtype]
    for steps in (1, 10):
        for share, is_lost in ((0.9, True), (1.1, False)):
            case = a_case(models.scan, dtype, steps=steps, records=1)
            case = replace(case, objective=case.objective.replaced(np.zeros_like))
            case.objective.outputs[0, -1, 0] = share * least
            lost = float(truth_of(case).blocks["x"].lost) / (share * least)
            # Earlier steps have less of it, which adds up in a bound of many.
            assert 0.99 < lost < 2.5 if is_lost else lost < (1.5 if steps > 1 else 1e-9), (steps, share, lost)
    # Numbers of long doubles are those of double precision.
    lost = float(truth_of(a_case(models.scan, "longdouble")).blocks["x"].lost)
    assert lost == least_normal(np.dtype(np.float64))
    case = a_case(models.scan, dtype, steps=2, lengths=(2, 1))
    case = replace(case, objective=case.objective.replaced(np.zeros_like))
    case.objective.outputs[0, 1, 0] = case.objective.outputs[1, 0, 0] = 0.9 * least
    # Of records that end early what each may lose.
    assert 1.98 < float(truth_of(case).blocks["x"].lost) / (0.9 * least) < 2.5
