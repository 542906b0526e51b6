"""Where functions run: this process, as a place."""

import numpy as np
import pytest

from verification.processes.place import HERE, bytes_of, same


class Changing:
    """Its answer changes at some call."""

    def __init__(self, changes):
        self.calls, self._changes = 0, changes

    def repeat(self, case, goes_on):
        while True:
            self.calls += 1
            answer = np.array([case + (self.calls >= self._changes)])
            if not goes_on((answer,)):
                return answer


def test_calls_are_repeated_until_one_differs():
    """Of all calls, in several portions; or until there were so many."""
    engine, known = Changing(7), list[bytes]()
    assert HERE.repeat(engine, 1, known, 4, 60.0) == (4, None)
    made, answer = HERE.repeat(engine, 1, known, 4, 60.0)
    assert (made, answer.tolist(), engine.calls) == (3, [2], 7)


def test_a_moment_ends_them():
    """Whatever number is asked for, and not before the first."""
    engine = Changing(10**9)
    made, answer = HERE.repeat(engine, 1, [], 10**9, 0.0)
    assert (made, answer) == (1, None)


def test_arrays_are_found_wherever_they_are():
    """In tuples, lists and dicts; nothing else counts."""
    one, two = np.arange(2), np.ones(1)
    assert bytes_of((one, None, [{"a": two}, "text"])) == [one.tobytes(), two.tobytes()]
    known = list[bytes]()
    assert same((one,), known)
    assert known == [one.tobytes()]
    assert not same((two,), known)
    assert same((one,), known)


def test_a_call_here_is_guarded():
    """As ``guarding`` says; nothing needs to be looked for, nor gained by what comes next."""
    assert HERE.run(lambda given: given, 3, lambda returned: returned + 1, 10.0) == 4
    assert HERE.elsewhere(lambda given: given)(5) == 5
    HERE.look()
    HERE.ahead(max, 1)
    with HERE.counted():
        assert HERE.reading(7).calls == 7
    changes = HERE.belongings()
    with changes:
        np.random.seed(3)  # noqa: NPY002
    assert changes.found == ["seeded NumPy's random generator"]
    with pytest.raises(Exception, match="raised"):
        HERE.run(lambda given: 1 / 0, None, lambda returned: returned, 10.0)
