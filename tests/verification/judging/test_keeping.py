"""Kept truths: the same judgement with them, and none that is damaged, old or another's is believed."""

import os
import pickle
from collections import Counter
from dataclasses import fields, replace
from itertools import product

import numpy as np
import pytest

from tests.layers import lstm, scan
from tests.programs import python
from tests.promises import SHORT
from verification import Scope, Targets, layer, models, verify
from verification.judging import keeping, model_subject
from verification.judging.keeping import Shelf, flushes, folder_of_user, shelf_of, trim
from verification.judging.shrinking import size_of
from verification.models.case import Cotangents, random_case
from verification.models.stored import dtype_of
from verification.models.truncation import Standard
from verification.models.weighted import Weighted
from verification.properties.findings import prepared, truth_of
from verification.sampling.design import Design
from verification.sampling.sample import in_floats
from verification.truth import complex_step, lag_table
from verification.truth.memo import digest_of

SMALL = Scope(records=(1, 3), steps=(1, 4), sizes={"H": (1, 3)}, dtypes=("float64",))
SCAN = layer(scan.forward, scan.backward, model=models.scan, scope=SMALL)
CASE = random_case(models.scan, np.random.default_rng(0), {"H": 2})


@pytest.fixture
def shelf(tmp_path):
    """An empty one."""
    return shelf_of(models.scan, tmp_path / "truths")


@pytest.fixture
def users(monkeypatch, tmp_path):
    """The folder of a user who keeps truths."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return folder_of_user()


def kept(shelf, case=CASE):
    """What a memory of the shelf knows of a case."""
    return dict(shelf.known(case).values)


def learn(shelf, case=CASE):
    """All truths of the case are made and kept; its file."""
    memory = shelf.opened()
    prepared(SCAN.claim, truth_of(case, memory))
    memory.keep()
    return shelf.path(digest_of(case, shelf.maker))


def said(judgement):
    """Everything that a judgement says, but for its seconds."""
    result = {each.name: getattr(judgement, each.name) for each in fields(judgement)}
    result["milestones"] = [each.share for each in judgement.milestones]
    return {name: repr(value) for name, value in result.items() if name != "seconds"}


@pytest.mark.slow
@pytest.mark.parametrize("factor", [1, 1.001], ids=["right", "wrong"])
def test_a_judgement_is_the_same_by_kept_truths(users, monkeypatch, factor):
    """In every field but the seconds; and the second run makes no truth of its own."""

    def backward(saved, d_outputs, d_state):
        params, xs, states = scan.backward(saved, d_outputs, d_state)
        return {name: factor * array for name, array in params.items()}, xs, states

    engine = layer(scan.forward, backward, model=models.scan, scope=SMALL)
    without = verify(engine, SHORT, cache=False)
    assert not users.exists()
    first = verify(engine, SHORT)
    files = sorted(users.iterdir())
    assert files
    if factor == 1:
        # No table is made: only a refutation looks at cases that were not looked at before.
        monkeypatch.setattr(lag_table, "_table", None)
        monkeypatch.setattr(complex_step, "gradient", None)
    again = verify(engine, SHORT)
    assert said(without) == said(first) == said(again)
    assert sorted(users.iterdir()) == files


def test_what_is_kept_is_what_was_made(shelf):
    """To the bit, of every type, and of records that end early."""
    for name in ("float32", "float64", "longdouble", "complex64", "float16", "bfloat16"):
        case = random_case(models.scan, np.random.default_rng(0), {"H": 2}, 3, 4, np.float64)
        case = case.astype(dtype_of(name))
        for each in (case, replace(case, lengths=(4, 2, 4))):
            fresh = prepared(SCAN.claim, truth_of(each))
            learn(shelf, each)
            again = truth_of(each, shelf.known)
            assert again.determined == fresh.determined
            for one, other in ((fresh.blocks, again.blocks), (fresh.forward, again.forward)):
                assert one.keys() == other.keys()
                for name in one:
                    assert np.array_equal(one[name].truth, other[name].truth)
                    assert one[name].truth.dtype == other[name].truth.dtype
                    assert (one[name].bound, one[name].dtype) == (other[name].bound, other[name].dtype)
            assert all(np.array_equal(fresh.autograd[name], again.autograd[name]) for name in fresh.autograd)


def test_truths_of_a_small_block_are_held_and_others_read_again(tmp_path, monkeypatch):
    """The cases of both are the same, and so are their truths."""
    subject, read = SCAN.subject().keeping(tmp_path), Counter()
    block, *_ = subject.portions(subject.samples(SHORT)[0], range(4))
    known = Shelf.known

    def counted(shelf, case):
        read["cases"] += 1
        return known(shelf, case)

    monkeypatch.setattr(Shelf, "known", counted)
    held = [*subject.cases(block)]
    assert len(held) == block.size > 1
    assert not read
    numbers = sum(size_of(each.truth.case) for each in held)
    for most in (numbers, numbers - 1):
        monkeypatch.setattr(model_subject, "HELD", most)
        again = [*subject.cases(block)]
        assert read["cases"] == (0 if most == numbers else block.size)
        for one, other in zip(held, again, strict=True):
            assert (one.row, one.turns) == (other.row, other.turns)
            for name, expected in one.truth.blocks.items():
                assert np.array_equal(expected.truth, other.truth.blocks[name].truth)


def test_a_truth_is_known_by_all_that_makes_it(shelf):
    """By any number, the function, the truncation, the loss and what it is of, the type; and by its maker."""
    nudged = {**CASE.blocks, "a": CASE.blocks["a"] * (1 + 2**-50)}
    objective = CASE.objective
    others = [
        CASE,
        replace(CASE, blocks=nudged),
        replace(CASE, blocks={**CASE.blocks, "a": -CASE.blocks["a"]}),
        replace(CASE, truncation=Standard("Window", (1,))),
        replace(CASE, lengths=(3, 2)),
        replace(CASE, objective=Cotangents(2 * objective.outputs, objective.state)),
        replace(CASE, objective=Targets(objective.outputs)),
        replace(CASE, objective=Targets(objective.outputs[:, -1:], last=True)),
        CASE.astype("float32"),
        CASE.astype("longdouble"),
        CASE.of_records([1, 0]),
        CASE.of_records([0]),
    ]
    found = [digest_of(each, shelf.maker) for each in others]
    found += [digest_of(CASE, shelf.maker + "."), digest_of(CASE, shelf_of(models.lstm, shelf.folder).maker)]
    vanilla = random_case(models.vanilla, np.random.default_rng(0), {"H": 2, "D": 2, "K": 1}, steps=1)
    ways = [replace(vanilla, functions={"activation": name}) for name in ("tanh", "relu")]
    ones = np.ones_like(vanilla.objective.outputs)
    for last, classes in product((False, True), repeat=2):
        ways.append(replace(vanilla, objective=Weighted(ones, last, None, classes)))
    found += [digest_of(each, shelf.maker) for each in ways]
    assert [count for count in Counter(found).values() if count > 1] == []


def test_how_a_case_is_run_makes_no_other_truth(shelf):
    """Nor how its arrays lie in memory."""
    same = [
        CASE,
        replace(CASE, blocks={name: np.asfortranarray(array) for name, array in CASE.blocks.items()}),
        replace(CASE, checkpoints=2, workspace=True),
        replace(CASE, layouts={"a": "F"}),
    ]
    assert len({digest_of(each, shelf.maker) for each in same}) == 1


@pytest.mark.skipif(np.longdouble(0).nbytes != 16 or np.finfo(np.longdouble).nmant != 63, reason="no gaps")
def test_what_lies_between_long_doubles_makes_no_other_truth(shelf):
    """Of sixteen bytes ten are the number, and the others whatever was there."""
    one = CASE.astype("longdouble")
    other = replace(one, blocks={name: array.copy() for name, array in one.blocks.items()})
    other.blocks["h0"].view(np.uint8).reshape(-1, 16)[:, 10:] ^= 7
    assert one.state[0].tobytes() != other.state[0].tobytes()
    assert digest_of(one, shelf.maker) == digest_of(other, shelf.maker)


def test_a_damaged_file_is_made_again(shelf):
    """Cut anywhere, one bit flipped anywhere, or empty: nothing of it is believed, and it is whole again."""
    path = learn(shelf)
    whole, rng = path.read_bytes(), np.random.default_rng(0)
    flipped = []
    for at in (*range(40), *rng.integers(40, len(whole), 60)):
        changed = bytearray(whole)
        changed[at] ^= 1 << int(rng.integers(8))
        flipped.append(bytes(changed))
    cut = [whole[: int(at)] for at in (0, 1, 20, 40, len(whole) // 2, len(whole) - 1)]
    for damaged in (*flipped, *cut, whole + b"."):
        path.write_bytes(damaged)
        assert kept(shelf) == {}
    learn(shelf)
    # Not to the bit: within a long double there are bytes that nobody has written.
    assert len(path.read_bytes()) == len(whole)
    assert kept(shelf).keys() >= {"expectations", "autograd", "complex step", "lag by lag"}


def test_the_truth_of_another_case_is_not_believed(shelf):
    """A file under the name of another."""
    other = replace(CASE, truncation=Standard("Window", (1,)))
    learn(shelf).replace(shelf.path(digest_of(other, shelf.maker)))
    assert kept(shelf, other) == {}


def test_a_file_calls_nothing(shelf, tmp_path):
    """Whoever can write there can seal a file, which is read for numbers all the same."""
    path, ran = learn(shelf), tmp_path / "ran"

    class Calling:
        def __reduce__(self):
            return os.mkdir, (str(ran),)

    name = digest_of(CASE, shelf.maker)
    path.write_bytes(keeping.sealed(name, {"told": Calling()}))
    assert kept(shelf) == {}
    assert not ran.exists()
    pickle.loads(pickle.dumps(Calling()))
    assert ran.exists()


def test_a_key_is_of_what_makes_all_truths(shelf, monkeypatch):
    """Whatever a machine is called; other sources, versions and kinds of machines have another."""
    before = keeping.key()
    monkeypatch.setattr("platform.node", lambda: "another runner")
    assert keeping.key() == before
    assert shelf.maker.startswith("\n".join(keeping.makers()))
    for name, value in (("python_version", "3.99.0"), ("machine", "abacus"), ("system", "Another")):
        with monkeypatch.context() as patch:
            patch.setattr(f"platform.{name}", lambda value=value: value)
            assert keeping.key() != before
    monkeypatch.setattr(keeping, "SOURCES", "others")
    assert keeping.key() != before


NAMES = """
import hashlib
from tests.verification.judging.test_keeping import SCAN, SHORT
from verification.truth.memo import digest_of
from verification.truth.memo import Memo

names = hashlib.sha256()

def named(case):
    names.update(digest_of(case, "anybody"))
    return Memo({})

named.keep = lambda: None
subject = SCAN.subject()
for block in subject.blocks(subject.samples(SHORT), SHORT, 0):
    for each in subject._made(block, named):
        pass
print(names.hexdigest())
"""


@pytest.mark.slow
def test_another_processor_finds_the_same_truths(tmp_path):
    """One without the vector instructions of this one, and with the oldest kernels of BLAS: to the bit."""
    found = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    plain = {"NPY_DISABLE_CPU_FEATURES": " ".join(found), "OPENBLAS_CORETYPE": "Nehalem"}
    result = [python("-c", NAMES, folder=tmp_path, **other).stdout for other in ({}, plain)]
    assert len(result[0]) > 60
    assert result[0] == result[1]


def test_a_folder_that_cannot_be_made_or_written_is_no_error(tmp_path, shelf, monkeypatch):
    """The truth is made, and kept nowhere; so it is on a disk that is full."""
    (tmp_path / "file").write_text("")
    nowhere = replace(shelf, folder=tmp_path / "file" / "truths")
    assert not learn(nowhere).exists()
    trim(nowhere.folder)

    def full(self, target):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.replace", full)
        assert not learn(shelf).exists()
    assert list(shelf.folder.iterdir()) == []


def test_the_oldest_is_removed_first(shelf):
    """What was read last is the youngest."""
    cases = [replace(CASE, truncation=Standard("Tail", (k,))) for k in range(4)]
    paths = [learn(shelf, case) for case in cases]
    for age, path in enumerate(paths):
        os.utime(path, (1_000 + age, 1_000 + age))
    kept(shelf, cases[0])
    size = sum(path.stat().st_size for path in paths)
    trim(shelf.folder, size)
    assert all(path.exists() for path in paths)
    trim(shelf.folder, size - 1)
    assert [path.exists() for path in paths] == [True, False, True, True]
    trim(shelf.folder, 0)
    assert list(shelf.folder.iterdir()) == []


def test_a_model_without_a_digest_is_not_kept(tmp_path):
    """Its truths are made every time."""

    class Stepping:
        def __call__(self, f, p, x, h):
            return models.scan.step(f, p, x, h)

    assert shelf_of(replace(models.scan, step=Stepping()), tmp_path) is None


def test_nothing_is_kept_where_denormal_numbers_are_zero(shelf, monkeypatch):
    """Some libraries set the processor so, and truths that are small differ."""
    assert not flushes()
    monkeypatch.setattr(keeping, "flushes", lambda: True)
    assert not learn(shelf).exists()


def test_the_environment_says_that_nothing_is_kept(users, monkeypatch):
    """As ``cache=False`` does."""
    engine = layer(lstm.forward, lstm.backward, model=models.lstm, scope=replace(SMALL, steps=(1, 2)))
    monkeypatch.setenv("VERIFIED_RNN_NO_CACHE", "1")
    monkeypatch.setattr("verification.judge.judge", lambda subject, *_, **__: subject.shelf)
    assert verify(engine, SHORT) is None
    monkeypatch.delenv("VERIFIED_RNN_NO_CACHE")
    assert verify(engine, SHORT, cache=False) is None
    assert isinstance(verify(engine, SHORT), Shelf)


def test_rows_are_designed_once_and_kept(shelf, monkeypatch):
    """The same levels and numbers; made anew for another claim, strength or design, and where damaged."""
    design, claim = in_floats(models.scan, SCAN.claim), SCAN.claim
    rows = shelf.rows(claim, design, 2)
    assert rows == design.rows(2)
    assert [[*row.levels.items()] for row in rows] == [[*row.levels.items()] for row in design.rows(2)]
    (file,) = shelf.folder.iterdir()
    made = []
    monkeypatch.setattr(Design, "rows", lambda self, strength: made.append(strength) or rows)
    assert shelf.rows(claim, design, 2) == rows
    assert made == []
    shelf.rows(claim, design, 1)
    shelf.rows(replace(claim, dtypes=("float32",)), design, 2)
    shelf.rows(claim, replace(design, of="between"), 2)
    assert made == [1, 2, 2]
    file.write_bytes(file.read_bytes()[:-1])
    assert shelf.rows(claim, design, 2) == rows
    assert made == [1, 2, 2, 2]
