"""A disk that has no room."""

import errno


def full(*given, **options):
    """Stands for whatever would write; the system may name a temporary file."""
    raise OSError(errno.ENOSPC, "No space left on device", "a temporary name")
