"""A claim: a scope with every field filled in, for one model and one adapter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from verification.models.model import Model, Use
from verification.models.stored import STORED
from verification.models.tolerance import HAS_WIDER
from verification.models.truncation import KINDS, TruncationRule

REAL = ("float32", "float64")
# Where a platform's long double is double precision, there is no such type.
LONG = ("longdouble",) if HAS_WIDER else ()
COMPLEX = ("complex64", "complex128")

# The sizes that are run for an engine which compiles for each shape, and the numbers of steps. Two sizes show
# what a single unit or record hides; a long recursion differs from a short one, and adds no shapes.
FEW = (1, 3)
FEW_STEPS = (1, 3, 17)

# Checked only if a scope says so: the words under "not checked" if it does not, and those of the claim if so.
EXTRAS = {
    "lengths": ("records that end early", "records of any length"),
    # Lengths, given in another way.
    "packed": ("", "packed one after another, with offsets"),
    "exact": ("Fractions", "exact in Fractions"),
    "bits": ("equality to the bit", "the same to the bit"),
    "checkpoints": ("checkpoints", "states computed again"),
    "workspace": ("a workspace", "in a workspace"),
    "weights": ("weights of losses", "weights of losses"),
    "classes": ("losses of classes", "losses of classes as well"),
}

# What an engine may decline, in words.
DECLINABLE = {
    "zero blocks": "a block of zeros",
    "zero records": "a record of zeros",
    "zero steps": "a step of zeros",
    "missing cotangents": "a record, a unit or a step without a cotangent",
    "final cotangents": "a cotangent of the final state",
    "patterns": "one-hot inputs, whole numbers, one sign, symmetric and diagonal matrices",
    "overflow": "pre-activations that exp overflows at",
    "views": "arrays that are parts of others",
    "shared memory": "two arrays in the same memory",
    "interleaved calls": "two forwards before their backwards",
    "second backward": "a second backward of one forward",
    "another thread": "a backward in another thread than its forward",
}


@dataclass(frozen=True)
class Capabilities:
    """What can be checked through an adapter.

    ``functions``: is an engine told which function plays a role, so that several are checked?
    ``truncations``: is it told how far a loss may reach? If not, it has one of each, always the same.
    ``losses``: the first is the default, or all if an engine is told. ``readout``: are READOUT blocks a part
    of it? ``extras``: those of ``EXTRAS`` that can be checked. ``in_two``: is a call a forward, and a
    backward that may come later? ``chunks``: is a forward told the number of steps in its chunks?
    ``partial``: is a backward told which gradients are wanted, and which outputs were used? ``recorded``: can
    calls of a training run be stored and checked? ``cannot``: uses of an engine that cannot be checked
    through the adapter, in words. ``own``: is the backward its author's, and not a library's?
    """

    functions: bool
    truncations: bool
    losses: tuple[str, ...]
    readout: bool = False
    extras: tuple[str, ...] = ("exact", "bits")
    in_two: bool = False
    chunks: bool = False
    partial: bool = False
    recorded: bool = False
    cannot: tuple[str, ...] = ()
    own: bool = True


@dataclass(frozen=True)
class Claim:
    """A scope with every field filled in. ``truncations``: kinds by name, or truncations as they are.

    ``states``: "any" or "zero", of each state by its block's name; ``finals``: the blocks of those whose
    final one is returned. ``outputs``: as the parts of a forward are called. ``capabilities``: of the
    adapter that it is claimed through.
    ``chunk``: of how many steps its chunks are; ``chunks``: those that it is told, the smallest first.
    ``sizes``: of dimensions by name, those that it takes, the smallest first, where not any; ``most``: the
    largest of others, where the model has one.
    ``declines``: some of ``DECLINABLE``, in its order.
    """

    capabilities: Capabilities
    functions: Mapping[str, tuple[str, ...]]
    dtypes: tuple[str, ...]
    truncations: tuple[str | TruncationRule, ...]
    losses: tuple[str, ...]
    states: Mapping[str, str]
    finals: tuple[str, ...]
    outputs: tuple[str, ...]
    blocks: tuple[str, ...]
    records: tuple[int, int]
    steps: tuple[int, int]
    lengths: bool = False
    packed: bool = False
    exact: bool = False
    bits: bool = False
    checkpoints: bool = False
    workspace: bool = False
    weights: bool = False
    classes: bool = False
    chunk: int | None = None
    chunks: tuple[int, ...] = ()
    sizes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    most: Mapping[str, int] = field(default_factory=dict)
    compiled: bool = False
    departures: tuple[str, ...] = ()
    declines: tuple[str, ...] = ()

    @property
    def ends(self) -> bool:
        """May a final state have a cotangent?"""
        return "final cotangents" not in self.declines and bool(self.finals)

    @property
    def free(self) -> tuple[str, ...]:
        """The states that may begin as other than zero."""
        return tuple(name for name, kind in self.states.items() if kind == "any")

    def truncates_by(self, truncation: str | TruncationRule) -> bool:
        """Is a truncation claimed, as it is or as one of its kind?"""
        return truncation in self.truncations or getattr(truncation, "kind", None) in self.truncations

    @property
    def hands_on(self) -> bool:
        """Can a call go on from where another one ended, and its gradient back to there?"""
        return self.ends and self.free == tuple(self.states) == self.finals

    @property
    def least(self) -> dict[str, int]:
        """Of dimensions that have few sizes alone, the smallest."""
        return {name: sizes[0] for name, sizes in self.sizes.items()}

    def in_words(self) -> str:
        """The claim in a line."""
        parts = [f"{role} {' or '.join(names)}" for role, names in self.functions.items()]
        parts.append(" and ".join(map(_type_in_words, self.dtypes)))
        parts.append(f"{_truncations_in_words(self.truncations)} by {_losses_in_words(self)}")
        parts.append(_states_in_words(self))
        parts.append(f"gradients of {', '.join(self.blocks)}")
        parts.append(f"{span_in_words(self.records)} records, {span_in_words(self.steps)} steps")
        parts += [f"{name} {_or(sizes)}" for name, sizes in self.sizes.items()]
        parts += [
            f"{name} {span_in_words((1, most))}" for name, most in self.most.items() if name not in self.sizes
        ]
        parts += [f"as it compiles for each shape, of these sizes {_few()}"] if self.compiled else []
        parts += [f"in chunks of {self.chunk} steps"] if self.chunk else []
        parts += [f"in chunks of {_or(self.chunks)} steps, as it is told"] if self.chunks else []
        parts += [claimed for name, (_, claimed) in EXTRAS.items() if getattr(self, name)]
        parts += [f"declared: {departure}" for departure in self.departures]
        parts += [f"declined: {DECLINABLE[name]}" for name in self.declines]
        return "; ".join(parts)

    def not_checked(self, model: Model) -> tuple[str, ...]:
        """What the model and the verifier support and this claim leaves out, in words."""
        others = [
            f"{role} {choice.name}"
            for role in model.functions
            for choice in model.choices(role)
            if choice.name not in self.functions[role]
        ]
        known = [name for name in types(model, self.functions) if name not in STORED]
        others += [name for name in known if name not in self.dtypes]
        others += [
            f"the gradient of {name}"
            for name in gradients(model, self.capabilities)
            if name not in self.blocks
        ]
        still = [name for name in self.states if name not in self.free]
        if still:
            others.append(f"an initial {_of_states(still, self)} that is not zero")
        missing = [name for name in self.states if name not in self.finals]
        if missing and "cotangents" in self.losses:
            others.append(f"a final {_of_states(missing, self)}")
        if self.truncations == ("Full",):
            others.append("truncations")
        else:
            others += [f"every {kind}" for kind in KINDS if kind not in self.truncations]
        others += [f"a loss on {name} step" for name in self.capabilities.losses if name not in self.losses]
        others += [f"other sizes of {name}" for name in self.sizes]
        others += [f"sizes other than {_few()}"] if self.compiled else []
        possible = ("lengths", *self.capabilities.extras)
        left = [words for name, (words, _) in EXTRAS.items() if name in possible and not getattr(self, name)]
        others += filter(None, left)
        others += ["outputs after a record's end"] if self.lengths else []
        others += [DECLINABLE[name] for name in self.declines]
        return (*others, *self.capabilities.cannot)


def _truncations_in_words(truncations: tuple[str | TruncationRule, ...]) -> str:
    if truncations == ("Full",):
        return "full gradient"
    return f"gradient under {', '.join(map(str, truncations))}"


def _losses_in_words(claim: Claim) -> str:
    if claim.losses == ("cotangents",):
        final = f" and final {_of_states(claim.finals, claim)}" if claim.ends else ""
        return f"cotangents of outputs{final}"
    return f"the loss on {' or '.join(f'{name} step' for name in claim.losses)}"


def _states_in_words(claim: Claim) -> str:
    still = [name for name in claim.states if name not in claim.free]
    if not claim.free:
        return "initial state zero"
    zero = f", initial {_of_states(still, claim)} zero" if still else ""
    return f"any initial {_of_states(claim.free, claim)}{zero}"


def _of_states(names: Sequence[str], claim: Claim) -> str:
    """Some states by their names, or all of them."""
    return "state" if len(names) == len(claim.states) else " and ".join(names)


def _type_in_words(name: str) -> str:
    return f"{name} rounded from float32" if name in STORED else name


def _or(numbers: tuple[int, ...]) -> str:
    return " or ".join(map(str, numbers))


def _few() -> str:
    """The sizes of an engine that compiles, in words."""
    return f"{' and '.join(map(str, FEW))}, and of steps {', '.join(map(str, FEW_STEPS))}"


def span_in_words(span: tuple[int, int]) -> str:
    """A least and a most, or the number that is both."""
    return str(span[0]) if span[0] == span[1] else f"{span[0]} to {span[1]}"


def gradients(model: Model, capabilities: Capabilities) -> tuple[str, ...]:
    """The blocks whose gradients can be returned through an adapter."""
    uses = (Use.STEP, Use.INPUT, Use.STATE, *((Use.READOUT,) if capabilities.readout else ()))
    return tuple(block.name for block in model.of(*uses) if block.below is None)


def claimed_of(claim: Claim, model: Model, other: Model) -> Claim:
    """A claim of a model for another one: what both have, as before, and all that is new."""
    known = {block.name for block in model.blocks}
    blocks = (n for n in gradients(other, claim.capabilities) if n in claim.blocks or n not in known)
    functions = {}
    for role in other.functions:
        names = tuple(each.name for each in other.choices(role))
        functions[role] = tuple(name for name in claim.functions.get(role, ()) if name in names) or names[:1]
    return replace(claim, blocks=tuple(blocks), functions=functions)


def types(model: Model, functions: Mapping[str, Any]) -> tuple[str, ...]:
    """The number types that a model has: complex ones where it has no function, or is complex."""
    if model.complex:
        return COMPLEX
    return (*REAL, *LONG, *STORED) if functions else (*REAL, *LONG, *COMPLEX, *STORED)


def rational(model: Model, claim: Claim) -> dict[str, tuple[str, ...]]:
    """Of the functions that are claimed those that map rationals to rationals, by role."""
    return {
        role: tuple(each.name for each in model.choices(role) if each.rational and each.name in names)
        for role, names in claim.functions.items()
    }
