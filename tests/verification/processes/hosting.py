"""A host of some functions, for a test."""

from contextlib import contextmanager

from verification.adapters.given import unchanged
from verification.processes.hosts import Hosts
from verification.processes.place import Passes


def remote(host, function, keeps=None):
    """A host's function, to be called from here; ``keeps``: the place in its result of what stays there."""
    (made,) = host.made(Passes(unchanged, (function,), keeps=(keeps,)))
    return made


@contextmanager
def hosts_of(*functions, sandbox=False):
    """The hosts of these functions, of which one is there; afterwards none is."""
    hosts = Hosts(functions, 1, sandbox)
    try:
        yield hosts
    finally:
        hosts.end()


@contextmanager
def hosted(*functions, sandbox=False):
    """A host during one task, whose end is waited for."""
    with hosts_of(*functions, sandbox=sandbox) as hosts:
        host = hosts.take()
        lost = True
        try:
            yield host
            host.end()
            lost = False
        finally:
            hosts.give(host, lost)
