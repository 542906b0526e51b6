"""Text tables: what a question found, for a terminal."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from benchmarks.contenders import CONTENDERS
from benchmarks.results import Timing

Entry = TypeVar("Entry")

NO_TIME = "disagrees"

# A peer's time over ours that counts as ahead of it: less is within what two runs differ by on a machine that
# is not idle.
AHEAD = 1.1


def table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """Columns as wide as they need, the first ones flush left, numbers flush right.

    >>> print(table(["what", "ms"], [["a", "1.5"], ["bb", "10.0"]]))
    what    ms
    a      1.5
    bb    10.0
    """
    cells = [list(head), *map(list, lines)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    numeric = [all(_is_number(line[i]) for line in cells[1:]) for i in range(len(head))]
    rows = (
        "  ".join(c.rjust(w) if n else c.ljust(w) for c, w, n in zip(line, widths, numeric, strict=True))
        for line in cells
    )
    return "\n".join(row.rstrip() for row in rows)


def filled(page: str, parts: Mapping[str, str]) -> str:
    """A page with each part between its marks.

    >>> filled("<!-- a -->\\nold\\n<!-- end -->\\n", {"a": "new"})
    '<!-- a -->\\nnew\\n<!-- end -->\\n'
    """
    for name, text in parts.items():
        before, begin, rest = page.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition("<!-- end -->")
        page = f"{before}{begin}{text}\n{end}{after}"
    return page


def _is_number(text: str) -> bool:
    return text[:1] in "0123456789-—" or text == NO_TIME


def grouped(rows: Iterable[Entry], key: Callable[[Entry], Any]) -> dict[Any, list[Entry]]:
    """The rows by their key, in the order in which the keys first come."""
    groups: dict[Any, list[Entry]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


# What contenders are compared at: everything but the contender.
SETTING = ("cell", "T", "N", "D", "H", "dtype", "threads", "truncation", "loss")


def setting(row: Timing) -> tuple[Any, ...]:
    """The values of ``SETTING``."""
    return tuple(getattr(row, name) for name in SETTING)


def milliseconds(row: Timing) -> str:
    """The median, with half of the distance between the quartiles in per cent of it."""
    if row.milliseconds is None or row.spread is None:
        return NO_TIME
    lower, upper = row.spread
    return f"{significant(row.milliseconds)} ±{50 * (upper - lower) / row.milliseconds:.0f}%"


def ratio(row: Timing) -> str:
    """The median ratio and its quartiles."""
    if row.ratio is None or row.ratio_spread is None:
        return NO_TIME
    lower, upper = row.ratio_spread
    return f"{significant(row.ratio)} ({significant(lower)}–{significant(upper)})"


def significant(value: float) -> str:
    """Three significant digits, without an exponent.

    >>> significant(0.1234), significant(12.34), significant(1234.0)
    ('0.123', '12.3', '1234')
    """
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:#.3g}" if value >= 1e-4 else f"{value:.1e}"


def contest(title: str, rows: Iterable[Timing]) -> str:
    """A line a setting: manual's milliseconds and the share of its checks, then each contender's ratio."""
    groups = grouped(rows, setting)
    names = list(dict.fromkeys(row.contender for group in groups.values() for row in group))
    others = [name for name in names if name != "manual"]
    head = [*SETTING, "manual ms", "checks", *others]
    lines, notes = [], []
    for key, group in groups.items():
        by_name = {row.contender: row for row in group}
        manual = by_name["manual"]
        checks = manual.more.get("checks")
        share = "—" if checks is None else f"{100 * checks:.1f}%"
        cells = [ratio(by_name[name]) if name in by_name else "—" for name in others]
        lines.append([*map(str, key), milliseconds(manual), share, *cells])
        notes += [f"{row.contender} disagrees: {row.objection}" for row in group if row.objection]
    return "\n".join([title, "", table(head, lines), *notes])


def behind(rows: Iterable[Timing]) -> str:
    """The timings in which a peer takes less than ``AHEAD`` of our time, the worst first."""
    timed = [row for row in rows if CONTENDERS[row.contender].peer and row.ratio is not None]
    short = sorted((row for row in timed if _ratio(row) < AHEAD), key=_ratio)
    title = f"A peer takes less than {AHEAD} times our time in {len(short)} of {len(timed)} timings"
    if not short:
        return title
    lines = [[*map(str, setting(row)), row.contender, ratio(row)] for row in short]
    return "\n".join([title, "", table([*SETTING, "peer", "its time over ours"], lines)])


def _ratio(row: Timing) -> float:
    return row.ratio or 0.0
