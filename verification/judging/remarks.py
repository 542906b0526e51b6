"""Remarks in words: functions that could be more accurate, where that showed, and a better form."""

from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np

from verification.models.activations import ACCURATE

# The most parts that a remark lists.
SHOWN = 3


def in_words(remarks: Counter[str], functions: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """A sentence for each of the functions that were counted with a part; ``functions``: by role."""
    parts: dict[tuple[str, str], list[str]] = {}
    for key, _ in remarks.most_common():
        names, clipped, part = key.split(": ", 2)
        parts.setdefault((names, clipped), []).append(part)
    for (names, clipped), shown in parts.items():
        each = names.split(" and ")
        roles = [role for role, playing in functions.items() if {*playing} & {*each}]
        more = f" and {len(shown) - SHOWN} more" if len(shown) > SHOWN else ""
        advice = "; ".join(ACCURATE[name] for name in each if name in ACCURATE)
        if clipped:
            least = f"{np.exp(-float(clipped)):.0e}"
            advice = (
                f"its argument is clipped to about ±{clipped}, so it is never below {least}: do not clip it"
            )
        yield (
            f"{names} ({', '.join(roles)}) is right to a rounding of 1, not of its own value, as shown by "
            f"{', '.join(shown[:SHOWN])}{more}: {advice or 'write it so that small values keep their digits'}"
        )
