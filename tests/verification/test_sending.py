"""What is sent is made again: an engine once, what has a name by its name, the rest by value."""

import os
import pickle
import sys
import types
from functools import update_wrapper

import pytest

from verification.sending import Unsendable, pickled, received


class Engine:
    """As a door returns one."""

    def __init__(self, function):
        self.function = function

    def judged(self):
        """Its verdict."""


def test_an_engine_is_made_once_however_often_it_is_sent():
    """Its bytes are the same, and so it is the same object there."""
    number, sent = 3, {}
    engine = Engine(lambda: number)
    first = pickle.loads(pickled((engine, 1), sent))
    second = pickle.loads(pickled({"with": [engine]}, sent))
    assert first[0] is second["with"][0]
    assert first[0].function() == 3
    assert pickle.loads(pickled((Engine(lambda: number), 1), sent))[0] is not first[0]


def test_the_same_bytes_are_the_same_object():
    """And others are another."""
    data = pickle.dumps([1, 2])
    assert received(data) is received(data)
    assert received(pickle.dumps([1, 3])) == [1, 3]


def test_what_cannot_be_sent_is_one_line():
    """By what is wrong with it."""
    with (
        os.scandir() as folder,
        pytest.raises(Unsendable, match=r"^engine: TypeError: .* needed one") as told,
    ):
        pickled(folder, {})
    assert "\n" not in str(told.value)


class Wrapped:
    """What a decorator makes of a function, as jax.custom_vjp: its class is called with the function."""

    def __new__(cls, function):
        return object.__new__(cls)

    def __init__(self, function):
        update_wrapper(self, function)
        self.function = function


@pytest.mark.parametrize("module", ["__main__", "nowhere", None])
def test_an_object_that_stands_for_a_function_is_sent_by_value(module):
    """Where no module has it, and though its class wants the function when it is made again."""
    local = Wrapped(lambda: 4)
    local.__module__ = module
    made = pickle.loads(pickled(local, {}))
    assert made is not local
    assert made.function() == 4


def test_an_object_that_stands_for_a_function_is_sent_by_its_name(monkeypatch):
    """Where its module has it."""
    local = Wrapped(lambda: 4)
    local.__module__, local.__qualname__ = "of_engines", "local"
    module = types.ModuleType("of_engines")
    module.local = local
    monkeypatch.setitem(sys.modules, "of_engines", module)
    assert pickle.loads(pickled(local, {})) is local
