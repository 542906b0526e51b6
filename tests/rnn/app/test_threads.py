"""BLAS's threads: one where products are small, the user's number else, and as before afterwards."""

import threading

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController, threadpool_limits

from rnn import RNN, Vanilla
from rnn.app import threads
from rnn.app.threads import SETTINGS, SMALL, each_held, held
from rnn.sklearn import RNNRegressor

NET = RNN(Vanilla(1, 8), 1)

# A step of so many records is the first that is not small.
MANY = SMALL // (8 * 8 + 8 + 8) + 1


@pytest.fixture(autouse=True)
def three(monkeypatch):
    """BLAS has three threads, and the environment says nothing of it."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    with threadpool_limits(3, user_api="blas"):
        yield
        assert counted() == {3}


def counted():
    """How many threads each BLAS has."""
    return {pool["num_threads"] for pool in ThreadpoolController().select(user_api="blas").info()}


def test_small_products_have_one_thread():
    """While they last, and large ones what they had; after an error as well."""
    with held(NET, MANY - 1):
        assert counted() == {1}
    assert counted() == {3}
    with held(NET, MANY):
        assert counted() == {3}
    with pytest.raises(ZeroDivisionError), held(NET, 1):
        1 / 0  # noqa: B018


@pytest.mark.parametrize(("name", "value"), [*((name, "1") for name in SETTINGS), (SETTINGS[0], "")])
def test_the_users_own_setting_wins(monkeypatch, name, value):
    """Whatever it is; an empty one is none."""
    monkeypatch.setenv(name, value)
    with held(NET, 1):
        assert counted() == ({3} if value else {1})


def test_several_at_once_leave_it_as_it_was():
    """In whatever order threads of Python come and go: who has not set the limit does not lift it."""
    begun, ended = threading.Event(), threading.Event()

    def other():
        with held(NET, 1):
            begun.set()
            ended.wait(60)

    thread = threading.Thread(target=other)
    with held(NET, 1):
        thread.start()
        begun.wait(60)
        assert counted() == {1}
    assert counted() == {3}
    with held(NET, 1):
        assert counted() == {1}
        ended.set()
        thread.join()
        assert counted() == {1}
    assert counted() == {3}


def test_each_item_is_made_under_the_limit():
    """Which is lifted while somebody looks at it, and when no more are asked for."""
    seen = []

    def items():
        for number in range(3):
            seen.append(counted())
            yield number
        seen.append(counted())

    for number in each_held(NET, 1, items()):
        assert counted() == {3}
        assert len(seen) == number + 1
    assert seen == [{1}] * 4
    for _ in each_held(NET, 1, items()):
        break
    assert counted() == {3}
    assert list(each_held(NET, MANY, iter("ab"))) == ["a", "b"]


def limited(monkeypatch):
    """A list of the numbers of records for which BLAS was held, from now on."""
    found = []
    right = threads.is_small
    monkeypatch.setattr(
        threads, "is_small", lambda net, records: found.append(records) or right(net, records)
    )
    return found


def test_estimators_hold_it(monkeypatch):
    """In fit, partial_fit and predict, by the records of a batch or of the call; then it is lifted."""
    found, rng = limited(monkeypatch), np.random.default_rng(0)
    X, y = rng.normal(size=(20, 5)), rng.normal(size=20)
    RNNRegressor(units=2, epochs=1, batch=6).fit(X, y).predict(X[:3])
    assert set(found[:-1]) == {6}
    assert found[-1] == 3
    del found[:]
    RNNRegressor(units=2).partial_fit(X, y)
    assert set(found) == {20}
