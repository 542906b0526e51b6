"""What a verdict rests on is pinned from both sides: each rule just within its limit, and just beyond it.

By what a judgement says in the end of cases that are chosen for it. The engine answers from the truth.
"""

import time
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest

from tests.verification.properties.stub import Stub, nothing
from tests.verification.properties.test_pinned import a_case
from verification import Scope, Unsupported, models
from verification.adapters import layer, problem
from verification.diagnosis.diagnosis import Diagnosis
from verification.diagnosis.picture import Picture
from verification.judging import model_subject
from verification.judging.contract import contract
from verification.judging.judgement import Example, PartResult, verdict_of
from verification.judging.model_subject import OfModel, RunCase, pack
from verification.judging.plan import Plan
from verification.judging.profile import Profile
from verification.judging.run import NO_TIME_LEFT, CaseBlock, CaseRun, Results, Watch, judgement_of, tallied
from verification.judging.sampled import Coverage, truth_of_row
from verification.judging.shrinking import Shrunk
from verification.judging.standing import RunStanding
from verification.judging.tally import Tally, of_lost, tally_of
from verification.models.case import in_domains, random_case
from verification.models.domains import positive
from verification.models.truncation import Standard
from verification.processes import hosts, timeout
from verification.processes.invalid import TimedOut
from verification.processes.workers import Lost
from verification.properties.calling import is_large, run_case
from verification.properties.engine import FixedCase
from verification.properties.exactness import EXACT
from verification.properties.findings import (
    BY_NAME,
    applicable,
    at_sizes,
    checked_on,
    findings,
    prepared,
    truth_of,
    turns,
)
from verification.properties.in_a_row import ANOTHER_THREAD, CALLS_IN_A_ROW, FORWARDS_IN_A_ROW
from verification.properties.linearity import powers_of
from verification.properties.property import Finding
from verification.properties.truth import Expectations, Truth
from verification.sampling.draws import exact_cases
from verification.sampling.numbering import Row
from verification.sampling.ordering import Share
from verification.sampling.resolving import resolved
from verification.sampling.sample import in_floats
from verification.truth.memo import Memo

# Of so much of a block's size an error says nothing.
DETERMINED = {"float32": 1e-3, "float64": 1e-9}

LAYER = (models.vanilla, layer.CAPABILITIES, "cotangents")
PROBLEM = (models.vanilla, problem.CAPABILITIES, "every")


def claimed(door, **scope):
    """What an engine claims through a door."""
    return resolved(Scope(**scope), door[0], door[1])


def counted(claim, *truths, plant=nothing):
    """An engine and its tally of these truths, each with how many cases there are of it."""
    subject, tally = OfModel(Stub(models.vanilla, claim, plant)), Tally()
    for truth, count in truths:
        one = subject.tally(RunCase(truth))
        for _ in range(count):
            tally += one
    return subject, tally


def said(subject, tally, *coverage):
    """The judgement of one that is not refuted."""
    return judgement_of(None, subject, Results(tally, coverage), 3, 0, time.monotonic())


def judged(claim, *truths, plant=nothing):
    """The judgement of these truths."""
    return said(*counted(claim, *truths, plant=plant))


def zero(array):
    """All zero."""
    return np.zeros_like(array)


def almost(array):
    """All zero but for the last number."""
    return np.where(np.arange(array.size).reshape(array.shape) == array.size - 1, 1, 0).astype(array.dtype)


def of(**changed):
    """A case; ``state`` and ``outputs``: what is made of its initial state, and of outputs' cotangents."""

    def made(losses):
        given = dict(changed)
        state, outputs = given.pop("state", None), given.pop("outputs", None)
        case = a_case(models.vanilla, given.pop("dtype", "float32"), given.pop("losses", losses), **given)
        if state is not None:
            case = replace(case, blocks={**case.blocks, "h0": state(case.blocks["h0"])})
        if outputs is not None:
            case = replace(case, objective=replace(case.objective, outputs=outputs(case.objective.outputs)))
        return case

    return made


def under(kind, *numbers):
    """Of four steps, under a truncation."""
    return of(steps=4, truncation=Standard(kind, numbers))


def playing(name):
    """With another activation."""
    return of(functions={"activation": name})


ENDS = {"lengths": True}
PACKED = {"lengths": True, "packed": True}
SIX, GIVEN = {"chunk": 6}, {"chunks": (6, 9)}
ONE_STEP = "a sequence of one step beside a longer one"

# What has to be met: by what a claim says, how often, by which case just so, and by which one just not.
CONTRACT = (
    ("T = 1", LAYER, {}, 3, of(steps=1), of(steps=2)),
    ("T ≥ 2", LAYER, {}, 3, of(steps=2), of(steps=1)),
    ("T ≥ 5", LAYER, {}, 3, of(steps=5), of(steps=4)),
    ("T ≥ 33", LAYER, {}, 1, of(steps=33), of(steps=32)),
    ("N = 1", LAYER, {}, 3, of(records=1), of(records=2)),
    ("N ≥ 2", LAYER, {}, 3, of(records=2), of(records=1)),
    ("N ≥ 33", LAYER, {}, 1, of(records=33), of(records=32)),
    ("initial state zero", LAYER, {}, 3, of(state=zero), of(state=almost)),
    ("initial state not zero", LAYER, {}, 3, of(state=almost), of(state=zero)),
    ("records that end early", LAYER, ENDS, 3, of(lengths=(3, 2)), of(lengths=(2, 2))),
    ("records that end early", LAYER, ENDS, 3, of(lengths=(3, 2)), of()),
    ("slack behind the last sequence", LAYER, PACKED, 3, of(lengths=(3, 2)), of(lengths=(2, 3))),
    ("slack behind the last sequence", LAYER, PACKED, 3, of(lengths=(3, 2)), of()),
    (ONE_STEP, LAYER, PACKED, 3, of(lengths=(1, 2)), of(lengths=(1, 1))),
    (ONE_STEP, LAYER, PACKED, 3, of(lengths=(2, 1)), of(lengths=(2, 3))),
    (ONE_STEP, LAYER, PACKED, 3, of(lengths=(2, 1)), of()),
    ("float32", LAYER, {}, 3, of(), of(dtype="float64")),
    ("float64", LAYER, {}, 3, of(dtype="float64"), of()),
    ("loss by the final state alone", LAYER, {}, 3, of(outputs=zero), of(outputs=almost)),
    ("loss on the last step", PROBLEM, {}, 3, of(losses="last"), of()),
    ("loss on every step", PROBLEM, {}, 3, of(), of(losses="last")),
    *(
        (f"activation {name}", PROBLEM, {}, 3, playing(name), playing("relu" if name == "tanh" else "tanh"))
        for name in models.vanilla.functions["activation"]
    ),
    ("Full", PROBLEM, {}, 3, under("Full"), under("Window", 3)),
    ("Window(0)", PROBLEM, {}, 3, under("Window", 0), under("Window", 1)),
    ("Window of a part", PROBLEM, {}, 3, under("Window", 2), under("Window", 3)),
    ("Window of a part", PROBLEM, {}, 3, under("Window", 1), under("Window", 0)),
    ("Window of all", PROBLEM, {}, 3, under("Window", 4), under("Window", 3)),
    ("Chunked, k2 = k1", PROBLEM, {}, 3, under("Chunked", 3, 3), under("Chunked", 4, 4)),
    ("Chunked, k2 > k1", PROBLEM, {}, 3, under("Chunked", 3, 4), under("Chunked", 3, 3)),
    ("Chunked, k2 > k1", PROBLEM, {}, 3, under("Chunked", 3, 4), under("Chunked", 4, 5)),
    ("Chunked, k2 < k1", PROBLEM, {}, 3, under("Chunked", 3, 2), under("Chunked", 3, 3)),
    ("Chunked, k2 < k1", PROBLEM, {}, 3, under("Chunked", 3, 2), under("Chunked", 4, 3)),
    ("a ragged last chunk", PROBLEM, {}, 3, under("Chunked", 3, 3), under("Chunked", 2, 2)),
    ("a ragged last chunk", PROBLEM, {}, 3, under("Chunked", 3, 3), under("Chunked", 5, 5)),
    ("one chunk", PROBLEM, {}, 3, under("Chunked", 4, 4), under("Chunked", 3, 3)),
    ("Tail of a part", PROBLEM, {}, 3, under("Tail", 3), under("Tail", 4)),
    ("Tail of all", PROBLEM, {}, 3, under("Tail", 4), under("Tail", 3)),
    ("a step less than a chunk of 6", LAYER, SIX, 1, of(steps=5, chunk=6), of(steps=4, chunk=6)),
    ("one chunk of 6", LAYER, SIX, 1, of(steps=6, chunk=6), of(steps=5, chunk=6)),
    ("a step more than a chunk of 6", LAYER, SIX, 1, of(steps=7, chunk=6), of(steps=8, chunk=6)),
    ("two chunks of 6", LAYER, SIX, 1, of(steps=12, chunk=6), of(steps=11, chunk=6)),
    ("two chunks and a part of one of 6", LAYER, SIX, 1, of(steps=15, chunk=6), of(steps=14, chunk=6)),
    ("one chunk of 6", LAYER, GIVEN, 1, of(steps=6, chunk=6), of(steps=6, chunk=9)),
)


def _ids(rows):
    return [f"{row[0]} {i}" for i, row in enumerate(rows)]


@pytest.mark.parametrize(("name", "door", "scope", "least", "meets", "misses"), CONTRACT, ids=_ids(CONTRACT))
def test_what_has_to_be_met_is_met_by_what_has_it_alone(name, door, scope, least, meets, misses):
    """And has to be so often."""
    (entry,) = (each for each in contract(claimed(door, **scope)) if each.name == name)
    assert entry.least == least
    assert (entry.met(meets(door[2])), entry.met(misses(door[2]))) == (True, False)


@pytest.mark.parametrize("row", [CONTRACT[0], CONTRACT[3]], ids=["thrice", "once"])
def test_what_must_be_met_is_missing_until_it_is(row):
    """So often, and by informative cases."""
    name, door, scope, least, meets, misses = row
    claim = claimed(door, **scope)
    right, wrong = (truth_of(made(door[2])) for made in (meets, misses))
    assert name not in judged(claim, (right, least)).missing
    found = judged(claim, (right, least - 1), (wrong, 9))
    assert name in found.missing
    assert found.verdict == "not exercised"


# By entry, of which claim it is waited for, and of which one just not.
WAITED_FOR = (
    ("T = 1", LAYER, {"steps": (1, 4)}, {"steps": (2, 4)}),
    ("T ≥ 2", LAYER, {"compiled": True, "steps": (1, 3)}, {"compiled": True, "steps": (1, 2)}),
    ("T ≥ 5", LAYER, {"steps": (1, 5)}, {"steps": (1, 4)}),
    ("T ≥ 33", LAYER, {"steps": (1, 33)}, {"steps": (1, 32)}),
    ("N = 1", LAYER, {"records": (1, 4)}, {"records": (2, 4)}),
    ("N ≥ 2", LAYER, {"records": (1, 2)}, {"records": (1, 1)}),
    ("N ≥ 33", LAYER, {"records": (1, 33)}, {"records": (1, 32)}),
    # What compiles for each shape is run at few of them.
    ("T ≥ 33", LAYER, {}, {"compiled": True}),
    ("N ≥ 33", LAYER, {}, {"compiled": True}),
    ("T ≥ 5", LAYER, {"compiled": True}, {"compiled": True, "steps": (1, 8)}),
    ("N ≥ 2", LAYER, {"compiled": True}, {"compiled": True, "records": (1, 2)}),
    ("two chunks of 6", LAYER, {"chunk": 6, "compiled": True}, {"chunk": 6, "steps": (1, 11)}),
    ("one chunk of 6", LAYER, SIX, {"chunk": 6, "compiled": True}),
    ("records that end early", LAYER, ENDS, {}),
    ("records that end early", LAYER, {**ENDS, "records": (1, 2)}, {**ENDS, "records": (1, 1)}),
    ("records that end early", LAYER, {**ENDS, "steps": (4, 5)}, {**ENDS, "steps": (4, 4)}),
    ("slack behind the last sequence", LAYER, PACKED, ENDS),
    (ONE_STEP, LAYER, PACKED, {**PACKED, "steps": (2, 9)}),
    ("initial state not zero", LAYER, {}, {"states": "zero"}),
    ("float64", LAYER, {}, {"dtypes": ("float32",)}),
    ("loss by the final state alone", LAYER, {}, {"declines": "final cotangents"}),
    ("loss on the last step", PROBLEM, {}, {"losses": ("every",)}),
    ("loss on every step", PROBLEM, {}, {"losses": ("last",)}),
    ("loss on the last step", PROBLEM, {"declines": "final cotangents"}, {"losses": ("every",)}),
    ("activation tanh", PROBLEM, {}, {"functions": {"activation": ("tanh",)}}),
    ("Full", PROBLEM, {"truncations": ("Full", "Tail")}, {"truncations": ("Full",)}),
    ("Window of a part", PROBLEM, {}, {"truncations": ("Full", Standard("Window", (1,)))}),
    ("Tail of all", PROBLEM, {"truncations": ("Full", "Tail")}, {"truncations": ("Full", "Window")}),
)


@pytest.mark.parametrize(("name", "door", "scope", "less"), WAITED_FOR, ids=_ids(WAITED_FOR))
def test_nothing_is_waited_for_that_is_not_claimed(name, door, scope, less):
    """Nor is anything else left out."""
    names = [{entry.name for entry in contract(claimed(door, **each))} for each in (scope, less)]
    assert [name in each for each in names] == [True, False]


def test_a_state_that_cannot_be_zero_is_not_waited_for():
    """Of a normaliser above zero the others are zero, or not all of them."""
    blocks = (replace(each, domain=positive) if each.name == "n0" else each for each in models.slstm.blocks)
    model = replace(models.slstm, blocks=tuple(blocks))
    (still,) = (
        entry
        for entry in contract(resolved(None, model, layer.CAPABILITIES))
        if entry.name == "initial state zero"
    )
    case = in_domains(random_case(model, np.random.default_rng(0), {"H": 1, "D": 1}))
    zero = {name: 0 * case.blocks[name] for name in ("h0", "c0", "m0")}
    assert not still.met(case)
    assert still.met(replace(case, blocks={**case.blocks, **zero}))


def test_no_entry_is_missing():
    """Of what a layer, a packed one, one in chunks and a function of a problem have to meet."""
    claims = (claimed(LAYER, **PACKED), claimed(LAYER, **SIX), claimed(PROBLEM))
    assert {row[0] for row in CONTRACT} == {entry.name for claim in claims for entry in contract(claim)}


def with_shares(case, shares, determined=True):
    """A truth by which so much of what determines a block may be off; the others are as they are."""
    plain = truth_of(case)
    blocks = dict(plain.blocks)
    for name, share in shares.items():
        spread = share * DETERMINED[case.dtype.name] * blocks[name].size / 16
        blocks[name] = replace(blocks[name], spread=spread, terms=0.0)
    made = Expectations(determined, blocks, plain.forward)
    return Truth(case, lambda case: Memo({"expectations": made}))


BLOCKS = ("U", "W", "b", "xs", "h0")


@pytest.mark.parametrize("dtype", DETERMINED)
def test_a_case_says_something_where_one_block_is_determined(dtype):
    """Else it is a case, and no more: it meets nothing, and covers no row."""
    claim, case = claimed(LAYER), of(dtype=dtype)("cotangents")
    right = OfModel(Stub(models.vanilla, claim))
    within, beyond = dict.fromkeys(BLOCKS, 0.99), dict.fromkeys(BLOCKS, 1.01)
    for shares, informative in ((within, 1), ({**beyond, "W": 0.99}, 1), (beyond, 0)):
        found = judged(claim, (with_shares(case, shares), 1))
        assert (found.cases, found.informative) == (1, informative)
        assert ("N ≥ 2" in found.seen) == informative
        for row, covered in ((("floats", 5), {("floats", 5)}), (None, set())):
            seen = right.tally(RunCase(with_shares(case, shares), row))
            assert seen.rows_covered == (covered if informative else set())
    undetermined = with_shares(case, within, determined=False)
    found = judged(claim, (undetermined, 1))
    assert (found.cases, found.informative, found.rows) == (1, 0, ())
    # Of such a case the form is looked at, and nothing else.
    subject = OfModel(Stub(models.vanilla, claim, lambda call, parts: parts.pop("U", None)))
    assert [name for name, *_ in subject.tally(RunCase(undetermined)).rows] == ["form"]


def test_zeros_say_nothing():
    """Without cotangents every gradient is zero: nothing is shown, whatever is wrong of it."""
    case = of()("cotangents")
    still = truth_of(replace(case, objective=case.objective.replaced(zero)))
    found = judged(claimed(LAYER), (still, 3))
    assert (found.cases, found.informative, found.seen) == (3, 0, {})
    assert {verdict_of(row) for row in found.by_part if row.property in ("autograd", "lags")} == {
        "nothing shown"
    }
    assert "autograd U" in found.missing


EVIDENT = {"autograd", "lags", "lag by lag"}


@pytest.mark.parametrize("dtype", DETERMINED)
def test_evidence_is_what_is_determined_and_not_zero(dtype):
    """Three times of each block, for each oracle, and of the outputs."""
    claim, case = claimed(LAYER), of(dtype=dtype)("cotangents")
    entries = {f"{name} {part}" for name in EVIDENT for part in BLOCKS} | {"forward outputs"}
    assert not entries & {*judged(claim, (truth_of(case), 3)).missing}
    assert entries <= {*judged(claim, (truth_of(case), 2)).missing}
    beyond = judged(claim, (with_shares(case, {"U": 1.01}), 3))
    assert {"autograd U", "lags U"} <= {*beyond.missing}
    assert not {"autograd W", "lags W"} & {*beyond.missing}
    within = judged(claim, (with_shares(case, {"U": 0.99}), 3))
    assert not {"autograd U", "lags U"} & {*within.missing}
    none = truth_of(replace(case, objective=replace(case.objective, outputs=zero(case.objective.outputs))))
    assert "lag by lag xs" not in judged(claim, (none, 3)).missing


@pytest.mark.parametrize("by", [2.0**-20, 1.0, 8.0, 2.0**40])
def test_a_case_of_any_numbers_is_run(by):
    """And where one block is not determined the others are."""
    case = of(dtype="float64")("cotangents")
    case = replace(case, objective=case.objective.replaced(lambda array: by * array))
    case.blocks["h0"][0, 0] = min(by, 8.0)
    claim = claimed(LAYER)
    for truth in (truth_of(case), with_shares(case, {"W": 1.01})):
        bound = truth_of(case).blocks["U"].bound

        def plant(call, parts, bound=bound):
            if "U" in parts and call.number == 1:
                parts["U"][0, 0] += 10 * bound

        subject = OfModel(Stub(models.vanilla, claim, plant))
        assert subject.tally(RunCase(truth)).is_refuted
        assert not OfModel(Stub(models.vanilla, claim)).tally(RunCase(truth)).is_refuted
        assert judged(claim, (truth, 1)).informative == 1


@pytest.mark.parametrize(("words", "reported"), [("two records", "two records"), ("", "it says no more")])
def test_what_is_declined_is_missing(words, reported):
    """It is no case that says anything, and its words are reported with their number."""

    def declines(call, parts):
        raise Unsupported(words)

    full = judged(claimed(LAYER), (truth_of(of()("cotangents")), 2), plant=declines)
    assert (full.cases, full.informative, full.seen, full.rows) == (2, 0, {}, ())
    assert full.missing[0] == f"2 cases declined: {reported}"
    assert full.declined == {reported: 2}
    assert full.verdict == "not exercised"


def test_a_verdict_is_one_word():
    """Verified where nothing is missing, and refuted by one failure, whatever is missing."""
    claim = claimed(LAYER)
    rows = [(made, least) for _, door, scope, least, made, _ in CONTRACT if door is LAYER and not scope]
    subject, tally = counted(claim, *((truth_of(made("cotangents")), least) for made, least in rows))
    found = said(subject, tally)
    assert (found.verdict, found.missing, found.diagnosis, found.example) == ("verified", (), None, None)
    for coverage, missing in (
        (Coverage(2, 10, 10, {}), False),
        (Coverage(2, 10, 9, {}), True),
        (Coverage(2, 10, 9, {}, ("T 1",)), False),
        (Coverage(2, 10, 8, {}, ("T 1",)), True),
    ):
        found = said(subject, tally, Coverage(3, 5, 5, {}), coverage)
        assert found.missing == ((str(coverage),) if missing else ())
        assert ("vacuous" in str(coverage)) == bool(coverage.vacuous)
        assert found.verdict == ("not exercised" if missing else "verified")
        failed = (PartResult("lags", "U", 9, 9), PartResult("lags", "W", 9, 9, failures=1))
        assert replace(found, rows=failed).verdict == "refuted"
        assert replace(found, rows=failed[:1]).verdict == found.verdict


@pytest.mark.parametrize(
    ("finding", "evidence", "nonzero", "undetermined", "failures", "verdict"),
    [
        (Finding("lags", "U", None), 1, 1, 0, 0, "holds"),
        (Finding("lags", "U", None, nonzero=False), 0, 0, 0, 0, "nothing shown"),
        (Finding("lags", "U", None, determined=False), 0, 1, 1, 0, "holds"),
        (Finding("lags", "U", "off"), 1, 1, 0, 1, "refuted"),
        (Finding("lags", "U", "off", nonzero=False), 0, 0, 0, 1, "refuted"),
    ],
)
def test_a_finding_is_counted_as_what_it_is(finding, evidence, nonzero, undetermined, failures, verdict):
    """Once a case, however many there are of it; with another case it adds up."""
    for others in ([], [Finding("lags", "U", None, nonzero=False, determined=True)]):
        one = tally_of([*others, finding, finding], lambda: "packed", "Full")
        row = PartResult("lags", "U", 1, evidence, failures, "Full", nonzero, undetermined)
        ((key, made),) = one.rows.items()
        assert key == ("lags", "U", "Full")
        assert vars(made) == vars(row)
        assert verdict_of(made) == verdict
        assert one.is_refuted == bool(failures)
        assert (one.refuted is not None) == bool(failures)
        ((_, two),) = (one + one).rows.items()
        assert (two.cases, two.evidence, two.failures) == (2, 2 * evidence, 2 * failures)
        assert (two.nonzero, two.undetermined) == (2 * nonzero, 2 * undetermined)


def test_what_comes_first_is_reported():
    """Of what is lost and of what refutes; and beside the rows what is not checked, and what is remarked."""
    found = [
        Finding("lags", "", None, not_checked="more"),
        Finding("form", "", "gone", lost=True),
        Finding("lags", "U", "off", remark=("exp", "log")),
        Finding("form", "", "gone again", lost=True),
    ]
    tally = tally_of(found, lambda: "packed")
    assert (tally.not_checked, tally.lost) == ({"more": 1}, "gone")
    assert [*tally.rows] == [("form", "", ""), ("lags", "U", "")]
    assert tally.refuted == ("packed", found[1])
    assert tally.remarks == {"exp and log: : U": 1}
    later = tally_of(found[2:], lambda: "later")
    assert later.lost == "gone again"
    for total, first in ((tally + later, tally), (later + tally, later), (Tally() + later, later)):
        assert (total.lost, total.refuted) == (first.lost, first.refuted)


def test_a_process_that_is_lost_refutes_by_its_form():
    """With how it ended, and where; before any case it is nobody's fault."""
    total = of_lost(Lost("ended its process", "N 1"))
    assert (total.is_refuted, total.lost) == (True, "ended its process, at N 1")
    with pytest.raises(RuntimeError, match="the work ended, before the engine was run"):
        of_lost(Lost("ended"))


@pytest.mark.parametrize(("error", "lost"), [(ArithmeticError, ""), (TimedOut, "gone")])
def test_the_next_property_is_not_checked_of_an_engine_that_did_not_come_back(error, lost):
    """An answer of another form is that property's, and the next one is looked at all the same."""

    def second(call, parts):
        if call.number == 2:
            raise error("gone")

    subject = OfModel(Stub(models.vanilla, claimed(LAYER), second))
    tally = subject.tally(RunCase(truth_of(of()("cotangents")), turns=("linearity", "records permute")))
    assert tally.lost.endswith(lost) == tally.is_refuted
    names = ["linearity"] if lost else ["linearity", "records permute"]
    assert [*dict.fromkeys(name for name, *_ in tally.rows)] == names


class SilentWorker:
    """A worker that tells nobody."""

    quickest = 0.001

    def tell(self, words):
        """To nobody."""

    def guarded(self, call):
        """As it is."""
        return call

    def ending(self, until):
        """No call is watched."""
        return nullcontext()


def here(work, tasks):
    """Each in this process."""
    yield from (work(task, worker=SilentWorker()) for task in tasks)


class Handed(OfModel):
    """A subject of cases that are handed to it."""

    def opening(self, samples):
        return [CaseBlock(1)]

    def blocks(self, samples, profile, seed, pace):
        return [CaseBlock(1)]

    def portions(self, sample, numbers, pace):
        return [CaseBlock(1, "again", rows=tuple((number, None) for number in numbers))]

    def sought(self, tally, pace):
        # After all else, and of a right engine alone.
        assert tally.cases == 4
        yield CaseBlock(1)

    def guarded(self, worker):
        return self

    def samples(self, profile):
        return (self.sample,)

    def cases(self, block):
        return [
            RunCase(truth_of(of()("cotangents")), row=("", number)) for number, _ in block.rows or [(0, None)]
        ]


class FewRows:
    """A sample whose second and third row come later."""

    def __init__(self):
        self.met, self.rounds = set(), 0

    def meet(self, rows):
        self.met |= {*rows}

    def shares(self):
        return ()

    def more(self):
        self.rounds += 1
        return range(self.rounds, self.rounds + 1) if self.rounds < 3 else range(0)

    def coverage(self):
        return (Coverage(2, 3, len(self.met), {}),)


def test_what_is_not_met_is_run_again():
    """Until there is no more; of a refuted engine nothing is, and what it has not met is not counted."""
    for wrong in (False, True):

        def plant(call, parts, wrong=wrong):
            if wrong and call.back:
                parts["U"] = None

        sample = FewRows()
        subject = Handed(Stub(models.vanilla, claimed(LAYER), plant))
        object.__setattr__(subject, "sample", sample)
        seen = tallied(here, subject, Profile("few", cases=1, exact_cases=0), 0)
        assert (seen.tally.cases, sample.rounds, seen.ended) == ((1, 0, "") if wrong else (5, 3, ""))
        assert [(each.covered, each.missing) for each in seen.coverage] == ([] if wrong else [(3, 0)])


def test_an_engine_that_does_not_come_back_is_run_no_more():
    """In the block in which it was lost."""

    def gone(call, parts):
        raise TimedOut("gone")

    class Twice(Handed):
        def cases(self, block):
            return [*super().cases(block), *super().cases(block)]

    run = CaseRun(here, Twice(Stub(models.vanilla, claimed(LAYER), gone)))
    run.look([CaseBlock(2), CaseBlock(2)])
    assert (run.tally.cases, run.tally.lost, run.goes_on) == (1, "gone", False)


@pytest.mark.parametrize(("at", "shown"), [(None, True), (3, True), (3, False)])
def test_a_run_goes_up_to_the_block_that_refutes(at, shown):
    """Blocks behind it are not made; for progress, reported after each, all are counted at the first result.

    What is refuted has met nothing more, and has no more to do.
    """
    made, run_on, met, heard = [], [], [], []

    def given():
        for number in range(3):
            made.append(number)
            yield CaseBlock(2, rows=((0, None), (1, None)))

    class Numbered(Handed):
        def tally(self, case):
            run_on.append(case)
            failures = int(len(run_on) == at)
            return Tally({("lags", "U", ""): PartResult("lags", "U", 1, 1, failures)}, 1)

    standing = RunStanding((), 0.0)
    standing.meet = lambda rows, cases: met.append(cases)
    watch = Watch((lambda done, total: heard.append((done, total))) if shown else None)
    run = CaseRun(here, Numbered(Stub(models.vanilla, claimed(LAYER))), watch, standing)
    run.look(given())
    assert made == ([0, 1, 2] if shown else [0, 1])
    assert heard == ([(2, 6), (4, 6), (6, 6)] if at is None else [(2, 6), (4, 4)] if shown else [])
    assert met == ([2, 4, 6] if at is None else [2])
    assert run.goes_on == (at is None)
    run.look([CaseBlock(1)])
    assert len(run_on) == (7 if at is None else 4)


def test_a_run_ends_when_its_time_is_over():
    """In the midst of a block; what it has not begun is left."""
    subject = Handed(Stub(models.vanilla, claimed(LAYER)))
    for until, cases in ((time.monotonic() - 1, 1), (time.monotonic() + 1000, 4)):
        run = CaseRun(here, subject, Watch(until=until))
        run.look([CaseBlock(2, rows=((0, None), (1, None)))] * 2)
        assert (run.tally.cases, run.goes_on) == (cases, cases == 4)
        assert run.tally.pace < 1000
        seen = Results(run.tally, ended="" if run.goes_on else NO_TIME_LEFT)
        assert said(subject, seen.tally).ended == ""
        assert judgement_of(None, subject, seen, 3, 0, 0.0).strength == (3 if run.goes_on else 0)


class Half:
    """A sample of which half has been met."""

    def meet(self, rows):
        """Nothing more."""

    def shares(self):
        return (Share(1, 2, 2), Share(2, 1, 2))

    def least_met(self):
        return ["T 9 (0%)"]


@pytest.mark.parametrize("ended", ["", NO_TIME_LEFT])
def test_what_is_left_of_a_sample_is_reported_of_a_run_that_ended(ended):
    """Single levels are missing then, and else not; others are reported as progress."""
    subject, tally = counted(claimed(LAYER), (truth_of(of()("cotangents")), 1))
    standing = RunStanding((Half(),), 0.0)
    standing.meet((), 1)
    found = judgement_of(None, subject, Results(tally, (), standing, ended), 3, 0, 0.0)
    assert (found.strength, found.least_met) == ((1, ("T 9 (0%)",)) if ended else (3, ()))
    assert not any("singles" in each or "pairs" in each for each in found.missing)
    standing.samples[0].shares = lambda: (Share(1, 1, 2),)
    found = judgement_of(None, subject, Results(tally, (), standing, ended), 3, 0, 0.0)
    assert ("singles 50%" in found.missing) == bool(ended)


@pytest.mark.parametrize("exact", [True, False])
def test_fractions_are_for_who_is_exact(exact):
    """Beside floating point: a sample, and cases that are drawn, so many at a time."""
    scope = {"functions": {"activation": ("identity",)}, "truncations": ("Full",)}
    scope |= {"records": (1, 2), "steps": (1, 2), "losses": ("last",), "exact": exact}
    subject = OfModel(Stub(models.vanilla, claimed(PROBLEM, **scope)))
    drawn = [block for block in Plan(subject.engine).drawn(Profile("few", 31, 31), 0) if not block.rows]
    assert [(block.size, block.drawn is exact_cases) for block in drawn] == [
        (30, False),
        (1, False),
        *([(30, True), (1, True)] if exact else []),
    ]
    assert len(subject.samples(Profile("few", 1, 1, strength=1))) == 1 + exact


class NoRows:
    """A sample without rows."""

    rows, design, designed = (), None, staticmethod(in_floats)


def test_a_fixed_case_is_run_on_an_engine_that_claims_it():
    """It, and the property that alone runs it; nothing is drawn beside it."""
    fixed = (
        FixedCase(None, "two", lambda: of()("cotangents")),
        FixedCase(None, "ten", lambda: of(records=10)("cotangents")),
        FixedCase(EXACT, "exact", lambda: of()("cotangents")),
    )
    subject = OfModel(Stub(models.vanilla, claimed(LAYER, records=(1, 3)), fixed=fixed))
    blocks = subject.blocks((NoRows(),), Profile("none", 0, 0), 0)
    cases_of = [each for block in blocks for each in block.fixed]
    assert [each.name for each in cases_of] == [
        "two",
        "forwards in a row",
        "another thread",
        "calls in a row",
    ]
    cases = [*subject.cases(CaseBlock(3, fixed=tuple(cases_of)))]
    assert [each.truth.only for each in cases] == [None, FORWARDS_IN_A_ROW, ANOTHER_THREAD, CALLS_IN_A_ROW]
    assert [each.fixed["N"] for each in cases] == [2, 1, 1, 1]
    drawn = [*subject.cases(CaseBlock(2, "0"))]
    assert [each.drawn["N"] > 0 for each in drawn] == [True, True]


def test_the_truth_is_there_before_an_engine_is_run(tmp_path):
    """Where it is kept; else it is made when it is its turn."""
    block = CaseBlock(1, fixed=(FixedCase(None, "two", lambda: of()("cotangents")),))
    plain = OfModel(Stub(models.vanilla, claimed(LAYER)))
    for subject, kept in ((plain, False), (plain.keeping(tmp_path), True)):
        (one,) = subject.cases(block)
        assert ("expectations" in one.truth.memo.values) == kept
        assert any(path.is_file() for path in tmp_path.rglob("*")) == kept
    small = {"autograd", "complex step", "lag by lag"}
    for steps, determined, more in ((3, True, small), (10, True, {"lag by lag"}), (3, False, set())):
        truth = with_shares(of(steps=steps)("cotangents"), {}, determined)
        assert {*prepared(claimed(LAYER), truth).memo.values} == {"expectations", *more}


def test_a_model_is_the_engine_s_own():
    """By its name."""
    engine = Stub(models.vanilla, claimed(LAYER))
    assert engine.subject(models.vanilla).name == engine.subject().name == "vanilla"
    with pytest.raises(ValueError, match=r"^model: scan, needed the engine's own, vanilla$"):
        engine.subject(models.scan)


def test_what_is_found_is_packed(monkeypatch):
    """And nothing is, where nothing is found."""
    case, finding = of()("cotangents"), Finding("lags", "U", "off")
    subject = OfModel(Stub(models.vanilla, claimed(LAYER)))
    for what in ("smallest", "smallest_showing"):
        monkeypatch.setattr(model_subject, what, lambda *arguments: Shrunk(case, finding, "why"))
    for found in (subject.smallest(pack(case), finding), subject.showing(None)):
        assert (found.case.keys(), found.finding, found.larger) == (pack(case).keys(), finding, "why")
    monkeypatch.setattr(model_subject, "smallest_showing", lambda *arguments: None)
    assert subject.showing(None) is None


@pytest.mark.parametrize("larger", ["", "the search for a smaller one ended after 4 s"])
def test_an_example_says_how_it_fails(larger):
    """And whether it is the smallest, or why not."""
    found = Shrunk(pack(of()("cotangents")), Finding("lags", "U", "off"), larger)
    example = OfModel(Stub(models.vanilla, claimed(LAYER))).example(found)
    assert (example.property, example.part, example.failure) == ("lags", "U", "off")
    assert example.larger == larger
    assert example.code.startswith("# off")
    assert example.code.endswith("check(engine, 'lags', case)\n")


@pytest.mark.parametrize(("made", "informative"), [(1, True), (8, True), (9, False)])
def test_a_row_s_numbers_are_made_until_they_tell(made, informative):
    """Eight times."""
    tries = []

    class Design:
        rng = staticmethod(lambda *numbers: np.random.default_rng(numbers))

        def make(self, row, rng):
            tries.append(rng)
            case = of()("cotangents")
            still = replace(case, objective=case.objective.replaced(zero))
            return case if len(tries) >= made else still

    assert truth_of_row(Design(), None, 0, BLOCKS).informative(BLOCKS) == informative
    assert len(tries) == min(made, 8)


FIRST, SMALLER, OTHER = (Finding("lags", "U", words) for words in ("first", "smaller", "other"))
SAYS = {
    "diagnosis": Diagnosis("step", blocks=("U",), sentence="U is wrong"),
    "smallest": Shrunk(3, SMALLER),
    "numbers": (),
    "wrong": frozenset("U"),
    "showing": Shrunk(4, OTHER),
    "picture": Picture(instead="drawn"),
    "example": Example(None, "lags", "U", "", "the program"),
}
FAILS, ENDED = KeyError("x"), Lost("ended", "diagnosis")


def explained(lost, tally, says):
    """The judgement of a refuted subject that says so where it is run; what is lost does not come back."""

    def spread(work, tasks):
        for task in tasks:
            yield Lost("ended") if str(task) in lost else work(task, worker=SilentWorker())

    def method(name):
        def said(self, *given):
            found = {**SAYS, **says}[name]
            if isinstance(found, Exception):
                raise found
            if name == "example":
                (shrunk,) = given
                return replace(found, failure=f"{shrunk.case}: {shrunk.finding.wrong}", larger=shrunk.larger)
            return found(*given) if callable(found) else found

        return said

    methods = {name: method(name) for name in SAYS}
    guarded = {"guarded": lambda self, worker: self}
    subject = type("Says", (OfModel,), {**methods, **guarded})(Stub(models.vanilla, claimed(LAYER)))
    return judgement_of(spread, subject, Results(tally), 3, 0, time.monotonic())


ROWS = {("lags", "U", ""): PartResult("lags", "U", 1, 1, 1)}
REFUTED = Tally(ROWS, 1, refuted=(5, FIRST))
NOT_DRAWN = "The picture was not drawn: "
NO_MORE = f"{NOT_DRAWN}an engine that does not come back is run no more."
NO_FORM = "The engine does not answer in form: it ended."

SEARCH = "the search for a smaller one"

# What a subject says instead; the sentence, the example, why it is not the smallest; the picture.
EXPLANATIONS = (
    ({}, "U is wrong", "3: smaller", "", "drawn"),
    ({"smallest": Shrunk(3, SMALLER, "why")}, "U is wrong", "3: smaller", "why", "drawn"),
    ({"smallest": FAILS}, "U is wrong", "5: first", f"{SEARCH} failed by KeyError: 'x'", "drawn"),
    ({"numbers": FAILS}, "U is wrong", "5: first", f"{SEARCH} failed by KeyError: 'x'", "drawn"),
    ({"wrong": FAILS}, "U is wrong", "5: first", f"{SEARCH} failed by KeyError: 'x'", "drawn"),
    # It would stand beside a sentence about another fault.
    ({"wrong": frozenset("W")}, "U is wrong", "4: other", "", "drawn"),
    ({"wrong": lambda packed: frozenset("UUUWUU"[packed])}, "U is wrong", "4: other", "", "drawn"),
    (
        {"wrong": frozenset("W"), "showing": Shrunk(4, OTHER, "why")},
        *("U is wrong", "4: other", "why", "drawn"),
    ),
    ({"wrong": frozenset("W"), "showing": None}, "U is wrong", "3: smaller", "", "drawn"),
    ({"wrong": frozenset("W"), "showing": FAILS}, "U is wrong", "3: smaller", "", "drawn"),
    (
        {"wrong": frozenset("W"), "smallest": FAILS},
        *("U is wrong", "5: first", f"{SEARCH} failed by KeyError: 'x'", "drawn"),
    ),
    (
        {"diagnosis": FAILS, "wrong": frozenset("W")},
        "first: “lags” is refuted. Its diagnosis failed by KeyError: 'x'.",
        *("3: smaller", "", "drawn"),
    ),
    ({"picture": FAILS}, "U is wrong", "3: smaller", "", f"{NOT_DRAWN}that failed by KeyError: 'x'."),
    ({"example": FAILS}, "U is wrong", "smaller", "", "drawn"),
    ({"diagnosis": ENDED}, NO_FORM, "3: smaller", "", "drawn"),
)


@pytest.mark.parametrize(("says", "sentence", "example", "larger", "picture"), EXPLANATIONS)
def test_a_refutation_is_explained(says, sentence, example, larger, picture):
    """What fails of that says so in its place, and takes nothing else with it."""
    found = explained((), REFUTED, says)
    assert (found.verdict, found.diagnosis.sentence) == ("refuted", sentence)
    assert (found.example.failure, found.example.larger) == (example, larger)
    assert found.picture.instead == picture
    assert ("was not written" in found.example.code) == ("example" in says)


def test_a_refutation_of_who_does_not_come_back_is_explained():
    """By what was lost, and when."""
    found = explained(("diagnosis",), REFUTED, {})
    assert (found.diagnosis.sentence, found.picture.instead) == (NO_FORM, NO_MORE)
    assert (found.example.failure, found.example.larger) == ("3: smaller", "")
    found = explained(("example",), REFUTED, {"wrong": frozenset("W")})
    assert (found.example.failure, found.example.larger) == ("5: first", f"{SEARCH} ended: the engine ended")
    found = explained(("U is wrong",), REFUTED, {"wrong": frozenset("W")})
    assert (found.example.failure, found.example.larger) == ("3: smaller", "")
    found = explained((), replace(REFUTED, lost="ended"), {})
    assert (found.diagnosis.sentence, found.example.failure) == (NO_FORM, "5: first")
    assert (found.example.larger, found.picture.instead) == ("an engine that ended is run no more", NO_MORE)
    found = explained((), replace(REFUTED, lost="ended", refuted=None), {})
    assert (found.diagnosis.sentence, found.example, found.picture.instead) == (NO_FORM, None, NO_MORE)


def test_limits_that_take_too_long_to_be_met():
    """An answer's seconds, a large one's, how many of those are waited for, in silence and at first."""
    assert (timeout.ANSWER, timeout.LARGE_ANSWER, timeout.MAX_LOST) == (10.0, 25.0, 3)
    assert (hosts.SILENT, hosts.LOADS) == (3, 12)
    # A stopped process is charged a tenth of that, and one that waits for its turn a tenth of each tick.
    assert (timeout.TICKS, timeout.LEAST) == (10, 0.1)


def test_an_answer_has_its_time(monkeypatch):
    """A large one more."""
    monkeypatch.setattr(timeout, "ANSWER", 0.2)
    monkeypatch.setattr(timeout, "LARGE_ANSWER", 100.0)

    def slow(call, parts):
        time.sleep(0.5 if call.back else 0)

    for steps, late in ((9, True), (10, False)):
        engine = Stub(models.vanilla, claimed(LAYER), slow)
        if late:
            with pytest.raises(TimedOut, match=r"did not return within 0\.2 s"):
                run_case(engine, of(steps=steps)("cotangents"))
        else:
            run_case(engine, of(steps=steps)("cotangents"))


def test_a_case_is_large_beyond_nine_or_the_least_that_is_taken():
    """And checks what one call shows."""
    for changed, large in (
        ({"steps": 9}, False),
        ({"steps": 10}, True),
        ({"records": 9}, False),
        ({"records": 10}, True),
        ({"steps": 12, "least": {"T": 12}}, False),
        ({"steps": 13, "least": {"T": 12}}, True),
    ):
        case = of(**changed)("cotangents")
        assert is_large(case) == truth_of(case).large == large
        tally = OfModel(Stub(models.vanilla, claimed(LAYER))).tally(RunCase(truth_of(case)))
        assert any(name == "lags" for name, _, _ in tally.rows) != large
    # Of whom no small size is taken, a case of 10,000 numbers of states is the largest of the small ones.
    for records, large in ((5000, False), (5001, True)):
        assert is_large(of(records=records, least={"N": records})("cotangents")) == large


AGAIN = (
    *("linearity", "cotangents add up", "records add up", "records permute", "units permute"),
    *("inputs stay", "second call", "reused arrays"),
    *("interleaved calls", "second backward", "cut", "order of names"),
)
STEPS = ("lags", "complex step", "lag by lag")


@pytest.mark.parametrize(
    ("steps", "slow", "of_all", "in_turn"),
    [
        (3, False, ("forward", "autograd", *STEPS, "process stays", "memory layout"), AGAIN),
        (
            10,
            False,
            ("forward", "autograd", "lag by lag", "process stays", "memory layout"),
            (*AGAIN[:2], "cut"),
        ),
        (3, True, ("forward", "autograd", *STEPS, "process stays"), (*AGAIN, "memory layout")),
        (
            10,
            True,
            ("forward", "autograd", "process stays"),
            ("lag by lag", *AGAIN[:2], "cut", "memory layout"),
        ),
    ],
    ids=["small", "large", "small of a slow one", "large of a slow one"],
)
def test_some_properties_are_checked_on_every_row_and_some_in_turn(steps, slow, of_all, in_turn):
    """Everything is checked on a case that is no row's."""
    claim, truth = claimed(LAYER), truth_of(of(steps=steps)("cotangents"))
    row, plan = Row({}, {"T": steps}), turns(claim, slow)
    assert (plan.always(row), plan.names(row)) == (of_all, in_turn)
    expected = (0, False, (8, 4, 2, 1)) if slow else (6, True, (1,))
    assert (plan.first, plan.numbers, plan.least) == expected
    for mine in ((), in_turn[:1], in_turn):
        assert {each.name for each in checked_on(claim, truth, (*of_all, *mine))} == {*of_all, *mine}
    assert {each.name for each in checked_on(claim, truth)} == {*of_all, *in_turn}
    # A large case has no table of lags, whatever is named.
    assert {each.name for each in checked_on(claim, truth, (*of_all, "lags", "complex step"))} == {*of_all}


def test_of_sizes_that_meet_what_takes_further_calls_is_dealt_out():
    """And what is checked on every large row is checked on all; on the largest five more, if they apply."""
    of_all = ("forward", "autograd", "lag by lag", "process stays", "memory layout")
    of_largest = ("inputs stay", "second call", "reused arrays", "interleaved calls", "second backward")
    assert at_sizes(claimed(LAYER)) == (of_all, AGAIN, of_largest)
    # A problem is one call.
    assert at_sizes(claimed(PROBLEM))[-1] == of_largest[:3]


def test_powers_reach_as_far_as_there_is_room():
    """Twenty powers below overflow, and no further than for any."""
    assert [*powers_of(128, 1.0)] == [40, -50]
    assert [*powers_of(1024, 1.0)] == [*powers_of(16384, 1e9)] == [100, -100]
    assert [*powers_of(128, 2.0**67)] == [40, -50]
    assert [*powers_of(128, 2.0**68)] == [39, -50]
    assert [*powers_of(128, 2.0**106)] == [1, -50]
    assert [*powers_of(128, 2.0**107)] == [-50]
    assert [*powers_of(128, 2.0**-9)] == [40, -50]


# Which engine each property is checked for, and which not, though all else is the same.
APPLIES = (
    *(
        (name, LAYER, {}, PROBLEM, {})
        for name in ("linearity", "cotangents add up", "interleaved calls", "second backward", "cut")
    ),
    ("interleaved calls", LAYER, {}, LAYER, {"declines": "interleaved calls"}),
    ("second backward", LAYER, {}, LAYER, {"declines": "second backward"}),
    ("cotangents add up", LAYER, {}, LAYER, {"declines": "missing cotangents"}),
    ("cut", LAYER, {}, LAYER, {"states": "zero"}),
    ("cut", LAYER, {}, LAYER, {"declines": "final cotangents"}),
    ("identities", PROBLEM, {}, LAYER, {}),
    ("identities", PROBLEM, {}, PROBLEM, {"truncations": ("Full",)}),
    ("recomputation", PROBLEM, {"checkpoints": True}, PROBLEM, {}),
    ("workspace", PROBLEM, {"workspace": True}, PROBLEM, {}),
    ("bits", LAYER, {"bits": True}, LAYER, {}),
    ("padding", LAYER, ENDS, LAYER, {}),
)


@pytest.mark.parametrize(("name", "door", "scope", "other", "less"), APPLIES, ids=_ids(APPLIES))
def test_a_property_is_checked_of_an_engine_that_claims_it(name, door, scope, other, less):
    """And of nobody else."""
    assert BY_NAME[name] in applicable(claimed(door, **scope))
    assert BY_NAME[name] not in applicable(claimed(other, **less))


def test_another_thread_is_tried_where_a_backward_comes_later_and_is_not_declined():
    """Once a run."""
    applies = BY_NAME["another thread"].applies
    assert applies(claimed(LAYER))
    assert not applies(claimed(LAYER, declines="another thread"))
    assert not applies(claimed(PROBLEM))


def test_equality_is_checked_of_an_exact_engine():
    """Whole numbers and Fractions."""
    exact = claimed(PROBLEM, exact=True, functions={"activation": ("identity",)})
    for name in ("exact", "integers", "larger", "own truncations"):
        assert BY_NAME[name].applies(exact)
        assert not BY_NAME[name].applies(claimed(PROBLEM))
    assert BY_NAME["exact"].evidence(exact) == exact.blocks
    assert BY_NAME["exact"].evidence(claimed(PROBLEM)) == ()


def test_partial_gradients_are_checked_of_an_engine_that_is_given_them():
    """Which are wanted, and which outputs were used."""
    claim = claimed(LAYER)
    partial = replace(claim, capabilities=replace(claim.capabilities, partial=True))
    assert [BY_NAME["partial gradients"].applies(each) for each in (partial, claim)] == [True, False]


def test_single_records_are_checked_of_an_engine_that_takes_one():
    """By themselves, and interleaved."""
    truth = truth_of(of()("cotangents"))
    for least, alone in ((1, True), (2, False)):
        engine = Stub(models.vanilla, claimed(LAYER, records=(least, 9)))
        rows = OfModel(engine).tally(RunCase(truth)).rows
        assert any(name == "records add up" for name, _, _ in rows) == alone
        assert any(case.records == 1 for case in engine.log.cases) == alone


@pytest.mark.parametrize(
    ("name", "sizes", "checked"),
    [
        # Numbers in all blocks: 200 at most.
        ("complex step", (5, 2, 8), True),
        ("complex step", (6, 2, 7), False),
        # Numbers of a state over all steps, one before them: 130 at most.
        ("lag by lag", (1, 9, 13), True),
        ("lag by lag", (1, 10, 12), False),
        # Numbers of all inputs: 20,000 at most.
        ("lag by lag", (156, 1, 64), True),
        ("lag by lag", (157, 1, 64), False),
    ],
)
def test_what_takes_long_is_checked_up_to_a_size(name, sizes, checked):
    """Of a scan of so many records, steps and units, which has as many numbers in each of two inputs."""
    records, steps, units = sizes
    case = random_case(models.scan, np.random.default_rng(0), {"H": units}, records, steps, np.float32)
    engine = Stub(models.scan, resolved(None, models.scan, layer.CAPABILITIES))
    found = {each.property for each in findings(engine, truth_of(case), (name,))}
    assert found == ({name} if checked else set())


@pytest.mark.parametrize(("name", "checked"), [("tanh", True), ("relu", False)])
def test_complex_steps_are_of_holomorphic_functions(name, checked):
    """A relu has no complex derivative."""
    engine, truth = Stub(models.vanilla, claimed(PROBLEM)), truth_of(playing(name)("every"))
    assert any(findings(engine, truth, ("complex step",))) == checked
