"""What each of many calls leaves behind is told from what fills up."""

import gc
import os
import sys
import threading

import pytest

from verification.processes import leaks
from verification.processes.leaks import Reading, counted, in_words, is_much, rates, reading

LINUX = sys.platform == "linux"


def of(**held):
    """Readings after so many calls of what is held, as functions of their number."""
    return [Reading(n, {kind: int(count(n)) for kind, count in held.items()}) for n in range(1, 1002, 50)]


GROWTHS = {
    "nothing": (lambda n: 7, None),
    "one in each call": (lambda n: 7 + n, 1.0),
    "one in fifty": (lambda n: n // 50, 0.02),
    "less than one in a hundred": (lambda n: n // 250, None),
    "a cache that is full by then": (lambda n: min(n, 240), None),
    "a cache that fills up slowly": (lambda n: 1000 - 1000 * 0.995**n, None),
    "less and less": (lambda n: -n, None),
}


@pytest.mark.parametrize(("count", "rate"), GROWTHS.values(), ids=GROWTHS)
def test_what_grows_in_each_part_of_the_calls_leaks(count, rate):
    """By about as much, after a first quarter."""
    found = rates(of(files=count))
    assert found == ({} if rate is None else {"files": pytest.approx(rate, rel=0.05)})


def test_few_calls_tell_no_leak_unless_it_is_large():
    """Of a cache that is filling up."""
    few = [Reading(n, {"files": n // 2}) for n in range(1, 200, 10)]
    assert rates(few) == {}
    assert not is_much([Reading(1, {"files": 0}), Reading(2, {"files": 128})])
    much = [Reading(n, {"files": 9 * n}) for n in range(1, 50, 10)]
    assert is_much(much)
    assert rates(much) == {"files": 9.0}
    assert rates(much[:1]) == {}


def test_bytes_that_are_fewer_than_arenas_are_none():
    """Python takes them by the MiB."""
    assert rates(of(bytes=lambda n: 4000 * n)) == {}
    assert rates(of(bytes=lambda n: 8000 * n)) == {"bytes": pytest.approx(8000)}


def test_each_kind_is_said_by_its_name():
    """One of it, or several."""
    assert in_words({"files": 1.0}) == "1 open file"
    assert in_words({"threads": 2.0, "objects": 0.5}) == "2 threads and 0.5 object of Python"
    every = {"files": 1.5, "objects": 12.3, "bytes": 12345.6}
    assert in_words(every) == "1.5 open files, 12 objects of Python and 12,346 bytes"


@pytest.mark.skipif(not LINUX, reason="files, threads and bytes are counted there")
def test_what_a_process_holds_is_counted():
    """Files, threads that have not ended, objects, and bytes; garbage is not held."""
    end, kept = threading.Event(), []
    with counted():
        first = reading(1).held
        kept.append(open(os.devnull))  # noqa: SIM115
        thread = threading.Thread(target=end.wait)
        thread.start()
        kept.extend(object() for _ in range(1000))
        kept.append(bytearray(2**27))
        more = {kind: count - first[kind] for kind, count in reading(2).held.items()}
        end.set()
        thread.join()
        cycle = [[] for _ in range(2000)]
        for each in cycle:
            each.append(each)
        before = reading(3).held["objects"]
        del cycle, each
        assert before - reading(4).held["objects"] > 2000
    assert (more["files"], more["threads"]) == (1, 1)
    assert 1000 <= more["objects"] < 1200
    assert 2**27 <= more["bytes"] < 2**28
    assert gc.get_freeze_count() == 0
    kept[0].close()


def test_a_system_that_does_not_say_has_threads_and_objects_alone(monkeypatch):
    """No folder of files, and no bytes."""
    monkeypatch.setattr(leaks.os, "listdir", lambda folder: (_ for _ in ()).throw(FileNotFoundError(folder)))
    monkeypatch.setattr(leaks.sys, "platform", "other")
    held = reading(1).held
    assert {*held} == {"threads", "objects"}
    assert held["threads"] == threading.active_count()
