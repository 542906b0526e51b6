"""Conditions on sizes: numbers, remainders and spans of each, and how they stand to one another."""

from collections.abc import Callable
from typing import Any

from benchmarks.evidence.adversary.call import Sizes
from benchmarks.evidence.adversary.condition import SIZES, Trigger

# What a code branches on: blocks of 4, 8, 10, 16, 32 and what is left of them, tails, thresholds.
OF_STEPS: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("T == 1", lambda T: T == 1),
    ("T == 2", lambda T: T == 2),
    ("T == 3", lambda T: T == 3),
    ("T == 6", lambda T: T == 6),
    ("T == 10", lambda T: T == 10),
    ("T % 10 == 3", lambda T: T % 10 == 3),
    ("T % 10 == 0", lambda T: T % 10 == 0),
    ("T % 4 == 1, T > 4", lambda T: (T % 4 == 1) & (T > 4)),
    ("T % 8 == 0", lambda T: T % 8 == 0),
    ("T % 16 == 1, T > 16", lambda T: (T % 16 == 1) & (T > 16)),
    ("T % 3 == 2", lambda T: T % 3 == 2),
    ("T % 7 == 0", lambda T: T % 7 == 0),
    ("T % 6 == 5", lambda T: T % 6 == 5),
    ("T odd, T > 1", lambda T: (T % 2 == 1) & (T > 1)),
    ("T a power of two, T > 1", lambda T: (T & (T - 1) == 0) & (T > 1)),
    ("T from 4 to 9", lambda T: (T >= 4) & (T <= 9)),
    ("T from 10 to 14", lambda T: (T >= 10) & (T <= 14)),
    ("T from 18 to 30", lambda T: (T >= 18) & (T <= 30)),
    ("T from 34 to 62", lambda T: (T >= 34) & (T <= 62)),
    ("T from 66 to 126", lambda T: (T >= 66) & (T <= 126)),
    ("T from 130 to 511", lambda T: (T >= 130) & (T <= 511)),
    ("T > 20", lambda T: T > 20),
    ("T > 50", lambda T: T > 50),
    ("T > 100", lambda T: T > 100),
    ("T > 256", lambda T: T > 256),
)
OF_RECORDS: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("N == 1", lambda N: N == 1),
    ("N == 2", lambda N: N == 2),
    ("N == 3", lambda N: N == 3),
    ("N == 6", lambda N: N == 6),
    ("N from 4 to 9", lambda N: (N >= 4) & (N <= 9)),
    ("N from 10 to 14", lambda N: (N >= 10) & (N <= 14)),
    ("N from 18 to 30", lambda N: (N >= 18) & (N <= 30)),
    ("N from 34 to 62", lambda N: (N >= 34) & (N <= 62)),
    ("N from 66 to 126", lambda N: (N >= 66) & (N <= 126)),
    ("N % 3 == 1, N > 1", lambda N: (N % 3 == 1) & (N > 1)),
    ("N % 4 == 0", lambda N: N % 4 == 0),
    ("N % 5 == 0", lambda N: N % 5 == 0),
    ("N % 8 == 3", lambda N: N % 8 == 3),
    ("N % 10 == 7", lambda N: N % 10 == 7),
    ("N % 12 == 0", lambda N: N % 12 == 0),
    ("N % 32 == 0", lambda N: N % 32 == 0),
    ("N odd, N > 1", lambda N: (N % 2 == 1) & (N > 1)),
    ("N > 20", lambda N: N > 20),
    ("N > 64", lambda N: N > 64),
    ("N > 100", lambda N: N > 100),
)
OF_INPUTS: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("D == 1", lambda D: D == 1),
    ("D == 2", lambda D: D == 2),
    ("D == 3", lambda D: D == 3),
    ("D == 6", lambda D: D == 6),
    ("D from 10 to 14", lambda D: (D >= 10) & (D <= 14)),
    ("D from 18 to 30", lambda D: (D >= 18) & (D <= 30)),
    ("D from 34 to 62", lambda D: (D >= 34) & (D <= 62)),
    ("D from 66 to 126", lambda D: (D >= 66) & (D <= 126)),
    ("D % 4 == 3", lambda D: D % 4 == 3),
    ("D % 8 == 0", lambda D: D % 8 == 0),
    ("D % 10 == 5", lambda D: D % 10 == 5),
    ("D odd, D > 1", lambda D: (D % 2 == 1) & (D > 1)),
    ("D > 20", lambda D: D > 20),
    ("D > 64", lambda D: D > 64),
    ("D > 100", lambda D: D > 100),
)
OF_UNITS: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("H == 1", lambda H: H == 1),
    ("H == 2", lambda H: H == 2),
    ("H == 3", lambda H: H == 3),
    ("H == 6", lambda H: H == 6),
    ("H from 10 to 14", lambda H: (H >= 10) & (H <= 14)),
    ("H from 18 to 30", lambda H: (H >= 18) & (H <= 30)),
    ("H from 34 to 62", lambda H: (H >= 34) & (H <= 62)),
    ("H from 66 to 126", lambda H: (H >= 66) & (H <= 126)),
    ("H % 4 == 0", lambda H: H % 4 == 0),
    ("H % 8 == 5", lambda H: H % 8 == 5),
    ("H % 10 == 0", lambda H: H % 10 == 0),
    ("H % 16 == 0", lambda H: H % 16 == 0),
    ("H odd, H > 1", lambda H: (H % 2 == 1) & (H > 1)),
    ("H > 20", lambda H: H > 20),
    ("H > 64", lambda H: H > 64),
    ("H > 100", lambda H: H > 100),
)
OF_SEVERAL: tuple[tuple[str, Callable[[Sizes], Any]], ...] = (
    ("N == H", lambda s: s.N == s.H),
    ("N == T", lambda s: s.N == s.T),
    ("N == D", lambda s: s.N == s.D),
    ("T == H", lambda s: s.T == s.H),
    ("T == D", lambda s: s.T == s.D),
    ("D == H", lambda s: s.D == s.H),
    ("N == D == H", lambda s: (s.N == s.D) & (s.D == s.H)),
    ("N == 4 H", lambda s: s.N == 4 * s.H),
    ("D == 4 H", lambda s: s.D == 4 * s.H),
    ("H == 2 D", lambda s: s.H == 2 * s.D),
    ("N == H + 1", lambda s: s.N == s.H + 1),
    ("T == N + 1", lambda s: s.T == s.N + 1),
    ("T < N", lambda s: s.T < s.N),
    ("N < T", lambda s: s.N < s.T),
    ("H < D", lambda s: s.H < s.D),
    ("D < H", lambda s: s.D < s.H),
    ("H < N", lambda s: s.H < s.N),
    ("N < H < D", lambda s: (s.N < s.H) & (s.H < s.D)),
    ("D < H < N", lambda s: (s.D < s.H) & (s.H < s.N)),
    ("T > 10 N", lambda s: s.T > 10 * s.N),
    ("N > 10 T", lambda s: s.N > 10 * s.T),
    ("H > 10 D", lambda s: s.H > 10 * s.D),
    ("D > 10 H", lambda s: s.D > 10 * s.H),
    ("N H > 2,000", lambda s: s.N * s.H > 2000),
    ("N T > 1,000", lambda s: s.N * s.T > 1000),
    ("D H > 1,000", lambda s: s.D * s.H > 1000),
    ("N T H > 50,000", lambda s: s.N * s.T * s.H > 50_000),
    ("N H % 64 == 0", lambda s: s.N * s.H % 64 == 0),
    ("N T a multiple of 10", lambda s: s.N * s.T % 10 == 0),
    ("D + H > 100", lambda s: s.D + s.H > 100),
    ("N, T, D, H all odd", lambda s: s.N * s.T * s.D * s.H % 2 == 1),
    ("N, T, D, H all even", lambda s: (s.N % 2 == 0) & (s.T % 2 == 0) & (s.D % 2 == 0) & (s.H % 2 == 0)),
    ("N, T, D, H all above 4", lambda s: (s.N > 4) & (s.T > 4) & (s.D > 4) & (s.H > 4)),
)


def _of(name: str, each: tuple[str, Callable[[Any], Any]]) -> Trigger:
    words, check = each
    return Trigger(words, SIZES, sizes=lambda sizes: check(getattr(sizes, name)))


CONDITIONS = (
    *(_of("T", each) for each in OF_STEPS),
    *(_of("N", each) for each in OF_RECORDS),
    *(_of("D", each) for each in OF_INPUTS),
    *(_of("H", each) for each in OF_UNITS),
    *(Trigger(words, SIZES, sizes=check) for words, check in OF_SEVERAL),
)
