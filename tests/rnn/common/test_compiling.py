"""Who is told that loops are being compiled."""

from rnn.common.compiling import compiling_is_told, tell_of_compiling


def test_it_is_told_once():
    """However many loops there are; before and afterwards nobody hears of any."""
    heard = []
    tell_of_compiling()
    with compiling_is_told(lambda: heard.append("outer")):
        with compiling_is_told(lambda: heard.append("inner")):
            assert heard == []
            tell_of_compiling()
            tell_of_compiling()
            assert heard == ["inner"]
        tell_of_compiling()
        tell_of_compiling()
    tell_of_compiling()
    assert heard == ["inner", "outer"]


def test_an_error_ends_it():
    """As the end does."""
    heard = []
    try:
        with compiling_is_told(lambda: heard.append("told")):
            raise ZeroDivisionError
    except ZeroDivisionError:
        tell_of_compiling()
    assert heard == []
