"""A program with the structure of the published one, for its time alone: what it computes is no gradient.

Written anew from the article's description. Each epoch runs over all training records and all validation
records one by one to sum their losses; then each training record goes forward once more, keeping what each
step made, and back: at *every* step the error is sent through W anew, a window of ``bptt_truncate`` jumps is
walked in which products are formed and added, and all three sums are searched for entries to clip. Columns
(H, 1), a fresh input vector for each step that is zero but for one entry, a product with ones where a sum is
differentiated, no bias, plain descent.

Its products in the window hold no error term, its slope is not the sigmoid's, and its sums are never reset;
that is kept, since the work is the same for right products and for wrong ones.
"""

from dataclasses import dataclass

import numpy as np

from rnn.common.arrays import Array

CLIP = 10.0


@dataclass(eq=False)
class PublishedWeights:
    """U (H, T), W (H, H), V (1, H); changed in place as the program goes along."""

    U: Array
    W: Array
    V: Array


def train(
    weights: PublishedWeights, train: tuple[Array, Array], unseen: tuple[Array, Array], epochs: int
) -> list[float]:
    """The summed training loss at the start of each epoch. Data as (N, T, 1) and (N, 1)."""
    losses = []
    for _ in range(epochs):
        losses.append(_loss(weights, *train))
        _loss(weights, *unseen)
        for x, y in zip(*train, strict=True):
            _update(weights, x, y)
    return losses


def _loss(weights: PublishedWeights, xs: Array, ys: Array) -> float:
    total = 0.0
    for x, y in zip(xs, ys, strict=True):
        s = np.zeros((len(weights.W), 1))
        for t in range(len(x)):
            s = _sigmoid(np.dot(weights.U, _input(x, t)) + np.dot(weights.W, s))
            output = np.dot(weights.V, s)
        total += float(((y - output) ** 2 / 2).sum())
    return total


def _update(weights: PublishedWeights, x: Array, y: Array, truncate: int = 5, rate: float = 1e-4) -> None:
    U, W, V = weights.U, weights.W, weights.V
    s = np.zeros((len(W), 1))
    before, after = [], []
    for t in range(len(x)):
        before.append(s)
        pre = np.dot(U, _input(x, t)) + np.dot(W, s)
        s = _sigmoid(pre)
        after.append(s)
        output = np.dot(V, s)
    error = output - y

    dU, dW, dV = np.zeros_like(U), np.zeros_like(W), np.zeros_like(V)
    window_U, window_W = np.zeros_like(U), np.zeros_like(W)
    for t in range(len(x)):
        dV += np.dot(error, after[t].T)
        from_output = np.dot(V.T, error)
        back = np.dot(W.T, pre * (1 - pre) * from_output * np.ones_like(pre))
        for _ in range(max(0, t - truncate), t):
            dpre = pre * (1 - pre) * (from_output + back)
            by_state, by_input = dpre * np.ones_like(pre), dpre * np.ones_like(pre)
            window_W += np.dot(W, before[t])
            window_U += np.dot(U, _input(x, t))
            back = np.dot(W.T, by_state)
            np.dot(U.T, by_input)
        dU += window_U
        dW += window_W
        for gradient in (dU, dV, dW):
            _clip(gradient)
    for gradient, block in ((dU, U), (dW, W), (dV, V)):
        block -= rate * gradient


def _clip(gradient: Array) -> None:
    if gradient.max() > CLIP:
        gradient[gradient > CLIP] = CLIP
    if gradient.min() < -CLIP:
        gradient[gradient < -CLIP] = -CLIP


def _input(x: Array, t: int) -> Array:
    column = np.zeros(x.shape)
    column[t] = x[t]
    return column


def _sigmoid(a: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-a)))
