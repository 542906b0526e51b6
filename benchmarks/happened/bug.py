"""A backward pass that was wrong in public: a fault of a right layer, with where it was and when it shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.evidence.mutants.fault import Fault
from tests.layers import edited
from verification import Scope, layer, models
from verification.models.model import Model

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Bug:
    """A bug beside its right twin, the module of which ``fault`` changes a line.

    The fault's story is what was wrong, in a sentence, its source a repository with the number of its
    thread or at a commit, and ``says`` has the words of the verifier's sentence that name cause or
    condition, none where today's sentence names neither. ``date``: when it was reported or repaired, as
    far as is known. ``lived``: how long it was there. ``condition``: when it shows. ``read``: what was
    read of the source before it was planted here, a "diff", the "code", or the "thread" alone.
    ``tested``: what the project's own test checked at the time, where that can be read. ``records``,
    ``steps``, ``sizes`` of dimensions, and how it is to be called (``call``): a case on which it shows.
    ``claims``: the scope, where it is not the default.
    """

    fault: Fault
    date: str
    lived: str = ""
    condition: str = "always"
    read: str = "thread"
    tested: str = ""
    call: str = "once"
    records: int = 3
    steps: int = 3
    sizes: Mapping[str, int] = field(default_factory=dict)
    claims: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the command calls it."""
        return self.fault.name

    @property
    def module(self) -> ModuleType:
        """The right twin."""
        return import_module(self.fault.edits[0].module)

    def planted(self) -> ModuleType:
        """The wrong engine: a module with forward and backward."""
        return edited(self.module, *((edit.right, edit.wrong) for edit in self.fault.edits))

    @property
    def model(self) -> Model:
        """The model that both are of, a shipped one or the twin's own."""
        found: Model = getattr(models, self.fault.cell) if self.fault.cell else self.module.MODEL
        return found

    @property
    def scope(self) -> Scope:
        """What they claim."""
        own: Scope = getattr(self.module, "SCOPE", Scope())
        return Scope(**self.claims) if self.claims else own

    def engine(self, wrong: bool = True) -> Any:
        """The wrong layer, or its right twin, as ``verify`` takes one."""
        made = self.planted() if wrong else self.module
        return layer(made.forward, made.backward, model=self.model, scope=self.scope)

    def is_named(self, sentence: str) -> bool:
        """Does a sentence of the verifier name the cause or the condition?"""
        return bool(self.fault.says) and self.fault.says in sentence

    @property
    def url(self) -> str:
        """Where it can be read."""
        repository, _, number = self.fault.source.partition("#")
        repository, _, commit = repository.partition("@")
        page = f"https://github.com/{repository}"
        return f"{page}/tree/{commit}" if commit else f"{page}/issues/{number}"

    def described(self) -> dict[str, Any]:
        """It as plain data: what bugs.json has."""
        twin = Path(str(self.module.__file__)).relative_to(ROOT).as_posix()
        edits = [{"right": each.right, "wrong": each.wrong} for each in self.fault.edits]
        found = {
            **{name: getattr(self.fault, name) for name in ("name", "story", "source", "family")},
            **{"url": self.url, "twin": twin, "model": self.model.name, "edits": edits},
            **{
                name: getattr(self, name) for name in ("date", "lived", "condition", "read", "tested", "call")
            },
            **{name: getattr(self, name) for name in ("records", "steps", "sizes")},
            **{"scope": self.claims},
        }
        return {name: value for name, value in found.items() if value not in ("", {})}
