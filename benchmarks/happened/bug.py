"""A backward pass that was wrong in public, as data: a line of a right layer, and what stood there."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from tests.layers import packed
from tests.layers.faults.fault import LayerFault
from verification import layer

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Bug(LayerFault):
    """A bug beside its right twin, ``module``, of which it changes one line.

    ``story``: what was wrong, in a sentence. ``name``: what the command calls it. ``source``: a
    repository with the number of its thread, or at a commit. ``date``: when it was reported or repaired,
    as far as can be told. ``lived``: how long it was there, where that can be told. ``condition``: when
    it shows. ``read``: what was read of the source before it was planted here: a "diff", the "code", or
    the "thread" alone. ``told``: words of the verifier's sentence that name cause or condition, "" where
    today's sentence names neither. ``records``, ``steps``, ``sizes`` of dimensions, ``scale``: of a case
    on which it shows. ``tested``: what the project's own test asked at the time, where that can be read.
    ``call``: how it has to be called so that it shows.
    """

    place: str = ""
    name: str
    source: str
    date: str
    lived: str = ""
    condition: str = "always"
    read: str = "thread"
    tested: str = ""
    call: str = "once"
    sizes: Mapping[str, int] = field(default_factory=dict)

    def engine(self, wrong: bool = True) -> Any:
        """The wrong layer, or its right twin, as ``verify`` takes one."""
        made = self.planted() if wrong else self.right_layer()
        return layer(made.forward, made.backward, model=self.model, scope=self.scope)

    def right_layer(self) -> Any:
        """The twin: a module, or what packs it."""
        if not self.of_packing:
            return self.module
        return packed.of(self.module)  # type: ignore[no-untyped-call]

    def is_named(self, sentence: str) -> bool:
        """Does a sentence of the verifier name the cause or the condition?"""
        return bool(self.told) and self.told in sentence

    @property
    def url(self) -> str:
        """Where it can be read."""
        repository, _, number = self.source.partition("#")
        repository, _, commit = repository.partition("@")
        page = f"https://github.com/{repository}"
        return f"{page}/tree/{commit}" if commit else f"{page}/issues/{number}" if number else page

    def described(self) -> dict[str, Any]:
        """It without the models: what bugs.json has."""
        plain = (str, int, float, bool)
        found = {each.name: getattr(self, each.name) for each in fields(self)}
        twin = Path(str(self.module.__file__)).relative_to(ROOT).as_posix()
        claims = {} if self.scope is None else {"scope": {k: v for k, v in asdict(self.scope).items() if v}}
        kept = {name: value for name, value in found.items() if isinstance(value, plain) and value != ""}
        return {**kept, "url": self.url, "model": self.model.name, "twin": twin, **claims}
