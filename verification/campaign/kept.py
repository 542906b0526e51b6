"""Processes that keep an engine loaded, started when they are needed, and asked one block at a time.

They are fresh ones: one that is forked would have whatever its parent has loaded and done, and what an
engine's file imports stays out of a worker of a cluster that others use as well.
"""

import os
import sys
import tempfile
import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

from hypothesis.configuration import set_hypothesis_home_dir

from verification.campaign.blocks import Block
from verification.campaign.identity import HERE, Identity, Job, difference, identity_of, job_of
from verification.campaign.looking import looked_at
from verification.campaign.record import Record
from verification.judge import subject_of
from verification.judging.run import Subject
from verification.processes.channel import Channel
from verification.processes.fresh import Process, Turn
from verification.processes.loading import engine_at
from verification.processes.sending import pickled
from verification.processes.workers import Lost
from verification.text import message_of


class Refused(Exception):
    """A process that cannot have the engine that is meant; the message says why, in a line."""


class Interrupted(Exception):
    """A process did not live to answer."""


class Kept:
    """One process; raises ``Refused`` unless it has the engine as needed (any, where that is None)."""

    def __init__(self, job: Job, needed: Identity | None = None) -> None:
        self._target = job.target
        # What Hypothesis keeps for itself is not left where a user has called a command.
        self._folder = tempfile.TemporaryDirectory(prefix="verified-rnn-")
        self._process = Process(_path(job))
        try:
            self.identity = self._loaded()
            wrong = None if needed is None else difference(self.identity, needed)
            if wrong is not None:
                raise Refused(wrong)
        except BaseException:
            self.end()
            raise

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.number

    def _loaded(self) -> Identity:
        try:
            identity: Identity = self._done(_load, (self._target, self._folder.name))
        except Interrupted as ended:
            raise Refused(f"no process can be started there: {ended}") from None
        except (OSError, ValueError) as error:
            raise Refused(str(error)) from None
        return identity

    def ask(self, block: Block) -> Record:
        """The record of a block; raises ``Interrupted``."""
        try:
            record: Record = self._done(_look, (self._target, block))
        except Interrupted:
            raise
        except Exception as error:
            raise Interrupted(message_of(error)) from None
        return record

    def _done(self, work: Any, task: Any) -> Any:
        """What comes of a task in the process; raises ``Interrupted``, or what the work does."""
        outcome = Turn(self._process, pickled((work, task), {}), []).waited_for()
        if isinstance(outcome, Lost):
            raise Interrupted(f"the process of the engine was lost: it {outcome.how}")
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def kill(self) -> None:
        """It ends, and who waits for its answer is interrupted."""
        self._process.end()

    def end(self) -> None:
        """Nothing of it is left."""
        self.kill()
        self._folder.cleanup()


def _load(task: tuple[str, str], channel: Channel) -> Identity:
    """In the process: the identity of the engine that it has from then on."""
    target, folder = task
    set_hypothesis_home_dir(folder)
    job = job_of(target)
    _subject(target)
    return identity_of(job)


def _look(task: tuple[str, Block], channel: Channel) -> Record:
    """In the process: the record of a block."""
    target, block = task
    return looked_at(_subject(target), block)


@lru_cache(maxsize=1)
def _subject(target: str) -> Subject:
    return subject_of(engine_at(target))


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
