"""Both sides of an engine's arrays in one process."""

import os
import pickle
import tempfile

from verification.processes.arrays import ROOM, Arena
from verification.processes.mirrors import Mirrors
from verification.processes.server import EngineArrays, plain


class BothSides:
    """The judge's arrays and the engine's, which tell each other."""

    def __init__(self):
        with tempfile.TemporaryFile() as file:
            os.ftruncate(file.fileno(), 2 * ROOM)
            one, other = (Arena(file.fileno(), place) for place in range(2))
            same, rest = (Arena(file.fileno(), place) for place in range(2))
        self.judge, self.engine = Mirrors(one, other), EngineArrays(rest, same)
        self.arenas = one, rest

    def given(self, value):
        """What the engine gets for a value of the judge's."""
        self.judge.sent.clear()
        return self.engine.got(pickle.loads(pickle.dumps(self.judge.tell(value), 5)))

    def returned(self, value):
        """What the judge gets for a value of the engine's."""
        self.engine.sent.clear()
        return self.judge.got(plain(pickle.dumps(self.engine.tell(value), 5)))

    def look(self):
        """The judge asks for what has changed."""
        self.engine.sent.clear()
        self.judge.update(*plain(pickle.dumps(self.engine.changed(), 5)))

    def drop(self):
        """The engine's side hears what the judge's has no more."""
        self.engine.drop(*self.judge.dropped())

    def sizes(self):
        """How much either side knows, in each place."""
        kept = (side.__dict__.values() for side in (self.judge, self.engine))
        return [len(each) for own in kept for each in own if isinstance(each, dict | set | list)]
