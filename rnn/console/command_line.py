"""What every command of this project keeps to: its exit codes, and one line for whatever goes wrong.

====  ==========================================================================================
0     all holds
1     something is refuted, was not exercised, or disagrees
2     the command was misused: nothing was done
3     the command failed: it broke down, or could not write what was asked for
130   interrupted (Ctrl-C); 143 after SIGTERM, 129 after SIGHUP
====  ==========================================================================================
"""

import argparse
import errno
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

from rnn.common.checks import printable
from rnn.console.files import Undelivered
from rnn.console.signals import Terminated, as_exceptions
from rnn.console.streams import lenient

HOLDS, REFUTED, MISUSED, FAILED, INTERRUPTED = 0, 1, 2, 3, 130

EXIT_CODES = (
    "exit codes: 0 all holds; 1 refuted, not exercised, or in disagreement; 2 misused, and nothing done; "
    "3 failed; 130 interrupted"
)

# Characters of a message, which is two or three lines of a terminal, and of a value in it, often a path.
LINE, VALUE = 240, 120


def program(package: str | None) -> str:
    """How the package is run, which is what its messages begin with."""
    return f"python -m {package}"


class Misused(SystemExit):
    """A command is refused; ``message`` has been printed."""

    def __init__(self, message: str) -> None:
        super().__init__(MISUSED)
        self.message = message


class Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line, and which takes no abbreviations.

    An option of one value is given once, and a path is not empty: ``type=Path`` refuses "", which would be
    the current folder.
    """

    def __init__(self, **keywords: Any) -> None:
        super().__init__(allow_abbrev=False, **keywords)
        self.given: set[str] = set()
        self.register("type", Path, _path)
        for name in (None, "store"):
            self.register("action", name, _Once)

    def parse_known_args(  # type: ignore[override]  # the namespace is argparse's own
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """As argparse's; no option of this line has been given yet."""
        self.given = set()
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Exit code 2."""
        refuse(self.prog, message)


class _Once(argparse.Action):
    """Keeps the value of an option, which is given once: of two it would be a guess which is meant."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option: str | None = None,
    ) -> None:
        assert isinstance(parser, Parser)
        if option is not None and self.dest in parser.given:
            raise argparse.ArgumentError(
                self, f"given twice, the second time as {_shown(values)}, needed once"
            )
        parser.given.add(self.dest)
        setattr(namespace, self.dest, values)


def _path(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("'', needed a path")
    return Path(text)


def _shown(value: object) -> str:
    return line(repr(str(value)), VALUE)


def refuse(program: str, message: str) -> NoReturn:
    """One line on standard error, exit code 2."""
    complain(program, message)
    raise Misused(line(message))


def complain(program: str, message: str) -> None:
    """One line on standard error."""
    print(f"{program}: {line(message)}", file=sys.stderr, flush=True)


def line(text: str, width: int = LINE) -> str:
    r"""The text as one line: control characters escaped, and what is too long left out of its middle.

    >>> print(line("a\nb\x1b"), line("0123456789" * 9, width=25))
    a\nb\x1b 0123456789 ... 0123456789
    """
    text = printable(text)
    if len(text) <= width:
        return text
    half = (width - len(" ... ")) // 2
    return f"{text[:half]} ... {text[len(text) - half :]}"


def require(program: str, extra: str, *libraries: str) -> None:
    """A refusal that names the extra, unless the libraries are installed."""
    for library in libraries:
        if find_spec(library) is None:
            refuse(program, missing(library, extra))


def missing(library: str, extra: str) -> str:
    """What to do where a library is missing."""
    return f"{library} is missing; the extra {extra!r} brings it: pip install 'verified-rnn[{extra}]'"


def run(program: str, main: Callable[[], int]) -> int:
    """Run ``main`` as a program: its exit code, or that of what stopped it, which is reported in one line."""
    with lenient() as (out, _), as_exceptions():
        code = _guarded(program, main)
        sys.stdout.flush()
        if out.problem is not None:
            complain(program, f"standard output: {out.problem.strerror}; the rest of the text is lost")
            # Who closes a pipe has read enough. A full disk has taken what somebody wanted.
            if out.problem.errno != errno.EPIPE:
                return FAILED
        return code


def _guarded(program: str, main: Callable[[], int]) -> int:
    try:
        return main()
    except SystemExit as left:
        if left.code is None or isinstance(left.code, int):
            return left.code or HOLDS
        complain(program, str(left.code))
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        complain(program, "interrupted")
        return INTERRUPTED
    except Terminated as ended:
        number = signal.Signals(ended.args[0])
        complain(program, f"ended by {number.name}")
        return 128 + number
    except Undelivered as lost:
        for each in lost.args:
            complain(program, each)
    except Exception as error:
        what = f"{type(error).__name__}: {line(str(error), LINE // 2)}"
        complain(program, f"failed, by a fault of its own: {what}; the traceback {_kept(error)}")
    return FAILED


def _kept(error: Exception) -> str:
    """Where the traceback is: in a file of its own, or, where there can be none, on standard error."""
    text = "".join(traceback.format_exception(error))
    try:
        handle, path = tempfile.mkstemp(prefix="verified-rnn-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError:
        sys.stderr.write(text)
        return "is above"
    return f"is in {path}"
