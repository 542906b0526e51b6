"""The gradients of weights that all copies share, by one matrix product over many steps.

The gradient of W in y = W x is Σ dy xᵀ over all steps and rows, which is one product; Σ |terms| is a product
of absolute values. A bound of what the type may lose is computed in the same way.
"""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from verification.models.arrays import Array
from verification.models.product import rows
from verification.truth.reverse import Played
from verification.truth.rounding import Copies, Rounding
from verification.truth.steps import BOTH, Product, of_rows, squares
from verification.truth.sums import RowStarts, Sums, Underflow

# Bytes of cotangents and rows that are gathered before they are multiplied.
MOST = 2**24


@dataclass(eq=False)
class Gathered:
    """Cotangents of products at the steps of a backward pass, and their rows, by number on the tape."""

    sums: Sums
    copies: Copies
    rounding: Rounding
    played: Played[str]
    _parts: dict[int, list[tuple[Array, Array, RowStarts]]] = field(default_factory=lambda: defaultdict(list))
    _made: dict[int, list[Array]] = field(default_factory=dict)
    _lost: dict[int, Array] = field(default_factory=dict)
    _products: dict[int, Product] = field(default_factory=dict)
    _counts: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    _bytes: int = 0

    def add(self, product: Product, flow: Array, x: Array, where: RowStarts) -> None:
        """Gathers a product's cotangent at a step."""
        self._products[product.number] = product
        flow, x = _flat(flow), _flat(x)
        self._parts[product.number].append((flow, x, where))
        self._counts[product.number] += flow.shape[1]
        self._bytes += flow.nbytes + x.nbytes
        if self._bytes > MOST:
            self._multiply()

    def lose(
        self, product: Product, flow: Array, x: Array, where: RowStarts, lost: Underflow, counts: Array
    ) -> None:
        """Adds what may be lost of a product's cotangent at a step."""
        self._products[product.number] = product
        flow, x = _flat(flow), _flat(x)
        size = lost.bound(flow, counts)
        gone = size.T @ np.abs(x[0])
        self._lost[product.number] = self._lost.get(product.number, 0) + gone
        if product.given:
            to_rows = of_rows(self._weights(product).T, flow)
            self.sums.lose_at(product.given, lost.bound(to_rows, counts), where)

    def _weights(self, product: Product) -> Array:
        return product.matrix(self.played.values[product.weights])

    def _multiply(self) -> None:
        """Multiplies what has been gathered, and drops it."""
        for number, parts in self._parts.items():
            flow = np.concatenate([each for each, _, _ in parts], axis=1)
            x = np.concatenate([each for _, each, _ in parts], axis=1)
            made = [_summed(flow, x)]
            if self.copies.draws:
                made.append(np.abs(flow[0]).T @ np.abs(x[0]))
                made.append(squares(flow[0]).T @ squares(x[0]))
            if number in self._made:
                for total, more in zip(self._made[number], made, strict=True):
                    total += more
            else:
                self._made[number] = made
            product = self._products[number]
            if product.given:
                self._to_inputs(product, flow, parts)
        self._parts.clear()
        self._bytes = 0

    def _to_inputs(self, product: Product, flow: Array, parts: list[tuple[Array, Array, RowStarts]]) -> None:
        # Nothing follows, so the cotangent may be rounded in place of each weight and product.
        if self.copies.draws:
            flow = flow * (1 + np.sqrt(BOTH) * self.rounding.noise(flow.shape))
        gone = of_rows(self._weights(product).T, flow)
        ends = np.cumsum([each.shape[1] for each, _, _ in parts])[:-1]
        for each, (_, _, where) in zip(np.split(gone, ends, axis=1), parts, strict=True):
            self.sums.add_at(product.given or "", each, where)

    def finish(self) -> None:
        """Adds everything that was gathered to the sums."""
        self._multiply()
        for number, (gradient, *sizes) in self._made.items():
            terms = np.zeros(())
            if self.copies.draws:
                terms, square = sizes
                gradient = self.rounding.scattered(gradient, np.sqrt(square))
            self._moved_back(number, gradient, terms)
        for number, size in self._lost.items():
            for name, moved in self._to_blocks(number, size[None]).items():
                self.sums.lose(name, moved[0])

    def _moved_back(self, number: int, gradient: Array, terms: Array) -> None:
        """Adds the gradient of a product's weights to their block, which may hold them as a part."""
        terms = np.broadcast_to(terms, gradient.shape[1:])
        of_terms = self._to_blocks(number, terms[None])
        for name, moved in self._to_blocks(number, gradient).items():
            self.sums.add(name, moved, of_terms[name][0], count=self._counts[number])

    def _to_blocks(self, number: int, array: Array) -> dict[str, Array]:
        """The gradient of a product's weights (1 or M, K, D), as gradients of their block."""
        weights, array = self._products[number].weights, self._products[number].turned(array)
        lead, tape = self.played.values[weights].shape[:-2], self.played.tape
        if weights < len(tape.names):
            return {tape.names[weights]: array}
        given = np.broadcast_to(
            array.reshape(len(array), *[1] * (len(lead) - 1), *array.shape[1:]), (*lead, *array.shape[1:])
        )
        moved = self.played.back({weights: given})
        return {tape.names[i]: each.reshape(lead[0], *each.shape[len(lead) :]) for i, each in moved.items()}


def _flat(array: Array) -> Array:
    """Reshaped to (M, R, D)."""
    return array.reshape(len(array), -1, array.shape[-1])


def _summed(flow: Array, x: Array) -> Array:
    """Σ dy xᵀ over rows, for every copy (M, K, D), from dy (M, R, K) and x (M or 1, R, D)."""
    made: Array = rows(np.swapaxes(x, -1, -2), np.swapaxes(flow, -1, -2))
    return made
