"""Decays within a chunk of L steps, as sums of their logarithms from step to step: none of them cancels."""

import numpy as np


def decays_of(g):
    """exp(g_{s+1} + … + g_t) (N, L, L, …), 0 where s > t; and exp(g_0 + … + g_t) (N, L, …)."""
    length = g.shape[1]
    within = np.zeros((len(g), length, length, *g.shape[2:]), g.dtype)
    start = np.empty_like(g)
    total = 0 * g[:, 0]
    sums = np.zeros((len(g), length, *g.shape[2:]), g.dtype)
    for t in range(length):
        total = total + g[:, t]
        start[:, t] = np.exp(total)
        sums[:, :t] += g[:, t, None]
        within[:, t, : t + 1] = np.exp(sums[:, : t + 1])
    return within, start


def of_logarithms(d_within, d_start):
    """The gradient of each g_r (N, L, …), from those of within's and start's logarithms.

    g_r is in within[t, s] where s < r ≤ t, and in start[t] where r ≤ t. Nothing is taken from another.
    """
    length = d_start.shape[1]
    return np.stack(
        [d_within[:, r:, :r].sum(axis=(1, 2)) + d_start[:, r:].sum(axis=1) for r in range(length)], axis=1
    )
