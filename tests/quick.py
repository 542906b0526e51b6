"""Of a test's many cases that are alike a few are run between two edits, and all by `make test-all`."""

import pytest


def first_quick(names, cases, count=1, **options):
    """``pytest.mark.parametrize``, in which all cases but the first so many are slow."""
    arguments = [case if isinstance(names, tuple) else (case,) for case in cases]
    slow = [pytest.param(*case, marks=pytest.mark.slow) for case in arguments[count:]]
    return pytest.mark.parametrize(
        names, [*(pytest.param(*case) for case in arguments[:count]), *slow], **options
    )
