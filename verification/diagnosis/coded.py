"""Words with a code: what a person reads, and what a program tells apart.

Sentences become better, and codes stay. The codes behind "as if" are those of ``MISTAKES``. A circumstance
has one such as "type:float32": what matters, and which.
"""

from collections.abc import Mapping
from typing import Self

# Each kind of mistake that a diagnosis can name, with what it is of.
MISTAKES: Mapping[str, str] = {
    "another reading": "arrays or equations are meant in another way; the sentence says how to declare it",
    "factor": "one factor on all that is wrong: zero, a sign, a mean in place of a sum, a constant",
    "rounded": "rounded to fewer digits than the type has",
    "clipped": "clipped by value or by norm, or dropped below a threshold",
    "transposed": "a gradient is transposed",
    "exchanged": "two gradients are exchanged, or one stands for another",
    "not from zero": "a gradient is added to what was given, not to zero",
    "parts moved": "parts of a block stand in the places of others",
    "order of steps": "steps are in reverse, left out, or gone through in another order",
    "summed up": "all entries are the sum of them",
    "some steps": "only some steps count in a sum over steps",
    "some records": "only some records count in a sum over records",
    "last of equal numbers": "of rows that are chosen twice only the last counts",
    "no cotangent": "the cotangent of an output or of a final state is not used",
    "other cotangents": "cotangents are read as others: ones, in reverse, a neighbour's, another record's",
    "conjugated": "a complex gradient by the other convention",
    "not truncated": "the full gradient where a truncated one is due",
    "truncated": "a shorter reach than is due: windows, chunks, or single steps",
    "held constant": "a named value of the model is taken for a constant",
    "slope": "another slope of a function, or none",
    "not carried": "nothing goes back from step to step, or nothing of one state",
    "carried otherwise": "what goes back from step to step is computed in another way",
    "overwritten": "what should be added to is overwritten",
    "never updated": "what goes back is the same at every step",
    "way left out": "one term of the chain rule is missing",
    "way counted twice": "one term of the chain rule is there twice",
    "way of another sign": "one term of the chain rule has the other sign",
    "way times a factor": "one term of the chain rule is off by a constant",
    "way times a slope": "one term of the chain rule has a slope too many",
    "other factor": "a factor of a product is another number",
    "other flow": "the gradient of another value stands for the one that is due",
    "other step": "a number of another step stands for that of the step",
    "other ends": "records end at another step, or not at all",
    "other records": "records are sorted by length and not sorted back",
}


class Coded(str):
    """Words, with their code."""

    __slots__ = ("code",)
    code: str

    def __new__(cls, words: str, code: str) -> Self:
        coded = super().__new__(cls, words)
        coded.code = code
        return coded

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        return str(self), self.code

    def __str__(self) -> str:
        return self[:]


# No words.
NOTHING = Coded("", "")


def mistake(code: str, words: str) -> Coded:
    """Words behind "as if" of that kind."""
    assert code in MISTAKES, code
    return Coded(words, code)
