"""The suite counts what it did, the same however it is spread, and its examples show what they claim."""

import itertools
import os
import signal
import sys
import time
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from rnn import Chunked, Full, Tail
from verification import directed, shrinking, suite, timeout
from verification.comparison import Disagreement
from verification.engine import manual
from verification.exercise import CONTRACT
from verification.larger import LARGER_PROBLEMS, OWN_POLICIES, larger, own_policies
from verification.problem import Problem, Unsupported
from verification.properties import PROPERTIES, Finding, Property, findings, nothing
from verification.strategies import POLICIES, exact_problems, problems
from verification.suite import (
    EVERY_PROPERTY,
    PROFILES,
    Example,
    Profile,
    Row,
    Tally,
    Verification,
    case,
    verify,
)
from verification.trial import Trial, Truth

# Of drawn problems alone, which these tests count.
BY_NAME = {check.name: replace(check, fixed=nothing) for check in PROPERTIES}
FORWARD, LAGS, ADD_UP = BY_NAME["forward"], BY_NAME["lags"], BY_NAME["records add up"]

WRONG = Disagreement("W", (0, 0), 2.0, 1.0, 0.0)


NO_FORK = 0
FORK = os.fork


def use(monkeypatch, cores):
    """A machine with so many cores; with none, one that cannot fork, where all is done in this process."""
    monkeypatch.setattr(os, "cpu_count", lambda: max(cores, 1))
    monkeypatch.setattr(os, "fork", FORK, raising=False)
    if cores == NO_FORK:
        monkeypatch.delattr(os, "fork")


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch):
    """Blocks of few cases, so that few cases are several blocks, and few attempts to shrink."""
    monkeypatch.setattr(suite, "BLOCK", 15)
    monkeypatch.setattr(suite, "smallest", partial(shrinking.smallest, tried=60))


def few(cases, exact_cases=0):
    """A profile of few cases."""
    return Profile("few", cases=cases, exact_cases=exact_cases)


def says(*all_findings, name="says", rows=None, drawn=problems):
    """A property that always finds the same: pairs of what is wrong and keywords of Finding."""
    rows = rows or (name,)
    return Property(name, rows, "", lambda trial: (Finding(rows[0], w, **k) for w, k in all_findings), drawn)


def a_problem(T=3, N=2, truncation=Full()):
    """A small problem of normal numbers."""
    rng = np.random.default_rng(0)
    shapes = {"U": (2, 1), "W": (2, 2), "b": (2,), "V": (1, 2), "c": (1,)}
    params = {name: rng.standard_normal(shape) for name, shape in shapes.items()}
    xs, targets, h0 = (rng.standard_normal(shape) for shape in ((N, T, 1), (N, T, 1), (N, 2)))
    return Problem("tanh", params, xs, targets, h0, truncation)


def doubles_b(problem):
    """An engine whose b is twice what it should be."""
    answer = manual(problem)
    return replace(answer, b=2 * answer.b)


def told(rows):
    """What can be compared of rows."""
    return [
        (
            *(row.name, row.truncation, row.cases, row.nonzero, row.undetermined, row.failures),
            None if row.example is None else row.example.code(),
        )
        for row in rows
    ]


def test_counts_add_up():
    """A row that every case decides is counted in as many cases as the profile has, over the truncations."""
    wrong_in_two = says((WRONG, {"nonzero": False}), (None, {}), (WRONG, {"determined": False}))
    verification = verify(manual, few(40), properties=[says((None, {}), name="holds")])
    assert sum(row.cases for row in verification.rows) == verification.cases == 40
    assert sum(row.nonzero for row in verification.rows) == 40
    tally = case(manual, Truth(a_problem()), [wrong_in_two])
    assert told(tally.rows.values())[0][:-1] == ("says", "Full", 1, 1, 1, 1)


def test_a_case_is_counted_once_in_a_row():
    """However many findings it has: failed if one is wrong, nonzero if one is, undetermined if one is."""
    cases = {
        (True, True): [(None, {}), (None, {})],
        (False, True): [(None, {"nonzero": False}), (None, {"nonzero": False})],
        (True, False): [(None, {"nonzero": False, "determined": False}), (None, {})],
    }
    for (nonzero, determined), all_findings in cases.items():
        (row,) = case(manual, Truth(a_problem()), [says(*all_findings)]).rows.values()
        assert (row.cases, row.failures) == (1, 0)
        assert (row.nonzero, row.undetermined) == (int(nonzero), int(not determined))


def test_a_case_is_live_where_agreement_means_something():
    """The contract's counts are of live cases alone: one that reaches no step is none."""
    live, dead = a_problem(), a_problem(truncation=Tail(0))
    assert case(manual, Truth(live), [FORWARD]).live == 1
    counted = case(manual, Truth(live), [FORWARD]).seen
    assert counted["tanh"] == counted["Full"] == 1
    tally = case(manual, Truth(dead), [FORWARD])
    assert (tally.live, dict(tally.seen)) == (0, {})
    assert tally.rows


def test_there_is_a_row_for_each_name_and_truncation():
    """In the order of the properties, whether or not anything was counted in it."""
    verification = verify(manual, few(1), properties=[FORWARD, LAGS])
    names = [*FORWARD.rows, *LAGS.rows]
    assert [(row.name, row.truncation) for row in verification.rows] == [
        (name, policy) for name in names for policy in POLICIES
    ]
    assert verification.cases == 1
    assert sum(row.cases for row in verification.rows if row.name == "forward") <= 1


def test_the_result_does_not_depend_on_the_number_of_processes(monkeypatch):
    """None, one or three, for four blocks: the same rows with the same counts and the same examples."""
    results = []
    for cores in (NO_FORK, 1, 3):
        use(monkeypatch, cores)
        results.append(verify(doubles_b, few(50), seed=3, properties=[FORWARD, LAGS]))
    one, *others = results
    for other in others:
        assert told(one.rows) == told(other.rows)
        assert (one.cases, one.live, one.seen) == (other.cases, other.live, other.seen)


def test_a_seed_is_a_run():
    """The same seed gives the same rows, and another seed other cases."""
    one, same, other = (verify(manual, few(30), seed=seed, properties=[ADD_UP]) for seed in (1, 1, 2))
    assert told(one.rows) == told(same.rows)
    assert one.seen == same.seen != other.seen


def test_progress_is_told():
    """After each block, up to all of the cases."""
    steps = []
    verify(manual, few(40), properties=[FORWARD], progress=lambda done, total: steps.append((done, total)))
    assert steps == [(15, 40), (30, 40), (40, 40)]


def test_a_property_is_asked_about_the_problems_it_is_about():
    """Each way of drawing has the profile's number of cases, and no property sees another's."""
    seen = {"floats": set(), "fractions": set()}

    def notes(name):
        def check(trial):
            seen[name].add(trial.problem.dtype.name)
            yield Finding(name, None)

        return check

    properties = [
        Property("floats", ("floats",), "", notes("floats")),
        Property("fractions", ("fractions",), "", notes("fractions"), exact_problems),
    ]
    steps = []
    with pytest.MonkeyPatch.context() as patch:
        # Here, where what is noted can be seen.
        use(patch, NO_FORK)
        verification = verify(
            manual, few(12, 5), properties=properties, progress=lambda *step: steps.append(step)
        )
    assert seen["floats"] <= {"float32", "float64"}
    assert seen["fractions"] == {"object"}
    assert sum(row.cases for row in verification.rows if row.name == "fractions") == 5
    assert sum(row.cases for row in verification.rows if row.name == "floats") == 12
    assert steps[-1] == (17, 17)


def test_a_wrong_engine_is_refuted_with_an_example_that_runs():
    """The example is a program; what it makes is small, and the engine fails on it."""
    verification = verify(doubles_b, few(30), properties=[LAGS])
    assert verification.verdict == "refuted"
    assert {row.name for row in verification.rows if row.verdict == "refuted"} == {"lags b"}
    example = next(row.example for row in verification.rows if row.example is not None)
    assert example.smallest
    namespace = {}
    exec(example.code(), namespace)
    again = [
        finding for finding in findings(Trial(doubles_b, Truth(namespace["problem"])), LAGS) if finding.wrong
    ]
    assert [finding.row for finding in again] == ["lags b"]
    assert example.code().startswith(f"# {again[0].wrong}\n")
    assert example.failure.startswith("b[0]: got ")
    # Ones would do but for the residual, which must not be zero.
    assert example.size == 8
    assert namespace["problem"].activation == "identity"


def test_an_example_is_of_its_rows_truncation():
    """A fault under chunks alone is refuted under them alone, with an example of one."""

    def wrong_in_chunks(problem):
        return doubles_b(problem) if isinstance(problem.truncation, Chunked) else manual(problem)

    verification = verify(wrong_in_chunks, few(45), properties=[LAGS])
    refuted = [row for row in verification.rows if row.failures]
    assert [(row.name, row.truncation) for row in refuted] == [("lags b", "Chunked")]
    assert isinstance(refuted[0].example.problem.truncation, Chunked)
    assert refuted[0].example.smallest


def test_where_nothing_smaller_is_found_the_example_is_the_runs_own(monkeypatch):
    """Then the smallest problem that was met stands for the row, and says that it was not shrunk."""
    monkeypatch.setattr(suite, "smallest", lambda *asked: None)
    verification = verify(doubles_b, few(30), properties=[LAGS])
    refuted = [row for row in verification.rows if row.failures]
    assert refuted
    for row in refuted:
        assert row.example.problem.policy[0] == row.truncation
        assert not row.example.smallest
        wrong = [f for f in findings(Trial(doubles_b, Truth(row.example.problem)), LAGS) if f.wrong]
        assert [str(finding.wrong) for finding in wrong] == [row.example.failure]


@pytest.mark.parametrize("cores", [NO_FORK, 1, 2])
def test_any_function_is_an_engine(monkeypatch, cores):
    """A closure, which cannot be sent to another process, is judged in several all the same."""
    use(monkeypatch, cores)
    factor = 2.0

    def engine(problem):
        answer = manual(problem)
        return replace(answer, c=answer.c * answer.c.dtype.type(factor))

    assert verify(engine, few(30), properties=[LAGS]).verdict == "refuted"
    factor = 1.0
    assert not any(row.failures for row in verify(engine, few(30), properties=[LAGS]).rows)


@pytest.mark.parametrize("cores", [NO_FORK, 1, 2])
def test_an_exception_of_the_verifiers_own_surfaces(monkeypatch, cores):
    """Not an engine's fault but a fault of a property: it is raised, from another process as well."""
    use(monkeypatch, cores)

    def broken(trial):
        raise LookupError("a fault of the verifier")
        yield

    with pytest.raises(LookupError, match="a fault of the verifier"):
        verify(manual, few(40), properties=[Property("broken", ("broken",), "", broken)])


@pytest.mark.parametrize("cores", [NO_FORK, 1, 2])
def test_an_engine_that_raises_is_refuted_and_raises_nothing(monkeypatch, cores):
    """Its message is the failure, on the smallest problem of all."""
    use(monkeypatch, cores)

    def raises(problem):
        raise NotImplementedError("no backward yet")

    verification = verify(raises, few(20), properties=[FORWARD])
    assert verification.verdict == "refuted"
    examples = [row.example for row in verification.rows if row.example is not None]
    assert {example.failure for example in examples} == {"raised NotImplementedError: no backward yet"}
    assert min(example.size for example in examples) == 8


def never(problem):
    """Does not return."""
    while True:
        pass


def deaf(problem):
    """Does not return from compiled code, which looks at no alarm."""
    sum(itertools.repeat(0))


@pytest.fixture
def short_timeout(monkeypatch):
    """An answer may take half a second, and a process that hears no alarm three of them."""
    # A busy machine may deliver an alarm late, but not by a second.
    monkeypatch.setattr(timeout, "ANSWER", 0.5)


@pytest.mark.parametrize("cores", [NO_FORK, 1, 2])
def test_an_engine_that_never_returns_is_refuted_and_soon_asked_no_more(monkeypatch, short_timeout, cores):
    """After three cases, each of which refutes all that was asked of it; the rest is not exercised."""
    use(monkeypatch, cores)
    steps = []
    started = time.monotonic()
    verification = verify(never, few(1_000), properties=PROPERTIES, progress=lambda *step: steps.append(step))
    assert time.monotonic() - started < 10
    assert verification.verdict == "refuted"
    assert verification.cases == timeout.MAX_LOST
    refuted = [row for row in verification.rows if row.failures]
    # Of one unit, or one record, some say nothing.
    asked = {name for check in PROPERTIES for name in check.rows}
    assert asked - {row.name for row in refuted} <= {"units permute", "records permute", "records add up"}
    assert sum(row.failures for row in refuted if row.name == "second call") == timeout.MAX_LOST
    assert {row.example.failure for row in refuted} == {"did not return within 0.5 s"}
    # Nothing was left out without a word: what there was to do is what was done.
    assert steps == [(3, 3)]


def test_one_case_without_an_answer_stops_nothing(monkeypatch, short_timeout):
    """The row is refuted, and all the other cases are judged, the last as the first."""
    use(monkeypatch, NO_FORK)
    asked = []

    def once(problem):
        asked.append(problem)
        return never(problem) if len(asked) == 5 else manual(problem)

    verification = verify(once, few(40), properties=[LAGS])
    assert verification.cases == 40
    assert sum(row.cases for row in verification.rows if row.name == "lags W") > 30
    assert {row.failures for row in verification.rows} == {0, 1}
    assert len({row.truncation for row in verification.rows if row.failures}) == 1


def test_an_engine_that_only_smaller_problems_stop_keeps_its_own_example(short_timeout):
    """Looking for a smaller example waits no longer than judging does."""

    def stops_at_one(problem):
        return never(problem) if problem.activation == "identity" else doubles_b(problem)

    started = time.monotonic()
    few_of_tanh = replace(LAGS, problems=tanh_problems)
    verification = verify(stops_at_one, few(0, 15), properties=[few_of_tanh])
    refuted = [row for row in verification.rows if row.failures]
    assert {row.name for row in refuted} == {"lags b"}
    assert all("did not return" not in row.example.failure for row in refuted)
    assert time.monotonic() - started < 10


def tanh_problems(policy=None, most_steps=4):
    """Problems of tanh; those that are looked at for a smaller example are of any activation."""
    everything = problems(policy=policy, most_steps=most_steps)
    return everything.filter(lambda p: p.activation == "tanh") if policy is None else everything


DEATHS = {
    "exits": (lambda problem: sys.exit(1), "raised SystemExit: 1"),
    "ends its process": (lambda problem: os._exit(3), "ended its process with exit code 3"),
    "is killed": (
        lambda problem: os.kill(os.getpid(), signal.SIGKILL),
        "ended its process with exit code -9 (SIGKILL)",
    ),
    "hears no alarm": (deaf, "did not return within 1.5 s, nor hear an alarm"),
}


@pytest.mark.parametrize("name", DEATHS)
@pytest.mark.parametrize("cores", [1, 2])
def test_an_engine_that_ends_its_process_is_told_by_how(monkeypatch, short_timeout, name, cores):
    """In words, with the problem and the block of cases that is lost with it."""
    use(monkeypatch, cores)
    engine, how = DEATHS[name]
    verification = verify(engine, few(45), properties=[FORWARD, LAGS])
    assert verification.verdict == "refuted"
    refuted = [row for row in verification.rows if row.failures]
    assert {row.name for row in refuted} == {*FORWARD.rows, *(LAGS.rows if name == "exits" else ())}
    for row in refuted:
        assert row.example.failure.startswith(how)
        assert row.example.problem.policy[0] == row.truncation
    if name != "exits":
        assert verification.cases == 3
        failures = {row.example.failure for row in refuted}
        assert failures <= {
            f"{how}; with it cases {start} to {start + 14} of forward and others are lost"
            for start in (0, 15, 30)
        }


def test_the_property_at_which_a_process_ended_is_refuted():
    """The others were held, or not reached, by a case of which nothing else is known."""

    def dies_of_one_record(problem):
        if len(problem.xs) == 1:
            os._exit(1)
        return manual(problem)

    pairs = Property("pairs", ("pairs",), "", ADD_UP.check, pairs_of_records)
    before, after = (replace(says((None, {}), name=name), problems=pairs_of_records) for name in "ba")
    verification = verify(dies_of_one_record, few(0, 15), properties=[before, pairs, after])
    assert {row.name for row in verification.rows if row.failures} == {"pairs"}
    assert {row.name for row in verification.rows if row.cases} == {"pairs"}


def pairs_of_records(policy=None, most_steps=4):
    """Problems of more than one record."""
    return problems(policy=policy, most_steps=most_steps).filter(
        lambda problem: len(problem.xs) > 1 and Truth(problem).determined
    )


def test_a_block_that_is_lost_stops_no_other(monkeypatch):
    """The first block dies with its third case; the other two are judged to their ends."""
    use(monkeypatch, 2)
    asked = []

    def dies_at_one(problem):
        asked.append(problem)
        if problem.truncation == Tail(0) and len(asked) > 2:
            os._exit(1)
        return manual(problem)

    verification = verify(dies_at_one, few(45), properties=[FORWARD])
    died = [row for row in verification.rows if row.failures]
    assert died == [row for row in verification.rows if row.truncation == "Tail" and row.failures]
    lost = sum(row.failures for row in died)
    assert 1 <= lost <= 2
    assert verification.cases == 15 * (3 - lost) + lost


def test_a_process_that_dies_by_itself_is_no_refutation(monkeypatch):
    """Before the engine was asked anything it is the verifier's, or the machine's, and is raised in words."""
    use(monkeypatch, 1)

    def dies(**kind):
        os._exit(1)

    with pytest.raises(
        RuntimeError,
        match=r"^cases 0 to 14 of forward and others: the work ended its process with exit code 1, before",
    ):
        verify(manual, few(0, 15), properties=[replace(FORWARD, problems=dies)])


def test_a_smaller_example_that_ends_its_process_is_not_shown(monkeypatch):
    """The run's own stands then, and the run goes on."""
    monkeypatch.setattr(suite, "smallest", lambda *asked: os._exit(1))
    verification = verify(doubles_b, few(30), properties=[LAGS])
    refuted = [row for row in verification.rows if row.failures]
    assert {row.name for row in refuted} == {"lags b"}
    assert not any(row.example.smallest for row in refuted)


def floats_only(problem):
    """The right engine, but for Fractions."""
    if problem.dtype == object:
        raise Unsupported("numbers that are Fractions")
    return manual(problem)


def test_what_an_engine_does_not_do_is_not_exercised():
    """Its rows have no case, refuted or not, and the run is not verified; what was said is counted."""
    verification = verify(floats_only, few(30, 20), properties=EVERY_PROPERTY)
    exact = [row for row in verification.rows if row.name.startswith("exact")]
    assert {(row.cases, row.failures, row.verdict) for row in exact} == {(0, 0, "not exercised")}
    assert not any(row.failures for row in verification.rows)
    assert verification.declined == {"numbers that are Fractions": 20 + len(directed.exact())}
    assert verification.verdict == "not exercised"


def test_whatever_is_declined_is_not_verified():
    """Though every row holds and the contract is met; and it excuses nothing that is wrong."""
    holds, refuted = Row("W", "Full", 5, 5), Row("c", "Full", 5, 5, failures=1)
    declined = {"long ones": 1}
    assert a_verification(holds).verdict == "verified"
    assert replace(a_verification(holds), declined=declined).verdict == "not exercised"
    assert replace(a_verification(holds), declined=declined).idle == ("1 cases declined: long ones",)
    assert replace(a_verification(holds, refuted), declined=declined).verdict == "refuted"


def test_a_declined_case_is_not_seen():
    """The contract's counts are of what the engine did; a part that it did is judged all the same."""

    def one_record(problem):
        if len(problem.xs) > 1:
            raise Unsupported("batches")
        return manual(problem)

    def no_batch_of_one(problem):
        if len(problem.xs) == 1:
            raise Unsupported("batches of one")
        return manual(problem)

    tally = case(one_record, Truth(a_problem()), PROPERTIES)
    assert (tally.live, dict(tally.seen), dict(tally.rows)) == (0, {}, {})
    assert (tally.cases, dict(tally.declined)) == (1, {"batches": 1})
    tally = case(no_batch_of_one, Truth(a_problem()), PROPERTIES)
    assert (tally.live, dict(tally.declined)) == (0, {"batches of one": 1})
    assert {name for name, _ in tally.rows} == {
        row for check in PROPERTIES for row in check.rows if check.name != ADD_UP.name
    }


def test_an_example_is_of_what_the_engine_does():
    """What it declines is no failure, and no smaller example is made of it."""

    def wrong_but_for_relu(problem):
        if problem.activation in ("identity", "relu"):
            raise Unsupported("kinks and lines")
        return doubles_b(problem)

    verification = verify(wrong_but_for_relu, few(30), properties=[LAGS])
    refuted = [row for row in verification.rows if row.failures]
    assert {row.name for row in refuted} == {"lags b"}
    assert all(row.example.problem.activation not in ("identity", "relu") for row in refuted)


def test_a_row_without_a_nonzero_case_is_not_exercised():
    """Holding on zeros alone, or on no case at all, is neither pass nor fail, for the row and for the run."""
    zeros = says((None, {"nonzero": False}), name="zeros")
    idle = says(name="idle")
    verification = verify(manual, few(30), properties=[zeros, idle])
    assert {row.verdict for row in verification.rows} == {"not exercised"}
    assert sum(row.cases for row in verification.rows if row.name == "zeros") == 30
    assert sum(row.cases for row in verification.rows if row.name == "idle") == 0
    assert verification.verdict == "not exercised"


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (Row("W", "Full"), "not exercised"),
        (Row("W", "Full", cases=5), "not exercised"),
        (Row("W", "Full", cases=5, nonzero=1), "holds"),
        (Row("W", "Full", cases=5, nonzero=5, failures=1), "refuted"),
        (Row("W", "Full", cases=5, failures=1), "refuted"),
    ],
)
def test_the_verdict_on_a_row(row, verdict):
    """A failure refutes; without one a nonzero case is needed."""
    assert row.verdict == verdict


def a_verification(*rows, seen=1000):
    """A run's outcome of these rows, in which every entry of the contract was seen so often."""
    template = verify(manual, few(1), properties=[says((None, {}))])
    counts = {entry.name: seen for entry in CONTRACT}
    return replace(template, rows=tuple(rows), seen=counts)


def test_the_verdict_on_a_run():
    """Refuted before not exercised before verified; and the contract must be met."""
    holds, idle = Row("W", "Full", 5, 5), Row("b", "Full", 5, 0)
    refuted = Row("c", "Full", 5, 5, failures=1)
    assert isinstance(a_verification(holds), Verification)
    assert a_verification(holds).verdict == "verified"
    assert a_verification(holds, idle).verdict == "not exercised"
    assert a_verification(holds, idle, refuted).verdict == "refuted"
    assert a_verification(holds, seen=0).verdict == "not exercised"
    assert a_verification(refuted, seen=0).verdict == "refuted"


def test_what_was_not_exercised_is_named():
    """What the engine said first, then rows, then entries of the contract; nothing that is refuted."""
    holds, idle = Row("W", "Full", 5, 5), Row("b", "Tail", 5, 0)
    refuted = Row("c", "Full", 5, 5, failures=1)
    verification = replace(
        a_verification(holds, idle, refuted), declined={"Fractions": 20}, seen={"T = 1": suite.LEAST}
    )
    first, second, *entries = verification.idle
    assert (first, second) == ("20 cases declined: Fractions", "b under Tail")
    assert entries == [entry.name for entry in CONTRACT if entry.name != "T = 1"]
    assert a_verification(holds).idle == ()


def test_what_the_contract_misses_is_named():
    """The entries that too few live cases met."""
    assert a_verification(seen=0).missing == tuple(entry.name for entry in CONTRACT)
    assert a_verification(seen=1000).missing == ()
    one_short = replace(a_verification(), seen={**a_verification().seen, "T = 1": suite.LEAST - 1})
    assert one_short.missing == ("T = 1",)


def test_rows_add():
    """Counts are summed, and of two examples the one with fewer numbers stays."""
    large, small = (Example(a_problem(T), "wrong") for T in (5, 2))
    one, two = Row("W", "Full", 1, 2, 3, 4, large), Row("W", "Full", 10, 20, 30, 40, small)
    both = one + two
    assert (both.cases, both.nonzero, both.undetermined, both.failures) == (11, 22, 33, 44)
    assert both.example is small
    assert (two + one).example is small
    assert (one + Row("W", "Full")).example is large


def test_tallies_add():
    """Row by row, and the contract's counts."""
    one = case(manual, Truth(a_problem()), [FORWARD])
    two = case(manual, Truth(a_problem(truncation=Tail(1))), [FORWARD])
    both = one + two + one
    assert both.rows["forward", "Full"].cases == 2
    assert both.rows["forward", "Tail"].cases == 1
    assert both.live == 3
    assert (both.seen["Full"], both.seen["Tail"], both.seen["tanh"]) == (2, 1, 3)
    assert (Tally() + one).rows == one.rows


def test_an_examples_size_is_what_a_reader_looks_at():
    """Every number of every array."""
    assert Example(a_problem(T=3, N=2), "wrong").size == 2 + 4 + 2 + 2 + 1 + 6 + 6 + 4


def test_profiles_are_known_by_name():
    """quick, which is the default, and a more thorough one."""
    assert set(PROFILES) == {"quick", "thorough"}
    assert PROFILES["quick"].cases < PROFILES["thorough"].cases
    assert PROFILES["quick"].exact_cases < PROFILES["thorough"].exact_cases


def test_everything_is_asked_by_default():
    """No property is left out where none is named; each row's verdict counts."""
    asked = {(row.name, row.truncation) for row in verify(manual, few(1, 1)).rows}
    assert {(row, policy) for check in PROPERTIES for row in check.rows for policy in POLICIES} <= asked


def test_fixed_problems_are_asked_one_and_all():
    """Each once, under its own kind of truncation; they are no part of the contract, nor shrunk."""
    right = verify(manual, few(1), properties=[OWN_POLICIES, LARGER_PROBLEMS])
    assert right.cases == len(own_policies()) + len(larger())
    assert {(row.name, row.truncation): row.verdict for row in right.rows} == {
        ("own policies", "own"): "holds",
        **{("larger", policy): "holds" for policy in POLICIES},
    }
    assert (right.live, dict(right.seen), dict(right.drawn)) == (0, {}, {})
    assert right.fixed == {"T": 512, "N": 128, "D": 128, "H": 128, "K": 128}
    wrong = verify(
        lambda problem: replace(manual(problem), c=-manual(problem).c), few(1), properties=[OWN_POLICIES]
    )
    (row,) = wrong.rows
    assert (row.verdict, row.failures, row.example.smallest) == ("refuted", row.cases, False)
    assert "verification.larger.OWN[" in row.example.code()


def test_the_sizes_of_drawn_problems_are_told():
    """The largest of each, apart from those of the fixed ones."""
    found = verify(manual, few(20), properties=[FORWARD])
    assert found.fixed == {}
    assert set(found.drawn) == set("TNDHK")
    assert 1 <= found.drawn["H"] <= 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((None,), "engine: None, needed a function Problem -> Gradients"),
        (("x" * 1000,), f"engine: '{'x' * 58}…, needed a function Problem -> Gradients"),
        ((manual, "quick"), "profile: 'quick', needed a Profile such as verification.QUICK"),
        ((manual, Profile), "profile: <class 'verification.suite.Profile'>, needed a Profile"),
    ],
)
def test_what_is_no_engine_and_what_no_profile_is_refused(arguments, message):
    """In one line, before any work."""
    with pytest.raises(TypeError) as told:
        verify(*arguments, progress=lambda *step: pytest.fail("worked"))
    assert str(told.value).startswith(message)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"seed": None}, TypeError, "seed: None, needed an integer of at least 0"),
        ({"seed": "x"}, TypeError, "seed: 'x', needed an integer of at least 0"),
        ({"seed": 1.5}, TypeError, "seed: 1.5, needed an integer of at least 0"),
        ({"seed": True}, TypeError, "seed: True, needed an integer of at least 0"),
        ({"seed": -1}, ValueError, "seed: -1, needed at least 0"),
        ({"progress": 5}, TypeError, "progress: 5, needed a function of two numbers, or None"),
        ({"properties": ()}, TypeError, "properties: (), needed a sequence of at least one Property"),
        ({"properties": None}, TypeError, "properties: None, needed a sequence of at least one Property"),
        ({"properties": "lags"}, TypeError, "properties: 'lags', needed a sequence of at least one Property"),
        ({"properties": [5]}, TypeError, "properties: [5], needed a sequence of at least one Property"),
    ],
)
def test_an_argument_that_cannot_be_is_refused(arguments, error, message):
    """By its name, with what was given and what is needed, before any work."""

    def engine(problem):
        pytest.fail("asked")

    with pytest.raises(error) as told:
        verify(engine, **arguments)
    assert str(told.value) == message


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [("cases", -1, ValueError), ("exact_cases", 1.5, TypeError), ("faults", None, TypeError)],
)
def test_a_profile_counts(name, value, error):
    """From 0."""
    with pytest.raises(error, match=f"^{name}: {value}, needed "):
        replace(few(1, 1), **{name: value})


def test_a_seed_is_its_number():
    """Of whatever type of integer."""
    runs = [verify(manual, few(5), seed=seed, properties=[FORWARD]) for seed in (3, np.uint8(3), np.int64(3))]
    assert {run.seed for run in runs} == {3}
    assert all(told(run.rows) == told(runs[0].rows) for run in runs)


def test_what_is_not_answered_is_shrunk_once_for_all_rows(monkeypatch):
    """One example for all properties that draw alike, and of the truncation of the row."""
    searched = []
    found = partial(shrinking.smallest, tried=60)
    monkeypatch.setattr(suite, "smallest", lambda *asked: searched.append(asked[:2]) or found(*asked))
    use(monkeypatch, NO_FORK)

    def not_of_three_steps(problem):
        return None if problem.steps > 3 else manual(problem)

    verification = verify(not_of_three_steps, few(30, 15), properties=EVERY_PROPERTY)
    draws = [check.problems for check, _ in searched]
    assert draws == list(dict.fromkeys(check.problems for check in EVERY_PROPERTY if check.problems))
    shrunk = [row for row in verification.rows if row.example is not None and row.example.smallest]
    drawn = [check for check in EVERY_PROPERTY if check.problems]
    assert {row.name for row in shrunk} == {name for check in drawn for name in check.rows}
    for row in shrunk:
        assert row.example.unanswered
        assert row.example.failure == "returned None, needed verification.Gradients"
        assert row.example.problem.policy[0] == row.truncation
        # Four steps, and one of all else.
        assert row.example.problem.steps == 4
        assert row.example.problem.xs.size == 4


def test_without_an_answer_there_is_no_live_case():
    """And no truth to be computed: every row of every property is refuted at once."""
    truth = Truth(a_problem())
    tally = case(lambda problem: None, truth, PROPERTIES)
    assert (tally.cases, tally.live, dict(tally.seen)) == (1, 0, {})
    assert {name for name, _ in tally.rows} == {name for check in PROPERTIES for name in check.rows}
    assert all(row.failures for row in tally.rows.values())
    assert "table" not in vars(truth)
