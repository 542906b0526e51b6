"""Program text that a reader can run, in which every number is exact to the bit."""

import re
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case, shapes_put_out
from verification.models.stored import BFLOAT16
from verification.models.truncation import Standard, Tabled, TruncationRule


@dataclass(frozen=True)
class Code:
    """A part of a program: names imported from ``verification``, other imports, and statements."""

    names: tuple[str, ...]
    imports: str
    body: str

    def __add__(self, other: "Code") -> "Code":
        return Code(self.names + other.names, self.imports + other.imports, f"{self.body}\n{other.body}")

    def __str__(self) -> str:
        names = ", ".join(sorted({*self.names}))
        return f"{self.imports}from verification import {names}\n\n{self.body}"


def of_case(case: Case) -> Code:
    """Statements that create ``case`` for ``engine.model``, array by array with a comment on each.

    A case with too many numbers to print is created from its source: a recorded call, or a module's function.
    """
    if case.source:
        home, _, _ = re.split(r"[\[(]", case.source)[0].rpartition(".")
        if home == "engine":
            return Code((), "", f"call = {case.source}\ncase = call.case\n")
        return Code((), f"import {home}\n", f"case = {case.source}\n")
    plain = Case(case.model, case.blocks, case.objective)
    said = {f.name: getattr(case, f.name) for f in fields(case) if f.name != "source"}
    options = {name: value for name, value in said.items() if value != getattr(plain, name)}
    names = ["Case", type(case.objective).__name__]
    if "truncation" in options:
        options["truncation"] = sayable(case.truncation) or Tabled(case.reach)
        names.append(type(options["truncation"]).__name__)
    blocks = ""
    for name, array in case.blocks.items():
        block = case.model.block(name)
        axes = f" ({', '.join(map(str, block.axes))})" if block.axes else ""
        axes += f", whole numbers below {block.below}" if block.below is not None else ""
        blocks += f"    # {block.meaning or block.use.value}{axes}, of shape {array.shape}\n"
        blocks += f"    {name!r}: {code_of(array)},\n"
    objective = ""
    if len(case.model.outputs) > 1:
        shapes = (f"{name} {shape}" for name, shape in shapes_put_out(case).items())
        objective += f"    # side by side: {', '.join(shapes)}, of each record and step\n"
    for f in fields(case.objective):  # type: ignore[arg-type]
        objective += f"    {f.name}={code_of(getattr(case.objective, f.name))},\n"
    more = "".join(f", {name}={value!r}" for name, value in options.items())
    return Code(
        tuple(names),
        imports_of(case.dtype),
        f"blocks = {{\n{blocks}}}\n"
        f"objective = {names[1]}(\n{objective})\n"
        f"case = Case(engine.model, blocks, objective{more})\n",
    )


def sayable(truncation: str | TruncationRule) -> str | TruncationRule | None:
    """A truncation whose ``repr`` a program can evaluate; None for any other."""
    return truncation if isinstance(truncation, str | Standard | Tabled) else None


def imports_of(*dtypes: np.dtype[Any]) -> str:
    """The imports that arrays of these types need."""
    fractions = any(dtype.hasobject for dtype in dtypes)
    kept = any(dtype.name == BFLOAT16 for dtype in dtypes)
    return (
        f"{'from fractions import Fraction' + chr(10) if fractions else ''}"
        f"{'import ml_dtypes' + chr(10) if kept else ''}import numpy as np\n"
    )


def code_of(value: Any) -> str:
    """An expression for an array, for a tuple of arrays, or for any other value."""
    if isinstance(value, tuple):
        return f"({' '.join(f'{code_of(each)},' for each in value)})"
    if not isinstance(value, np.ndarray):
        return repr(value)
    if value.dtype == np.dtype(np.longdouble):
        # A float literal has double precision.
        near = value.astype(np.float64)
        rest = (value - near).astype(np.float64)
        text = f"np.array({near.tolist()!r}, dtype=np.longdouble)"
        return f"({text} + np.array({rest.tolist()!r}))" if rest.any() else text
    if value.dtype.hasobject:
        # A whole Fraction needs no denominator.
        return f"np.array({repr(value.tolist()).replace(', 1)', ')')}, dtype=object)"
    home = "ml_dtypes" if value.dtype.name == BFLOAT16 else "np"
    return f"np.array({_shortest(value).tolist()!r}, dtype={home}.{value.dtype.name})"


def _shortest(value: Array) -> Array:
    """The doubles of fewest digits that are these numbers of a narrower type."""
    if value.dtype.itemsize >= np.dtype(np.float64).itemsize or value.dtype.kind not in "fV":
        return value
    short = np.array([float(str(number)) for number in value.ravel()]).reshape(value.shape)
    return short if np.array_equal(short.astype(value.dtype), value, equal_nan=True) else value
