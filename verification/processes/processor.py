"""How long a process has waited for a processor, which is no time that it took."""

import time
from pathlib import Path


def spent() -> float:
    """Seconds by a clock that stands while this process waits for a processor."""
    return time.monotonic() - waited()


def waited(process: int | None = None) -> float:
    """Seconds for which that thread of a process has waited that waited longest; 0 if no system tells.

    ``process``: its number, or None for this one. Linux tells, in ``schedstat``.
    """
    most = 0.0
    try:
        for thread in Path(f"/proc/{process or 'self'}/task").iterdir():
            _, waiting, _ = (thread / "schedstat").read_text().split()
            most = max(most, int(waiting) / 1e9)
    except (OSError, ValueError):
        # There is no such thing here, or a thread has ended meanwhile.
        pass
    return most
