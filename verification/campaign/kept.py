"""Processes that keep an engine loaded, started when they are needed, and asked one block at a time.

They are fresh interpreters: one that is forked would have whatever its parent has loaded and done, a worker
of Dask may have no children of ``multiprocessing``, and what an engine's file imports stays out of a worker
that others use as well.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from verification.campaign.blocks import Block
from verification.campaign.identity import HERE, Identity, Job, difference
from verification.campaign.record import Record


class Refused(Exception):
    """A process that cannot have the engine that is meant; the message says why, in a line."""


class Interrupted(Exception):
    """A process did not live to answer."""


class Kept:
    """One process; raises ``Refused`` unless it has the engine as needed (any, where that is None)."""

    def __init__(self, job: Job, needed: Identity | None = None) -> None:
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(
            # Without -P a module in the folder where this is called could take the place of ours.
            [sys.executable, "-P", "-m", "verification.campaign.serving", job.target],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            encoding="utf-8",
            env={**os.environ, "PYTHONPATH": os.pathsep.join(_path(job))},
            # Ctrl-C is for who started this, and so is a terminal.
            start_new_session=True,
        )
        try:
            self.identity = self._identity(job)
            wrong = None if needed is None else difference(self.identity, needed)
            if wrong is not None:
                raise Refused(wrong)
        except BaseException:
            self.end()
            raise

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def _identity(self, job: Job) -> Identity:
        try:
            told = self._told()
        except Interrupted as ended:
            raise Refused(f"no process can be started there: {ended}") from None
        if "refused" in told:
            raise Refused(told["refused"])
        return Identity(**told["identity"])

    def ask(self, block: Block) -> Record:
        """The record of a block; raises ``Interrupted``."""
        assert self._process.stdin is not None  # it is a pipe
        try:
            self._process.stdin.write(json.dumps(asdict(block)) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise Interrupted(f"the process of an engine is gone ({error.strerror})") from None
        told = self._told()
        if "broken" in told:
            raise Interrupted(told["broken"])
        return Record.from_json(told["record"])

    def _told(self) -> dict[str, Any]:
        """The next line of the process; raises ``Interrupted`` where it has ended before."""
        assert self._process.stdout is not None  # it is a pipe
        line = self._process.stdout.readline()
        if line.endswith("\n"):
            told: dict[str, Any] = json.loads(line)
            return told
        code = self._process.wait()
        self._errors.seek(0)
        last = self._errors.read().decode("utf-8", "backslashreplace").strip().rpartition("\n")[2]
        raise Interrupted(f"the process of an engine ended with exit code {code}{last and f', {last}'}")

    def kill(self) -> None:
        """It ends, and who waits for its answer is interrupted."""
        self._process.kill()
        self._process.wait()

    def end(self) -> None:
        """Nothing of it is left."""
        self.kill()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            if stream is not None:
                _close(stream)


def _close(stream: IO[Any]) -> None:
    try:
        stream.close()
    except OSError:
        # What was still to be written has nobody to read it.
        return


def _path(job: Job) -> list[str]:
    """Where this process finds modules, and ours first; not the engine's folder, which it is given there."""
    folder = str(Path(job.file).parent)
    others = (os.path.abspath(entry) for entry in sys.path)
    return [str(HERE.parent), *(entry for entry in others if entry not in (folder, str(HERE.parent)))]


class Pool:
    """As many processes of one engine as there are blocks asked at a time, by any threads."""

    def __init__(self, job: Job, needed: Identity) -> None:
        self._job, self._needed = job, needed
        self._lock = threading.Lock()
        self._idle: list[Kept] = []
        self._all: set[Kept] = set()
        self._ended = False

    def ask(self, block: Block) -> Record:
        """The record of a block; raises ``Interrupted`` or ``Refused``."""
        kept = self._taken()
        try:
            record = kept.ask(block)
        except BaseException:
            kept.end()
            with self._lock:
                self._all.discard(kept)
            raise
        with self._lock:
            self._idle.append(kept)
        return record

    def _taken(self) -> Kept:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        kept = Kept(self._job, self._needed)
        with self._lock:
            if not self._ended:
                self._all.add(kept)
                return kept
        kept.end()
        raise Interrupted("the campaign has ended")

    @property
    def pids(self) -> list[int]:
        """The numbers of the processes."""
        with self._lock:
            return [kept.pid for kept in self._all]

    def end(self) -> None:
        """Nothing that was started is left; who still waits for an answer is interrupted."""
        with self._lock:
            self._ended = True
            idle, self._idle = self._idle, []
            asked = self._all.difference(idle)
        for kept in idle:
            kept.end()
        # Whoever waits for one of these hears that it is gone, and closes it.
        for kept in asked:
            kept.kill()
