"""The scope of an engine: what it claims to do. It is asked for that, at full strength, and nothing else.

Fields that are None stand for the default of model and door, which ``resolved`` fills in. A scope that is
given to ``verify`` may narrow an engine's, never widen it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from verification.asked.model import Model, Use

# The largest numbers of records and steps that are asked; a scope that reaches further is asked up to there.
MOST_RECORDS = 65
MOST_STEPS = 64

REAL = ("float32", "float64")
COMPLEX = ("complex64", "complex128")


@dataclass(frozen=True)
class Scope:
    """What an engine claims to do.

    ``functions``: for each role, what may play it. ``dtypes``: number types by name. ``truncations``: "Full",
    or ``rnn.Full()``. ``losses``: "cotangents". ``states``: "any", or "zero" for an engine whose initial
    state is always zero. ``blocks``: those whose gradients are returned. ``records``, ``steps``: the least
    and the most.
    """

    functions: Mapping[str, tuple[str, ...]] | None = None
    dtypes: tuple[str, ...] | None = None
    truncations: tuple[Any, ...] | None = None
    losses: tuple[str, ...] | None = None
    states: tuple[str, ...] | str | None = None
    blocks: tuple[str, ...] | None = None
    records: tuple[int, int] | None = None
    steps: tuple[int, int] | None = None


@dataclass(frozen=True)
class Claim:
    """A scope with every field filled in, for one model.

    ``functions``: the one that plays each role. ``states``: "any" or "zero".
    """

    functions: Mapping[str, str]
    dtypes: tuple[str, ...]
    states: str
    blocks: tuple[str, ...]
    records: tuple[int, int]
    steps: tuple[int, int]

    def in_words(self) -> str:
        """The claim in a line."""
        parts = [f"{role} {name}" for role, name in self.functions.items()]
        parts.append(" and ".join(self.dtypes))
        parts.append("full gradient by cotangents of outputs and final state")
        parts.append("any initial state" if self.states == "any" else "initial state zero")
        parts.append(f"gradients of {', '.join(self.blocks)}")
        parts.append(f"{_span(self.records)} records, {_span(self.steps)} steps")
        return "; ".join(parts)

    def not_asked(self, model: Model) -> tuple[str, ...]:
        """What the model and the verifier know of and this claim leaves out, in words."""
        others = [
            f"{role} {player.name}"
            for role in model.functions
            for player in model.players(role)
            if player.name != self.functions[role]
        ]
        others += [name for name in _types(model, self.functions) if name not in self.dtypes]
        others += [f"the gradient of {name}" for name in gradients(model) if name not in self.blocks]
        if self.states == "zero":
            others.append("an initial state that is not zero")
        others += ["truncations", "other lengths than all records'", "Fractions", "equality to the bit"]
        return tuple(others)


def gradients(model: Model) -> tuple[str, ...]:
    """The blocks whose gradients a layer can return."""
    return tuple(block.name for block in model.of(Use.STEP, Use.INPUT, Use.STATE))


def _span(span: tuple[int, int]) -> str:
    return str(span[0]) if span[0] == span[1] else f"{span[0]} to {span[1]}"


def _types(model: Model, functions: Mapping[str, str]) -> tuple[str, ...]:
    """The number types that a model has: complex ones where it has no function, or is complex."""
    if model.complex:
        return COMPLEX
    return REAL if functions else (*REAL, *COMPLEX)


def _wrong(field: str, given: Any, needed: str) -> ValueError:
    return ValueError(f"scope: {field}: {given!r}, needed {needed}")


def resolved(scope: Scope | None, model: Model) -> Claim:
    """The claim that a scope makes for a layer; raises ValueError, in one line, for one that makes none."""
    scope = scope or Scope()
    functions = {}
    for role in scope.functions or ():
        if role not in model.functions:
            raise _wrong("functions", role, f"a role of {model.name}: {', '.join(model.functions) or 'none'}")
    for role in model.functions:
        names = [player.name for player in model.players(role)]
        chosen = (scope.functions or {}).get(role, (names[0],))
        if isinstance(chosen, str) or len(chosen) != 1 or chosen[0] not in names:
            raise _wrong(f"functions: {role}", chosen, f"one of {', '.join(names)}, in a tuple")
        functions[role] = chosen[0]
    dtypes = _some("dtypes", scope.dtypes, _types(model, functions), COMPLEX if model.complex else REAL)
    states = _some("states", _tuple(scope.states), ("any", "zero"), ("any",))
    if scope.truncations is not None:
        policies = tuple(t if isinstance(t, str) else type(t).__name__ for t in scope.truncations)
        _some("truncations", policies, ("Full",), ("Full",))
    _some("losses", scope.losses, ("cotangents",), ("cotangents",))
    known = gradients(model)
    blocks = _some("blocks", scope.blocks, known, known)
    records = _bounds("records", scope.records, MOST_RECORDS)
    steps = _bounds("steps", scope.steps, MOST_STEPS)
    if steps[1] < 2:
        raise _wrong("steps", scope.steps, "at least 2 steps at most: one step shows no recursion")
    state = "any" if "any" in states else "zero"
    return Claim(functions, dtypes, state, tuple(n for n in known if n in blocks), records, steps)


def _tuple(value: tuple[str, ...] | str | None) -> tuple[str, ...] | None:
    return (value,) if isinstance(value, str) else value


def _some(
    field: str, given: tuple[str, ...] | None, known: tuple[str, ...], default: tuple[str, ...]
) -> tuple[str, ...]:
    if given is None:
        return default
    if isinstance(given, str) or not given:
        raise _wrong(field, given, f"a tuple of some of {', '.join(known)}")
    for name in given:
        if name not in known:
            raise _wrong(field, name, f"one of {', '.join(known)}")
    return tuple(given)


def _bounds(field: str, given: tuple[int, int] | None, most: int) -> tuple[int, int]:
    if given is None:
        return 1, most
    if not (isinstance(given, tuple) and len(given) == 2 and all(isinstance(n, int) for n in given)):
        raise _wrong(field, given, "a least and a most")
    if not 1 <= given[0] <= given[1]:
        raise _wrong(field, given, "a least from 1 on, and a most not below it")
    if given[0] > most:
        raise _wrong(field, given, f"a least of at most {most}, which is as far as problems go")
    return given[0], min(given[1], most)


def narrowed(claim: Claim, scope: Scope | None, model: Model) -> Claim:
    """The claim within a scope that is given besides; raises ValueError where that is wider."""
    if scope is None:
        return claim
    given = {f.name for f in fields(scope) if getattr(scope, f.name) is not None}
    asked = resolved(scope, model)
    for name in ("dtypes", "blocks"):
        if name in given and not set(getattr(asked, name)) <= set(getattr(claim, name)):
            raise _wrong(name, getattr(asked, name), f"no more than the engine's {getattr(claim, name)}")
    for name in ("records", "steps"):
        (low, high), (least, most) = getattr(asked, name), getattr(claim, name)
        if name in given and not least <= low <= high <= most:
            raise _wrong(name, (low, high), f"no more than the engine's {(least, most)}")
    for role in scope.functions or ():
        if asked.functions[role] != claim.functions[role]:
            raise _wrong(f"functions: {role}", asked.functions[role], f"the engine's {claim.functions[role]}")
    if "states" in given and asked.states == "any" and claim.states == "zero":
        raise _wrong("states", asked.states, "no more than the engine's zero")
    kept = {
        name: getattr(asked, name)
        for name in ("dtypes", "states", "blocks", "records", "steps")
        if name in given
    }
    return replace(claim, **kept)


def number_types(claim: Claim) -> tuple[np.dtype[Any], ...]:
    """The claim's number types."""
    return tuple(np.dtype(name) for name in claim.dtypes)
