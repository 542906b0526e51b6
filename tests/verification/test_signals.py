"""Requests to end wait while a process is started."""

import os
import signal
import subprocess
import sys

import pytest

from rnn.console.signals import Terminated, as_exceptions
from verification.signals import held_back

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the system has no such signals")


@pytest.mark.parametrize(
    ("number", "kind"),
    [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, Terminated), (signal.SIGHUP, Terminated)],
)
def test_a_request_waits_and_processes_started_meanwhile_do_not_hear_it(number, kind):
    """This process hears it as soon as they are started; later ones hear again."""
    call = [sys.executable, "-c", f"import os; os.kill(os.getpid(), {int(number)}); print('here')"]
    started = []

    def start():
        with held_back():
            started.append(subprocess.run(call, capture_output=True, text=True, check=True).stdout)
            os.kill(os.getpid(), number)
            started.append("this process as well")

    with as_exceptions(), pytest.raises(kind):
        start()
    assert started == ["here\n", "this process as well"]
    assert subprocess.run(call, capture_output=True, check=False).returncode != 0


def test_where_signals_cannot_be_held_back_nothing_is(monkeypatch):
    """Processes are started all the same."""
    monkeypatch.delattr(signal, "pthread_sigmask")
    with held_back():
        pass
