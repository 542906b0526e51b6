"""Conditions on products of sizes, at which tiles, threads, pools, workspaces and indices switch paths."""

from collections.abc import Callable
from typing import Any

from benchmarks.evidence.adversary.call import Sizes
from benchmarks.evidence.adversary.condition import PRODUCTS, Trigger, operations

OF_SEVERAL: tuple[tuple[str, Callable[[Sizes], Any]], ...] = (
    ("N, T, D, H all from 18", lambda s: (s.N >= 18) & (s.T >= 18) & (s.D >= 18) & (s.H >= 18)),
    ("N, T, D, H all from 32", lambda s: (s.N >= 32) & (s.T >= 32) & (s.D >= 32) & (s.H >= 32)),
    ("N, T, H all from 16", lambda s: (s.N >= 16) & (s.T >= 16) & (s.H >= 16)),
    ("N and H from 64", lambda s: (s.N >= 64) & (s.H >= 64)),
    ("T and H from 64", lambda s: (s.T >= 64) & (s.H >= 64)),
    ("H > 128", lambda s: s.H > 128),
    ("H > 256", lambda s: s.H > 256),
    ("H from 512", lambda s: s.H >= 512),
    ("N H from 4,096", lambda s: s.N * s.H >= 2**12),
    ("N H from 16,384", lambda s: s.N * s.H >= 2**14),
    ("N H from 65,536", lambda s: s.N * s.H >= 2**16),
    ("T H from 4,096", lambda s: s.T * s.H >= 2**12),
    ("T H from 65,536", lambda s: s.T * s.H >= 2**16),
    ("N T from 4,096", lambda s: s.N * s.T >= 2**12),
    ("N T beyond 32,767", lambda s: s.N * s.T > 2**15 - 1),
    ("N T beyond 65,535", lambda s: s.N * s.T > 2**16 - 1),
    ("N T beyond 32,767, H from 2", lambda s: (s.N * s.T > 2**15 - 1) & (s.H >= 2)),
    ("N T H from 2^20", lambda s: s.N * s.T * s.H >= 2**20),
    ("H H from 65,536", lambda s: s.H * s.H >= 2**16),
    ("D H from 4,096", lambda s: s.D * s.H >= 2**12),
    ("1e6 operations in a step", lambda s: operations(s) >= 1e6 * s.T),
    ("1e8 operations", lambda s: operations(s) >= 1e8),
    ("2e8 operations", lambda s: operations(s) >= 2e8),
)

CONDITIONS = tuple(Trigger(words, PRODUCTS, sizes=check) for words, check in OF_SEVERAL)
