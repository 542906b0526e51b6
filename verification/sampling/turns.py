"""Whose turn a row is: what is asked of a part of the rows alone, each in turn, so that it meets every level.

To ask each of several things on every row takes several times as long as the rows by themselves. One stands
beside few levels at a time, and pairs of one with a level are met by few rows.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from verification.sampling.numbering import Row


def in_turn(rows: Iterable[Row], names: Sequence[str]) -> Iterator[Row]:
    """Each row with the name that stands beside most of its levels and numbers for the first time.

    Of several the one with the fewest rows so far. Without names the rows are as they were.
    """
    met, count = set[tuple[str, str, object]](), Counter[str]()
    for row in rows:
        if not names:
            yield row
            continue
        about = [*row.levels.items(), *row.sizes.items()]
        new = {name: [each for item in about if (each := (name, *item)) not in met] for name in names}
        turn = max(names, key=lambda name: (len(new[name]), -count[name]))
        met.update(new[turn])
        count[turn] += 1
        yield replace(row, turn=turn)
