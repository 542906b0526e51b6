"""The product of sizes from which on an engine is wrong, as "from N · T = 32,768 on".

Code switches by how many numbers an array has, or counts positions in 16 bits. Then several sizes matter, and
none by itself: with twice of one and half of another the engine is wrong as well.
"""

from collections.abc import Callable, Mapping
from itertools import permutations
from math import prod

Sizes = Mapping[str, int]

# A product that is no power of two is found to this factor.
NEAR = 1.02

# By what factor one size has to be more at least, so that another one may be less.
ROOM = 1.25


def threshold(sizes: Sizes, least: Sizes, most: Sizes, wrong: Callable[[Sizes], bool]) -> "Threshold | None":
    """The threshold below sizes that are wrong; None where no product matters.

    ``least``: of sizes that may be any, the least that are tried; ``most``: the largest.
    """
    now = _halved(sizes, least, wrong)
    names = _exchanged(now, least, most, wrong)
    return Threshold(names, now, least, most, wrong) if names else None


def _halved(sizes: Sizes, least: Sizes, wrong: Callable[[Sizes], bool]) -> dict[str, int]:
    """Sizes that are wrong, of which none can be halved; of steps, which take time, first."""
    now = dict(sizes)
    for name in sorted(least, key=lambda each: each != "T"):
        while (half := _half(now, least, name)) > least[name] and wrong({**now, name: half}):
            now[name] = half
    return now


def _half(now: Sizes, least: Sizes, name: str) -> int:
    """Half of a size, rounded up, or the least."""
    return max(-(-now[name] // 2), least[name])


def _exchanged(now: Sizes, least: Sizes, most: Sizes, wrong: Callable[[Sizes], bool]) -> tuple[str, ...]:
    """The sizes of which one may be less where another is more; none where there are no two."""
    pairs: list[set[str]] = []
    for one, other in permutations(least, 2):
        if now[other] == least[other]:
            continue
        more = min(2 * now[one], most[one])
        less = max(-(-now[one] * now[other] // more), least[other])
        if more < ROOM * now[one] or {one, other} in pairs or not wrong({**now, one: more, other: less}):
            continue
        # Half of it is known to be right.
        if 2 * less <= now[other] + 1 or not wrong({**now, other: less}):
            pairs.append({one, other})
    joint = set().union(*(pair for pair in pairs if pair & pairs[0]))
    return tuple(name for name in now if name in joint)


class Threshold:
    """The product of sizes from which on it is wrong, in words, and ``sizes`` that are.

    It is narrowed: between a product that is right, and that of these sizes.
    """

    def __init__(
        self,
        names: tuple[str, ...],
        now: Sizes,
        least: Sizes,
        most: Sizes,
        wrong: Callable[[Sizes], bool],
    ) -> None:
        self.names, self.sizes = names, now
        self._least, self._most, self._wrong = least, most, wrong
        halves = [{**now, name: _half(now, least, name)} for name in names if now[name] > least[name]]
        self._right = max(map(self._product, halves))
        self.words = self._narrowed()

    def _narrowed(self) -> str:
        """From which product on, as closely as sizes make it."""
        product = " · ".join(self.names)
        # Most limits are powers of two: there is one between a product and its half.
        power = 1 << (self._product(self.sizes).bit_length() - 1)
        at = self._nearest(power, up=False)
        if self._right < power and self._product(at) == power:
            is_wrong = self._is_wrong(at)
            beside = self._nearest(power - 1, up=False) if is_wrong else self._nearest(power + 1, up=True)
            if (
                self._product(beside) in (self._right, self._product(self.sizes))
                or self._is_wrong(beside) != is_wrong
            ):
                return f"from {product} = {power:,} on" if is_wrong else f"beyond {product} = {power:,}"
        while (high := self._product(self.sizes)) > NEAR * self._right:
            middles = [self._nearest((self._right + high) // 2, up) for up in (False, True)]
            between = [sizes for sizes in middles if self._right < self._product(sizes) < high]
            if not between:
                break
            self._is_wrong(between[0])
        return f"from about {product} = {float(f'{high:.3g}'):,.0f} on"

    def _is_wrong(self, sizes: Sizes) -> bool:
        found = self._wrong(sizes)
        if found:
            self.sizes = sizes
        else:
            self._right = self._product(sizes)
        return found

    def _product(self, sizes: Sizes) -> int:
        return prod(sizes[name] for name in self.names)

    def _nearest(self, product: int, up: bool) -> Sizes:
        """Sizes whose product is the nearest to this one, and not beyond it, or not below it (``up``)."""
        one, other, *others = sorted(self.names, key=lambda name: name != "T")
        # Powers of two, so that the product can be one.
        rest = {name: min(1 << (self.sizes[name] - 1).bit_length(), self._most[name]) for name in others}
        shared = prod(rest.values())
        found = []
        for size in range(self._least[one], self._most[one] + 1):
            fits = -(-product // (shared * size)) if up else product // (shared * size)
            if self._least[other] <= fits <= self._most[other]:
                found.append({**self.sizes, **rest, one: size, other: fits})
        return min(found, key=lambda sizes: abs(self._product(sizes) - product), default=self.sizes)
