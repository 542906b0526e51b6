"""Requests to end wait while a process is started."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from rnn.console.signals import Terminated, as_exceptions
from verification.processes.signals import held_back

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the system has no such signals")


@pytest.fixture(params=["one thread", "another thread"])
def threads(request):
    """Another thread is handed a request that this one holds back, a moment after it is made."""
    done = threading.Event()
    other = threading.Thread(target=done.wait)
    if request.param == "another thread":
        other.start()
    yield
    done.set()
    if other.ident is not None:
        other.join()


@pytest.mark.usefixtures("threads")
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
            time.sleep(0.1)
            started.append("this process as well")

    with as_exceptions(), pytest.raises(kind):
        start()
    assert started == ["here\n", "this process as well"]
    assert subprocess.run(call, capture_output=True, check=False).returncode != 0


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.usefixtures("threads")
def test_a_forked_process_gets_no_signal_of_its_parent():
    """The parent does, with the handler that it had before."""
    own, children = os.getpid(), []

    def start():
        with held_back():
            os.kill(own, signal.SIGTERM)
            time.sleep(0.1)
            children.append(os.fork())
        if os.getpid() != own:
            os._exit(0)

    with as_exceptions(), pytest.raises(Terminated):
        start()
    assert os.waitstatus_to_exitcode(os.waitpid(children[0], 0)[1]) == 0
    assert not signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_where_signals_cannot_be_held_back_nothing_is(monkeypatch):
    """Processes are started all the same."""
    monkeypatch.delattr(signal, "pthread_sigmask")
    with held_back():
        pass
