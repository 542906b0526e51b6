"""The wrong blocks of an answer in words: which, in which parts, and by what factor."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from verification.diagnosis.coded import Coded, mistake
from verification.diagnosis.probe import Seen
from verification.models.arrays import Array
from verification.models.case import Case, name_of
from verification.models.tolerance import half_of_digits
from verification.truth.comparison import compare, off

# By how much a constant factor may be off to be called that; nearer to 1 than that it is none.
ALIKE = 1e-3


def joined(names: Sequence[str]) -> str:
    """'U, W and b'."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def verb(names: Sequence[str]) -> str:
    """Of one or of several."""
    return "are" if len(names) > 1 else "is"


def sizes_in_words(case: Case) -> str:
    """'N 3, T 4, D 3, H 2, float64'."""
    return f"{', '.join(f'{name} {size}' for name, size in case.sizes.items())}, {name_of(case.dtype)}"


def wrong_parts(seen: Seen, name: str) -> tuple[str, ...]:
    """Those of a block's parts that are wrong; () where it has none, or none of them is seen to be right.

    A part that should be zero is so in many a wrong gradient as well.
    """
    wrong, right = list[str](), list[str]()
    for part, (got, want) in by_part(seen, name).items():
        if compare(name, got, want, seen.bound(name)):
            wrong.append(part)
        elif np.max(np.abs(want), initial=0) > seen.bound(name):
            right.append(part)
    return tuple(wrong) if right else ()


def parts_in_any(seen: Sequence[Seen], name: str) -> tuple[str, ...]:
    """Those of a block's parts that are wrong in any of these cases; () where it has none or all are."""
    parts = next(iter(seen)).truth.case.model.block(name).parts
    wrong: set[str] = set()
    for each in seen:
        if name in each.blocks:
            wrong |= {*(wrong_parts(each, name) or parts)}
    return () if wrong == {*parts} else tuple(part for part in parts if part in wrong)


def by_part(seen: Seen, name: str) -> dict[str, tuple[Array, Array]]:
    """Got and want of each of a block's parts; none where it has none."""
    parts = seen.truth.case.model.block(name).parts
    if not parts:
        return {}
    got, want = (np.split(array, len(parts)) for array in (seen.got[name], seen.want(name)))
    return dict(zip(parts, zip(got, want, strict=True), strict=True))


def blocks_in_words(first: Seen, last: Seen | None = None, cases: Sequence[Seen] = ()) -> Iterator[str]:
    """The wrong blocks, those alike together: 'U, W, b are wrong in f', 'h0 is wrong (all zero)'.

    ``last``: a case of more steps, which shows whether a factor is one of numbers that are not special.
    ``cases``: others, whose wrong parts are named as well.
    """
    alike: dict[str, list[str]] = {}
    for name in first.blocks:
        parts = parts_in_any((first, *cases), name)
        how = f"wrong in {', '.join(parts)}" if parts else "wrong"
        factor = _pattern(first, last, name, parts)
        alike.setdefault(how + (f" ({factor})" if factor else ""), []).append(name)
    for how, names in alike.items():
        how = how.replace("its size", "their size").replace("it should", "they should") if names[1:] else how
        yield f"{', '.join(names)} {verb(names)} {how}"


def _pattern(first: Seen, last: Seen | None, name: str, parts: tuple[str, ...]) -> str:
    """The factor of a block, where both cases show it; that of the first alone with its number of steps."""
    factor = factor_in_words(first, name, parts)
    if last is None or name not in last.blocks:
        return factor
    generic = factor_in_words(last, name, parts)
    return generic or (f"at T = {first.truth.case.steps} {factor}" if factor else "")


def factor_in_words(seen: Seen, name: str, parts: tuple[str, ...]) -> str:
    """The factor by which these parts, or all, are off, if they share one, or that they are tiny."""
    got, want = _numbers(seen, name, parts)
    error = off(got, want)
    if 0 < error <= ALIKE:
        # To the next power of ten, so that blocks with similar errors are named together.
        return f"off by {10.0 ** np.ceil(np.log10(error) - 1e-6):.0e} of its size or less"
    return off_by(got, want, _means(seen.truth.case))


def _means(case: Case) -> dict[float, str]:
    """Factors that a mean has which should be a sum. Of two, any half is one as well, so both are said."""
    means: dict[float, str] = {}
    for count, axis in ((case.records, "records"), (case.steps, "steps")):
        share = "half" if count == 2 else f"1/{count}"
        alone = f"{share} of what it should be, {'or ' * (count == 2)}a mean over {axis}"
        before = means.get(1 / count)
        means[1 / count] = alone if before is None else f"{before} or {axis}"
    return means


def off_by(got: Array, want: Array, more: Mapping[float, str]) -> str:
    """By what factor an array is off, in words, if all of it is; ``more``: words for further factors."""
    if not np.all(np.isfinite(got)):
        return "not finite"
    if not got.any():
        return "all zero"
    factor = constant_factor(got, want)
    if factor is None or abs(factor - 1) <= ALIKE:
        return ""
    if abs(factor) <= half_of_digits(got.dtype):
        return "next to zero"
    known = {
        -1.0: "the sign is wrong",
        2.0: "twice what it should be",
        0.5: "half of what it should be",
        **more,
    }
    for value, words in known.items():
        if abs(factor - value) <= ALIKE * abs(value):
            return words
    return f"{factor:.4g} times what it should be"


def constant_factor(got: Array, want: Array) -> float | None:
    """The real number that multiplies one array into the other, if there is one."""
    largest = np.unravel_index(np.argmax(np.abs(want)), want.shape)
    if not want[largest]:
        return None
    factor = complex(got[largest] / want[largest])
    # To half of the digits, for two numbers may be off alike by chance; and what is next to nothing beside
    # the rest says little.
    close = half_of_digits(got.dtype)
    small = ALIKE**2 * float(np.abs(want[largest]))
    if abs(factor.imag) > ALIKE or not np.allclose(got, factor.real * want, rtol=close, atol=small):
        return None
    return factor.real


def _numbers(seen: Seen, name: str, parts: tuple[str, ...]) -> tuple[Array, Array]:
    """Got and want, of these parts alone where there are some."""
    if not parts:
        return seen.got[name], seen.want(name)
    each = by_part(seen, name)
    got, want = zip(*(each[part] for part in parts), strict=True)
    return np.concatenate(got), np.concatenate(want)


def common_factor(first: Seen, last: Seen | None = None) -> Coded | None:
    """The words for a factor that all blocks share which are wrong in the first case, or None.

    ``last``: as in ``blocks_in_words``.
    """
    words = set()
    for name in first.blocks:
        seen = last if last is not None and name in last.blocks else first
        words.add(off_by(*_numbers(seen, name, wrong_parts(first, name)), _means(seen.truth.case)))
    common = next(iter(words)) if len(words) == 1 else ""
    return mistake("factor", common) if common else None


def wrong_in_words(first: Seen, last: Seen | None = None, cases: Sequence[Seen] = ()) -> str:
    """What is wrong in a case: of the forward, or else of the gradient, as in ``blocks_in_words``."""
    if not first.forward:
        return "; ".join(blocks_in_words(first, last, cases))
    plural = len(first.forward) > 1 or first.forward == ("outputs",)
    return f"{joined(first.forward)} {'are' if plural else 'is'} wrong"


def gates(seen: Seen, cases: Sequence[Seen] = ()) -> tuple[str, ...]:
    """The parts that are wrong, of blocks in which not all are; ``cases`` as in ``blocks_in_words``."""
    parts = (part for name in seen.blocks for part in parts_in_any((seen, *cases), name))
    return tuple(dict.fromkeys(parts))
