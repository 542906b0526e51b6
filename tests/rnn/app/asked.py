"""What the commands say and refuse, for the tests of them."""

import pytest

from rnn.app.commands import main


def said(capsys, *argv):
    """What a command says on standard output."""
    assert main([str(each) for each in argv]) == 0
    return capsys.readouterr().out


def refused(capsys, *argv):
    """The one line of a refusal."""
    with pytest.raises(SystemExit) as left:
        main([str(each) for each in argv])
    assert left.value.code == 2
    *_, line = capsys.readouterr().err.splitlines()
    return line.partition(": ")[2]
