"""Program text that creates an engine again: a call of its adapter with the same arguments."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from verification.adapters.importing import imported
from verification.models.code import Code, sayable
from verification.models.functions import Function
from verification.models.model import Model
from verification.sampling.claim import Claim
from verification.sampling.resolving import resolved
from verification.sampling.scope import Scope

# The module from which a program imports names of this package.
PUBLIC = "verification"

# The fields of a claim that affect how a single case is run, and their names in a scope.
PER_CASE = (
    *("truncations", "losses", "finals", "blocks", "records", "sizes", "lengths", "bits", "checkpoints"),
    *("workspace", "packed", "chunks"),
)


@dataclass(frozen=True, eq=False)
class AdapterCall:
    """The call of an adapter, by its module and name.

    ``given``: functions and classes, by the names that they have in a program. ``model`` without the
    ``departures`` that a scope declares. ``said``: other arguments by name, None for what was not said.
    """

    home: str
    adapter: str
    given: Mapping[str, Any]
    model: Model
    departures: Mapping[str, str | Function] = field(default_factory=dict)
    said: Mapping[str, Any] = field(default_factory=dict)

    def code(self, claim: Claim) -> Code:
        """Statements that create ``engine``, with a scope if that affects how one case is run."""
        scope = scope_of(claim, self.model)
        said = [f"{name}={value!r}" for name, value in scope.items()]
        # A function is imported, and "stop" is a string.
        meant, words = {}, []
        for name, departure in self.departures.items():
            if isinstance(departure, Function):
                meant[f"meant_{name}"] = departure
            words.append(f"{name!r}: " + (f"meant_{name}" if f"meant_{name}" in meant else repr(departure)))
        said += [f"departures={{{', '.join(words)}}}"] if words else []
        options = [f"{name}={value!r}" for name, value in self.said.items() if value is not None]
        options += [f"scope=Scope({', '.join(said)})"] if said else []
        truncations = [each for each in scope.get("truncations", ()) if not isinstance(each, str)]
        names = [*(["Scope"] if said else []), *(type(each).__name__ for each in truncations)]
        imports = imported(**self.given, **meant, model=self.model)
        if self.home == PUBLIC:
            names.append(self.adapter)
        else:
            imports += f"from {self.home} import {self.adapter}\n"
        call = ", ".join([*self.given, "model=model", *options])
        return Code(tuple(names), imports, f"engine = {self.adapter}({call})\n")


def scope_of(claim: Claim, model: Model) -> dict[str, Any]:
    """The fields of a scope that make a claim run one case differently from an adapter's default."""

    def differing(scope: Scope | None) -> dict[str, Any]:
        usual = resolved(scope, model, claim.capabilities)
        return {
            mine: getattr(claim, mine) for mine in PER_CASE if getattr(claim, mine) != getattr(usual, mine)
        }

    # Without a scope, a Problem adapter claims more than with an empty one.
    fields = differing(Scope()) if differing(None) else {}
    if not all(map(sayable, fields.get("truncations", ()))):
        del fields["truncations"]
    return fields
