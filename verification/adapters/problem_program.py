"""The program that shows a failure of a function of a whole problem, asking as the property asks.

It makes the problem by the form's own statements, and fails with an AssertionError where the answer is wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Template

import numpy as np

from verification.adapters.program import LAYOUTS, code_of
from verification.models.arrays import Array


@dataclass(frozen=True, eq=False)
class ShownProblem:
    """What a program is about.

    ``made``: statements that make ``problem``, whose fields ``by_record`` have an axis of records. ``got``:
    an expression for the part that is wrong, of ``answer``; it has to be ``want`` within ``bound``, one for
    all entries or for each. ``sums``: is it summed over records? ``owed``: the shape of every part, by its
    expression. ``alike``: expressions for truncations that let losses reach the same steps. ``again``: fields
    of the problem that say how else it is asked, each as the arguments of a call.
    """

    made: str
    by_record: tuple[str, ...]
    got: str
    want: Array
    bound: float | Array
    sums: bool
    owed: Mapping[str, tuple[int, ...]]
    alike: tuple[str, ...] = ()
    again: tuple[str, ...] = ()


def problem_program(source: str, shown: ShownProblem, property_: str) -> str:
    """The program for a property; ``source``: statements that define the function ``engine``."""
    texts = {
        "source": source,
        "made": shown.made,
        "want": code_of(np.asarray(shown.want)),
        "bound": code_of(shown.bound if isinstance(shown.bound, np.ndarray) else float(shown.bound)),
        "got": shown.got,
        "by_record": repr(shown.by_record),
        "joined": "sum(parts)" if shown.sums else "np.concatenate(parts)",
        "back": "part" if shown.sums else "np.roll(part, -1, axis=0)",
        "alike": "".join(f"    {each},\n" for each in shown.alike),
        "again": "".join(f"    dict({each}),\n" for each in shown.again),
        "owed": "".join(f"    ({expression}, {shape}),\n" for expression, shape in shown.owed.items()),
    }
    return Template(HEAD + CALLS.get(property_, ONCE)).substitute(texts)


HEAD = """from dataclasses import fields, is_dataclass, replace

import numpy as np
$source
$made
"""

CHECK = """want = $want


def gradient(problem):
    answer = engine(problem)
    return $got


def check(got, bound=$bound):
    assert np.shape(got) == want.shape, np.shape(got)
    assert np.all(np.abs(got - want) <= bound), got - want


"""

ONCE = CHECK + "check(gradient(problem))\n"

EACH = """def each(change, value):
    if isinstance(value, np.ndarray):
        return change(value)
    if isinstance(value, dict):
        return {name: each(change, part) for name, part in value.items()}
    if isinstance(value, tuple):
        return tuple(each(change, part) for part in value)
    if is_dataclass(value):
        return replace(value, **{f.name: each(change, getattr(value, f.name)) for f in fields(value)})
    return value


"""

RECORDS = """def of_records(chosen):
    return replace(problem, **{n: each(lambda a: a[chosen], getattr(problem, n)) for n in $by_record})


N = len(problem.targets)
"""

AGAIN = """for how in (
$again):
    check(gradient(replace(problem, **how)))
"""

# How a program calls the function, by property; the others are about one call.
CALLS = {
    "form": """answer = engine(problem)
for part, shape in (
$owed):
    assert isinstance(part, np.ndarray), type(part)
    assert (part.shape, part.dtype) == (shape, problem.targets.dtype), (part.shape, part.dtype)
""",
    "inputs stay": EACH
    + """def arrays(value):
    found = []
    if is_dataclass(value):
        value = {f.name: getattr(value, f.name) for f in fields(value)}
    for part in value.values() if isinstance(value, dict) else value:
        if isinstance(part, np.ndarray):
            found.append(part)
        elif isinstance(part, (dict, tuple)):
            found += arrays(part)
    return found


before = [array.copy() for array in arrays(problem)]
answers = arrays(engine(problem))
for array, kept in zip(arrays(problem), before):
    assert np.array_equal(array, kept), "an array that was given is changed"
    assert not any(np.may_share_memory(array, part) for part in answers), "an answer is a view of it"
""",
    "records add up": CHECK
    + EACH
    + RECORDS
    + """parts = [gradient(of_records([n])) for n in range(N)]
check($joined, 2 * $bound)
""",
    "records permute": CHECK
    + EACH
    + RECORDS
    + """part = gradient(of_records(np.roll(np.arange(N), 1)))
check($back, 2 * $bound)
""",
    "second call": CHECK
    + EACH
    + """first = gradient(each(np.copy, problem))
kept = first.copy()
check(first)
gradient(each(np.negative, problem))
assert np.array_equal(first, kept), "the first answer is changed by a second call"
check(gradient(each(np.copy, problem)))
""",
    "memory layout": CHECK
    + EACH
    + LAYOUTS
    + """for change in LAYOUTS:
    check(gradient(each(change, problem)))
""",
    "identities": CHECK
    + """for truncation in (
$alike):
    check(gradient(replace(problem, truncation=truncation)))
""",
    "recomputation": CHECK + AGAIN,
    "workspace": CHECK + AGAIN,
    "bits": CHECK
    + EACH
    + LAYOUTS
    + """first = gradient(problem)
for change in (*LAYOUTS, np.copy):
    other = gradient(each(change, problem))
    assert np.array_equal(first, other), first - other
    gradient(each(np.negative, problem))
for how in (
$again):
    other = gradient(replace(problem, **how))
    assert np.array_equal(first, other), first - other
""",
}
