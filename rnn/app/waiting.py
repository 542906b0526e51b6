"""How far a long answer is, shown every so many windows of the network's; a short one shows nothing."""

from contextlib import AbstractContextManager, nullcontext

from rnn.console.progress import Progress, Show

# Windows of a network's between two reports: some tenths of a second.
REPORTED = 2000


def unreported(done: int, total: int, said: str = "", /) -> None:
    """What hears of the steps that are done, where nobody wants to know."""


def part(progress: Progress, name: str, windows: int) -> AbstractContextManager[Show]:
    """The part of the progress, if it takes so many windows that its line could be read."""
    return progress.part(name) if windows > REPORTED else nullcontext(unreported)
