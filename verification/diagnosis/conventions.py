"""Conventions: is an engine right if its arrays, or its equations, are read in another way?

A new user's first failure is usually a convention, not a bug. If a forward is wrong, or does not have the
right form, other readings are tried on a small case whose sizes all differ, the smallest changes first:

- exchange: two arguments stand in each other's place, or two blocks have each other's name;
- names: a name that the engine looks for in vain is a block, or one of two biases;
- orientation: matrices are transposed, steps come before records;
- order: parts are stacked in another order;
- functions: another one plays a role;
- equations: another model of the same name (``verification.models.variants``).

A reading holds if outputs and final states then agree, on a second case as well.

Arrays are described as by the ``arrays`` argument of an adapter: {"W": ("Wh", "T"), "b": ("b_ih", "b_hh"),
"gates": "ifog", "axes": "TN"}. Other descriptions are derived from one by the model's blocks alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations, permutations
from typing import Any, TypeAlias

from verification.diagnosis.probe import Seen, healthy_case, look
from verification.diagnosis.words import joined
from verification.models.functions import function_named
from verification.models.model import Block, Model, Use
from verification.models.variants import Variant, variants
from verification.processes.processor import spent
from verification.properties.engine import Engine
from verification.properties.truth import Truth

# The most calls of the engine in all, those of them that are about names, the seconds after which none is
# begun, and the steps of the two cases.
CALLS = 110
NAMING = 30
SECONDS = 8.0
STEPS = (2, 4)

Arrays: TypeAlias = Mapping[str, Any]

# What of a description says that a block is transposed, and the names of what is about no block.
TRANSPOSED, GATES, AXES = "T", "gates", "axes"

# The orders of axes, the usual one first.
ORDERS = {
    "NT": "records come before steps",
    "TN": "steps come before records",
    "NAT": "heads, or channels, come before steps",
}


@dataclass(frozen=True, eq=False)
class Convention:
    """A reading under which the forward agrees.

    ``words``: what differs; ``say``: how a user declares it. ``engine``: the engine so read; None where
    its scope has to be another, and then ``right`` says whether its gradients agree as well.
    """

    words: str
    say: str
    engine: Engine | None = None
    right: bool = False


def agreeing(engine: Engine, calls: int = CALLS) -> Convention | None:
    """The first reading under which the forward agrees, or None; in so many calls of the engine."""
    return next(_Readings(engine, calls).agreeing(), None)


@dataclass(eq=False)
class _Readings:
    """The readings of an engine; ``calls``: how many are left."""

    engine: Engine
    calls: int
    naming: int = NAMING
    until: float = field(default_factory=lambda: spent() + SECONDS)
    truths: dict[tuple[Model, int], Truth] = field(default_factory=dict)

    def agreeing(self) -> Iterator[Convention]:
        """All readings that agree, as far as the calls go."""
        own, described = self.engine.model, self.engine.arrays
        for variant in variants(own):
            read = self.engine.otherwise(variant.model, described)
            if self._agrees(read):
                yield Convention(variant.words, variant.say, read)
        yield from self._exchanged()
        if described is not None:
            yield from self._arranged(Variant("", own, ""), described)
        yield from self._functions()
        if described is not None:
            for variant in variants(own):
                yield from self._arranged(variant, described)

    def _exchanged(self) -> Iterator[Convention]:
        """The readings with two arguments exchanged, or two names of inputs, or of parameters."""
        engine, order, described = self.engine, self.engine.arguments, self.engine.arrays
        if order is not None:
            for one, other in combinations(order, 2):
                changed = tuple({one: other, other: one}.get(name, name) for name in order)
                read = engine.reordered(changed)
                if self._agrees(read):
                    yield Convention(f"{one} and {other} are exchanged", f"arguments={changed!r}", read)
        elif described is not None:
            for arrays, words in _exchanges(engine.model, described):
                read = engine.otherwise(engine.model, arrays)
                if self._agrees(read):
                    yield Convention(words, f"arrays={arrays!r}", read)

    def _arranged(self, variant: Variant, described: Arrays) -> Iterator[Convention]:
        """The readings with other arrays, as one model."""
        model = variant.model
        for arrays in self._fitting(model, described):
            for ordered in _orders(model, arrays):
                if model is self.engine.model and dict(ordered) == dict(described):
                    # No other reading: it was wrong before.
                    continue
                read = self.engine.otherwise(model, ordered)
                if self._agrees(read):
                    words = [variant.words, *_in_words(model, described, ordered)]
                    say = [variant.say, f"arrays={dict(ordered)!r}"]
                    yield Convention(joined(list(filter(None, words))), ", ".join(filter(None, say)), read)

    def _fitting(self, model: Model, described: Arrays) -> Iterator[Arrays]:
        """Names and orientations under which the engine answers in form."""
        for named in list(self._named(model, described)):
            for turned in _orientations(model, named):
                seen = self._seen(self.engine.otherwise(model, turned))
                if seen is not None and not seen.raised:
                    yield turned

    def _named(self, model: Model, described: Arrays) -> Iterator[Arrays]:
        """Descriptions under which no name is looked up in vain; if one is in form it is the last."""
        waiting = [described]
        while waiting and self.naming:
            self.naming -= 1
            arrays = waiting.pop(0)
            seen = self._seen(self.engine.otherwise(model, arrays))
            if seen is not None and seen.missing:
                waiting = [*_renamed(model, arrays, seen.missing), *waiting]
                continue
            yield arrays
            if seen is None or not seen.raised:
                return

    def _functions(self) -> Iterator[Convention]:
        """The readings with another function in a role, for an engine that is not given which."""
        if self.engine.claim.capabilities.functions:
            return
        cases = [healthy_case(self.engine, steps) for steps in STEPS]
        for role, choices in self.engine.model.functions.items():
            for choice in map(function_named, choices):
                if choice.name == cases[0].chosen[role].name:
                    continue
                played = [replace(case, functions={**case.functions, role: choice.name}) for case in cases]
                seen = [self._looked(self.engine, Truth(case)) for case in played]
                if all(map(self._holds, seen)):
                    yield Convention(
                        f"the function in the role {role!r} is {choice.name}",
                        f"scope=Scope(functions={{{role!r}: ({choice.name!r},)}})",
                        right=not any(each is not None and each.blocks for each in seen),
                    )

    def _agrees(self, engine: Engine) -> bool:
        return all(self._holds(self._seen(engine, steps)) for steps in STEPS)

    @staticmethod
    def _holds(seen: Seen | None) -> bool:
        return seen is not None and not seen.raised and not seen.forward

    def _seen(self, engine: Engine, steps: int = STEPS[0]) -> Seen | None:
        """The result of a case under a reading."""
        key = engine.model, steps
        if key not in self.truths:
            self.truths[key] = Truth(healthy_case(engine, steps))
        return self._looked(engine, self.truths[key])

    def _looked(self, engine: Engine, truth: Truth) -> Seen | None:
        """The result of a case; None if no call, or no time, is left."""
        if not self.calls or spent() > self.until:
            return None
        self.calls -= 1
        return look(engine, truth)


def _exchanges(model: Model, arrays: Arrays) -> Iterator[tuple[dict[str, Any], str]]:
    """Descriptions in which two inputs, or two parameters, have each other's name; in words as well."""
    for use in (Use.INPUT, Use.STEP):
        names = {block.name: arrays.get(block.name, block.name) for block in model.of(use)}
        for one, other in combinations([name for name, given in names.items() if isinstance(given, str)], 2):
            yield {**arrays, one: names[other], other: names[one]}, f"{one} and {other} are exchanged"


def _renamed(model: Model, arrays: Arrays, missing: str) -> list[Arrays]:
    """Descriptions in which the name that is missing stands for a block, the likeliest first.

    A bias that has another name already may have two.
    """
    blocks = model.of(Use.STEP)
    if missing in (block.name for block in blocks):
        return []
    found: list[tuple[bool, Arrays]] = []
    for block in blocks:
        names, turned = _names_of(block, arrays)
        alike = missing.lower().startswith(block.name.lower())
        if names == (block.name,):
            found.append((alike, {**arrays, block.name: (missing, TRANSPOSED) if turned else missing}))
        elif len(names) == 1 and len(block.axes) == 1:
            found.append((alike, {**arrays, block.name: (names[0], missing)}))
    return [made for _, made in sorted(found, key=lambda each: not each[0])]


def _names_of(block: Block, arrays: Arrays) -> tuple[tuple[str, ...], bool]:
    """The names of a block, and whether it is transposed."""
    given = arrays.get(block.name, block.name)
    if isinstance(given, str):
        return (given,), False
    return (given[:1], True) if given[1] == TRANSPOSED else (given, False)


def _orientations(model: Model, arrays: Arrays) -> Iterator[Arrays]:
    """The description itself, then with all matrices turned, or one, and with axes in other orders."""
    matrices = [block for block in model.of(Use.STEP) if len(block.axes) == 2]
    turns = dict.fromkeys([(), tuple(matrices), *((block,) for block in matrices)])
    now = _axes(arrays)
    for axes in dict.fromkeys((now, *ORDERS)):
        for turned in turns:
            made = {**arrays, AXES: axes} if axes != now else dict(arrays)
            for block in turned:
                (name,), is_turned = _names_of(block, arrays)
                made[block.name] = name if is_turned else (name, TRANSPOSED)
            yield made


def _orders(model: Model, arrays: Arrays) -> Iterator[Arrays]:
    """The description itself, then with parts stacked in every other order."""
    yield arrays
    parts = next((block.parts for block in model.of(Use.STEP) if block.parts), ())
    now = tuple(arrays.get(GATES, parts))
    for order in permutations(parts):
        if order != now:
            named = "".join(order) if all(len(part) == 1 for part in order) else order
            yield {**arrays, GATES: named}


def _in_words(model: Model, before: Arrays, after: Arrays) -> Iterator[str]:
    """What the second description says that the first does not."""
    turned: dict[bool, list[str]] = {True: [], False: []}
    for block in model.of(Use.STEP):
        names, is_turned = _names_of(block, after)
        old, was_turned = _names_of(block, before)
        if names != old:
            two = f"kept as two, {' and '.join(names)}" if len(names) > 1 else f"called {names[0]}"
            yield f"{block.name} is {two}"
        if is_turned != was_turned:
            turned[is_turned].append(block.name)
    for is_turned, blocks in turned.items():
        if blocks:
            verb = "are" if len(blocks) > 1 else "is"
            yield f"{' and '.join(blocks)} {verb} {'' if is_turned else 'not '}transposed"
    if _axes(after) != _axes(before):
        yield ORDERS[_axes(after)]
    if after.get(GATES) != before.get(GATES):
        yield f"gates are stacked {', '.join(after[GATES])}"


def _axes(arrays: Arrays) -> str:
    return str(arrays.get(AXES, next(iter(ORDERS))))
