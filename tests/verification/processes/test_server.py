"""Messages to an engine's process, and what is read of its answers."""

import os
import pickle

import pytest

from verification.processes import server
from verification.processes.server import plain, receive, send, unpickled


def test_messages_arrive_whole():
    """However long, and one after another."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        for message in (1, b"x" * 2**21, ("y", [2])):
            send(writing, message)
        os._exit(0)
    os.close(writing)
    got = [plain(receive(reading)) for _ in range(3)]
    os.waitpid(child, 0)
    assert (got[0], len(got[1]), got[2]) == (1, 2**21, ("y", [2]))
    with pytest.raises(EOFError):
        receive(reading)
    os.close(reading)


class Deceives:
    """Reading it would call anything."""

    def __reduce__(self):
        return os.system, ("true",)


@pytest.mark.parametrize("what", [Deceives(), os.system, int, ValueError("x"), 1j])
def test_nothing_is_called_by_reading_an_answer(what):
    """Whatever its process has written."""
    with pytest.raises(pickle.UnpicklingError, match="needed plain values"):
        plain(pickle.dumps(what))


def test_shipped_modules_are_found_under_no_name(monkeypatch):
    """Where they were shipped; any other is imported."""
    data = pickle.dumps((pickle.dumps, plain))
    assert unpickled(data) == (pickle.dumps, plain)
    monkeypatch.setitem(server.SHIPPED_HERE, server.__name__, type("Shipped", (), {"plain": 3}))
    assert unpickled(data) == (pickle.dumps, 3)
