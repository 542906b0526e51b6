"""The notice before loops are compiled."""

from rnn.common.compiling import notify_of_compiling, on_compiling


def test_a_callback_is_called_once():
    """It is called once however many loops are compiled, and neither before nor after its block."""
    heard = []
    notify_of_compiling()
    with on_compiling(lambda: heard.append("outer")):
        with on_compiling(lambda: heard.append("inner")):
            assert heard == []
            notify_of_compiling()
            notify_of_compiling()
            assert heard == ["inner"]
        notify_of_compiling()
        notify_of_compiling()
    notify_of_compiling()
    assert heard == ["inner", "outer"]


def test_an_error_ends_it():
    """An error in the block removes the callback, as its end does."""
    heard = []
    try:
        with on_compiling(lambda: heard.append("told")):
            raise ZeroDivisionError
    except ZeroDivisionError:
        notify_of_compiling()
    assert heard == []
