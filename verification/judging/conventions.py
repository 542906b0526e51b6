"""Conventions: is an engine right if its arrays, or its equations, are read another way?

A stranger's first failure is a convention, not a fault. Where a forward is wrong, or is not in form, other
readings are tried, those that change least first, on a small case whose sizes all differ:

- names: what the engine looks up in vain stands for a block, or for one of two biases;
- orientation: matrices are transposed, steps come before records;
- order: parts are stacked in another order;
- functions: another one plays a role;
- equations: another model by the same name (``verification.models.variants``).

A reading holds if outputs and final states then agree, on another case as well.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from verification.asked.model import Model
from verification.judging.engine import Engine
from verification.judging.probe import Seen, healthy_case, look
from verification.judging.properties import Truth
from verification.judging.readings import Arrays, in_words, orders, orientations, renamed
from verification.models.variants import variants

# The most calls of the engine in all, those of them that are about names, and the steps of the two cases.
CALLS = 110
NAMING = 30
STEPS = (2, 4)


@dataclass(frozen=True, eq=False)
class Convention:
    """A reading under which the forward agrees.

    ``words``: what is otherwise; ``say``: what a user says for it, () where nothing has to be said.
    ``engine``: the engine so read, None where its scope has to say it.
    """

    words: str
    say: str
    engine: Engine | None = None


def agreeing(engine: Engine) -> Convention | None:
    """The first reading under which the forward agrees, or None."""
    return next(_Search(engine).agreeing(), None)


@dataclass(eq=False)
class _Search:
    """The readings of an engine; ``calls``: how many are left."""

    engine: Engine
    calls: int = CALLS
    truths: dict[tuple[Model, int], Truth] = field(default_factory=dict)

    def agreeing(self) -> Iterator[Convention]:
        """All readings that agree, as far as the calls go."""
        own = self.engine.model
        yield from self._arranged(own, "", "")
        yield from self._functions()
        for variant in variants(own):
            yield from self._arranged(variant.model, variant.words, variant.say)

    def _arranged(self, model: Model, words: str, say: str) -> Iterator[Convention]:
        """The readings as one model."""
        described = self.engine.arrays
        if described is None:
            read = self.engine.otherwise(model, None) if words else self.engine
            if words and self._agrees(read):
                yield Convention(words, say, read)
            return
        for arrays in self._fitting(model, described):
            for ordered in orders(model, arrays):
                read = self.engine.otherwise(model, ordered)
                if self._agrees(read):
                    said = [f"arrays={dict(ordered)!r}"] if ordered != described else []
                    told = [words] * bool(words) + list(in_words(model, described, ordered))
                    yield Convention(", and ".join(told), ", ".join([say] * bool(say) + said), read)

    def _fitting(self, model: Model, described: Arrays) -> Iterator[Arrays]:
        """Names and orientations under which the engine answers in form."""
        for named in self._named(model, described):
            for turned in orientations(model, named):
                seen = self._seen(self.engine.otherwise(model, turned))
                if seen is not None and not seen.raised:
                    yield turned

    def _named(self, model: Model, described: Arrays) -> Iterator[Arrays]:
        """Descriptions under which no name is looked up in vain; the first that is in form is the last."""
        waiting = [described]
        for _ in range(NAMING):
            if not waiting:
                return
            arrays = waiting.pop(0)
            try:
                seen = self._seen(self.engine.otherwise(model, arrays))
            except ValueError:
                # A name stands for two blocks.
                continue
            if seen is not None and seen.missing:
                waiting = [*renamed(model, arrays, seen.missing), *waiting]
                continue
            yield arrays
            if seen is None or not seen.raised:
                return

    def _functions(self) -> Iterator[Convention]:
        """The readings with another function in a role."""
        for role in self.engine.model.functions:
            for player in self.engine.model.players(role):
                case = healthy_case(self.engine, STEPS[0])
                if player.name == case.cast[role].name or not self.calls:
                    continue
                cases = (healthy_case(self.engine, steps) for steps in STEPS)
                played = (replace(case, functions={**case.functions, role: player.name}) for case in cases)
                if all(self._holds(look(self.engine, Truth(case))) for case in played):
                    words = f"the function in the role {role!r} is {player.name}"
                    yield Convention(words, f"scope=Scope(functions={{{role!r}: ({player.name!r},)}})")

    def _agrees(self, engine: Engine) -> bool:
        return all(self._holds(self._seen(engine, steps)) for steps in STEPS)

    @staticmethod
    def _holds(seen: Seen | None) -> bool:
        return seen is not None and not seen.raised and not seen.forward

    def _seen(self, engine: Engine, steps: int = STEPS[0]) -> Seen | None:
        """What a case shows of a reading; None where no calls are left."""
        if not self.calls:
            return None
        self.calls -= 1
        key = engine.model, steps
        if key not in self.truths:
            self.truths[key] = Truth(healthy_case(engine, steps))
        return look(engine, self.truths[key])
