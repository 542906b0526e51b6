"""From a scope to a claim: every field filled in, or refused in one line."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from verification.models.departures import departed, in_words
from verification.models.model import OUTPUTS, Model, Use
from verification.models.stored import STORED, dtype_of
from verification.models.truncation import FULL, KINDS, TruncationRule, truncation_of
from verification.sampling.claim import (
    COMPLEX,
    DECLINABLE,
    EXTRAS,
    REAL,
    Capabilities,
    Claim,
    gradients,
    rational,
    types,
)
from verification.sampling.factors import LONG_STEPS, MOST_IN_FRACTIONS, dimensions, has_readout
from verification.sampling.scope import Scope

# Never checked by default, because a problem with it has another form.
BY_REQUEST = ("lengths", "packed", "bits", "weights", "classes")

# The largest numbers of records and steps that are run; a wider scope is checked up to them.
MOST_RECORDS = 129
MOST_STEPS = LONG_STEPS

# And the largest size of a dimension that has few alone: a head of 256 keys and values has 65,536 numbers.
MOST_SIZE = 256


def _wrong(field: str, given: Any, needed: str) -> ValueError:
    return ValueError(f"scope: {field}: {given!r}, needed {needed}")


def resolved(scope: Scope | None, model: Model, capabilities: Capabilities) -> Claim:
    """The claim that a scope makes through an adapter; raises ValueError, in one line, if it makes none.

    Without a scope an engine that is told what to do claims everything, except for ``BY_REQUEST``: a right
    engine may sum in another order for arrays with another layout.
    """
    everything = scope is None and capabilities.functions
    scope = scope or Scope()
    departed(model, scope.departures)
    functions = _functions(scope, model, capabilities)
    known_types = types(model, functions)
    usual = COMPLEX if model.complex else REAL
    all_types = tuple(name for name in known_types if name not in STORED)
    dtypes = _some("dtypes", scope.dtypes, known_types, all_types if everything else usual)
    for name in dtypes:
        # Where the library of a type is missing, that is said here.
        dtype_of(name)
    known = gradients(model, capabilities)
    steps = _bounds("steps", scope.steps, MOST_STEPS)
    if steps[1] < 2:
        needed = "a most of 2 or more: one step shows no recursion; verification.step takes one by itself"
        raise _wrong("steps", scope.steps, needed)
    losses = _some("losses", scope.losses, capabilities.losses, capabilities.losses)
    claim = Claim(
        capabilities=capabilities,
        functions=functions,
        dtypes=dtypes,
        truncations=_truncations(scope, capabilities),
        losses=losses,
        states=_states(scope, model),
        finals=_finals(scope, model, capabilities),
        outputs=model.outputs if "cotangents" in capabilities.losses else (OUTPUTS,),
        blocks=_some("blocks", scope.blocks, known, known),
        records=_bounds("records", scope.records, MOST_RECORDS),
        steps=steps,
        sizes=_sizes(scope, model, losses),
        most={
            name: model.most[name] for name in dimensions(model, has_readout(losses)) if name in model.most
        },
        chunk=_chunk(scope, steps),
        chunks=_chunks(scope, steps, capabilities),
        compiled=bool(scope.compiled),
        departures=in_words(scope.departures),
        declines=_declines(scope),
        **{name: _extra(name, getattr(scope, name), capabilities, everything) for name in EXTRAS},
    )
    if claim.packed and scope.lengths is None:
        claim = replace(claim, lengths=True)
    if claim.exact and not all(rational(model, claim).values()):
        if everything:
            return replace(claim, exact=False)
        raise _wrong("exact", True, "a rational function for every role, as softsign or rational_gate")
    return replace(claim, blocks=tuple(name for name in known if name in claim.blocks))


def _sizes(scope: Scope, model: Model, losses: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    given, known = scope.sizes or {}, dimensions(model, has_readout(losses))
    for name, sizes in given.items():
        if name not in known:
            raise _wrong("sizes", name, f"a dimension of {model.name}'s cases: {', '.join(known)}")
        most = model.most.get(name, MOST_SIZE)
        if not isinstance(sizes, tuple) or not sizes or not all(_is_size(each, most) for each in sizes):
            raise _wrong(f"sizes: {name}", sizes, f"a tuple of integers from 1 to {most}")
    if given and scope.exact:
        raise _wrong("sizes", given, "none beside exact: Fractions have sizes of 1 and 2")
    return {name: tuple(sorted({*given[name]})) for name in model.dimensions if name in given}


def _is_size(given: Any, most: int = MOST_SIZE) -> bool:
    """Is it an integer from 1 to the most?"""
    return isinstance(given, int) and not isinstance(given, bool) and 1 <= given <= most


def _states(scope: Scope, model: Model) -> dict[str, str]:
    """What each state begins as; one whose domain is zero alone begins as that."""
    given, kinds = scope.states, ("any", "zero")
    names = tuple(block.name for block in model.of(Use.STATE))
    if isinstance(given, Mapping):
        for name, kind in given.items():
            if name not in names or kind not in kinds:
                raise _wrong("states", {name: kind}, f"'any' or 'zero' for one of {', '.join(names)}")
        chosen = dict.fromkeys(names, "any") | dict(given)
    else:
        some = _some("states", _tuple(given), kinds, ("any",))
        chosen = dict.fromkeys(names, "any" if "any" in some else "zero")
    return chosen | {block.name: "zero" for block in model.of(Use.STATE) if block.is_zero}


def _finals(scope: Scope, model: Model, capabilities: Capabilities) -> tuple[str, ...]:
    """The states whose final one is returned, in the model's order."""
    names = tuple(block.name for block in model.of(Use.STATE))
    if scope.finals is not None and "cotangents" not in capabilities.losses:
        raise _wrong("finals", scope.finals, "None: this adapter asks for no final state")
    given = () if scope.finals == () else _some("finals", scope.finals, names, names)
    return tuple(name for name in names if name in given)


def _chunk(scope: Scope, steps: tuple[int, int]) -> int | None:
    if scope.chunk is not None and scope.chunks is not None:
        raise _wrong("chunk", scope.chunk, "None beside chunks: its forward is told, or has one of its own")
    return None if scope.chunk is None else _steps_of_chunk("chunk", scope.chunk, steps)


def _chunks(scope: Scope, steps: tuple[int, int], capabilities: Capabilities) -> tuple[int, ...]:
    given = scope.chunks
    if given is None:
        return ()
    if not capabilities.chunks:
        raise _wrong("chunks", given, "None: this adapter tells an engine of no chunk; say chunk")
    if not isinstance(given, tuple) or not given:
        raise _wrong("chunks", given, "a tuple of numbers of steps")
    return tuple(sorted({_steps_of_chunk("chunks", each, steps) for each in given}))


def _steps_of_chunk(field: str, given: Any, steps: tuple[int, int]) -> int:
    """The length of a chunk, unless it holds all steps and so has no border."""
    if not _is_size(given, steps[1] - 1):
        raise _wrong(field, given, f"an integer from 1 to {steps[1] - 1}, for {steps[1]} steps at most")
    return int(given)


def _declines(scope: Scope) -> tuple[str, ...]:
    """What is declined, in the order in which it is known; nothing by default."""
    given = _tuple(scope.declines) or ()
    chosen = _some("declines", given, tuple(DECLINABLE), ()) if given else ()
    return tuple(name for name in DECLINABLE if name in chosen)


def _functions(scope: Scope, model: Model, capabilities: Capabilities) -> dict[str, tuple[str, ...]]:
    functions = {}
    for role in scope.functions or ():
        if role not in model.functions:
            raise _wrong("functions", role, f"a role of {model.name}: {', '.join(model.functions) or 'none'}")
    for role in model.functions:
        names = tuple(choice.name for choice in model.choices(role))
        chosen = (scope.functions or {}).get(role, names if capabilities.functions else names[:1])
        fits = not isinstance(chosen, str) and chosen and all(name in names for name in chosen)
        if not fits or (len(chosen) > 1 and not capabilities.functions):
            count = "some" if capabilities.functions else "one"
            raise _wrong(f"functions: {role}", chosen, f"{count} of {', '.join(names)}, in a tuple")
        functions[role] = tuple(chosen)
    return functions


def _truncations(scope: Scope, capabilities: Capabilities) -> tuple[str | TruncationRule, ...]:
    given = scope.truncations
    if given is None:
        return tuple(KINDS) if capabilities.truncations else ("Full",)
    if isinstance(given, str) or not isinstance(given, tuple | list) or not given:
        raise _wrong("truncations", given, f"a tuple of some of {', '.join(KINDS)}, or of truncations")
    truncations: list[str | TruncationRule] = []
    for each in given:
        truncation = each if isinstance(each, str) and each in KINDS else truncation_of(each)
        if truncation is None:
            raise _wrong("truncations", each, f"one of {', '.join(KINDS)}, or a truncation as rnn.Window(3)")
        # Full has no numbers, so that its name and itself are one.
        truncations.append("Full" if truncation == FULL else truncation)
    truncations = list(dict.fromkeys(truncations))
    if not capabilities.truncations and (len(truncations) > 1 or truncations[0] in set(KINDS) - {"Full"}):
        raise _wrong(
            "truncations", given, "one truncation with its numbers, as rnn.Window(3): nobody tells it another"
        )
    return tuple(truncations)


def _extra(name: str, given: bool | None, capabilities: Capabilities, everything: bool) -> bool:
    if given and name not in capabilities.extras:
        raise _wrong(
            name, given, f"False or None: this adapter can ask for {', '.join(capabilities.extras)} alone"
        )
    usual = everything and name in capabilities.extras and name not in BY_REQUEST
    return usual if given is None else bool(given)


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
    return tuple(dict.fromkeys(given))


def _bounds(field: str, given: tuple[int, int] | None, most: int) -> tuple[int, int]:
    if given is None:
        return 1, most
    if not (isinstance(given, tuple) and len(given) == 2 and all(isinstance(n, int) for n in given)):
        needed = "a least and a most"
        if field == "steps":
            needed += "; code that takes multiples of a chunk alone has to pad what it is given"
        raise _wrong(field, given, needed)
    if not 1 <= given[0] <= given[1]:
        raise _wrong(field, given, "a least from 1 on, and a most not below it")
    if given[0] > most:
        raise _wrong(field, given, f"a least of at most {most}, which is as far as problems go")
    return given[0], min(given[1], most)


# What is narrowed in a way of its own.
APART = {"departures", "functions", "truncations", "records", "steps", "states", "declines", "chunk", "sizes"}


def narrowed(claim: Claim, scope: Scope | None, model: Model) -> Claim:
    """The claim within a scope that is given besides; raises ValueError where that is wider."""
    if scope is None:
        return claim
    if scope.departures:
        raise _wrong(
            "departures", dict(scope.departures), "none: the adapter was told of them, or nobody was"
        )
    given = [f.name for f in fields(Scope) if getattr(scope, f.name) is not None]
    wanted = resolved(scope, model, claim.capabilities)
    kept: dict[str, Any] = {}
    for name in (each for each in given if each not in APART):
        mine, theirs = getattr(claim, name), getattr(wanted, name)
        wider = theirs and not mine if isinstance(theirs, bool) else not set(theirs) <= set(mine)
        if wider:
            raise _wrong(name, theirs, f"no more than the engine's {mine}")
        kept[name] = theirs
    if "packed" in given and wanted.packed is not claim.packed:
        raise _wrong("packed", wanted.packed, f"the engine's {claim.packed}: it is given other arrays")
    for name in (each for each in ("records", "steps") if each in given):
        (low, high), (least, most) = getattr(wanted, name), getattr(claim, name)
        if not least <= low <= high <= most:
            raise _wrong(name, (low, high), f"no more than the engine's {(least, most)}")
        kept[name] = low, high
    for role in scope.functions or ():
        for name in wanted.functions[role]:
            if name not in claim.functions[role]:
                theirs = ", ".join(claim.functions[role])
                raise _wrong(f"functions: {role}", name, f"the engine's {theirs}")
        kept["functions"] = {**kept.get("functions", claim.functions), role: wanted.functions[role]}
    if "truncations" in given:
        for truncation in wanted.truncations:
            if not claim.truncates_by(truncation):
                claimed = ", ".join(map(str, claim.truncations))
                raise _wrong("truncations", str(truncation), f"no more than the engine's {claimed}")
        kept["truncations"] = wanted.truncations
    if "sizes" in given:
        for name, sizes in wanted.sizes.items():
            if not {*sizes} <= {*claim.sizes.get(name, sizes)}:
                raise _wrong(f"sizes: {name}", sizes, f"no more than the engine's {claim.sizes[name]}")
        kept["sizes"] = {**claim.sizes, **wanted.sizes}
        kept["exact"] = claim.exact and all(sizes[0] <= MOST_IN_FRACTIONS for sizes in wanted.sizes.values())
    if "chunk" in given:
        if claim.chunks or claim.chunk not in (None, wanted.chunk):
            raise _wrong("chunk", wanted.chunk, f"the engine's {claim.chunk or claim.chunks}")
        kept["chunk"] = wanted.chunk
    if "states" in given:
        if not {*wanted.free} <= {*claim.free}:
            raise _wrong("states", scope.states, f"no more than the engine's {claim.states}")
        kept["states"] = wanted.states
    # What either declines is declined.
    either = {*claim.declines, *wanted.declines}
    kept["declines"] = tuple(name for name in DECLINABLE if name in either)
    return replace(claim, **kept)
