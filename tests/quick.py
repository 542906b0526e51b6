"""Of a test's many cases that are alike a few are run between two edits, and all by `make test-all`."""

import pytest


def first_quick(names, cases, count=1, **options):
    """``pytest.mark.parametrize``, in which all cases but the first so many are slow."""
    arguments = [case if isinstance(names, tuple) else (case,) for case in cases]
    slow = [pytest.param(*case, marks=pytest.mark.slow) for case in arguments[count:]]
    return pytest.mark.parametrize(
        names, [*(pytest.param(*case) for case in arguments[:count]), *slow], **options
    )


def one_quick_each(names, cases, kind, **options):
    """The same, in which the first case of each kind is quick."""
    seen = {kind(*case) if isinstance(names, tuple) else kind(case): case for case in reversed([*cases])}
    rest = [case for case in cases if not any(case is each for each in seen.values())]
    return first_quick(names, [*reversed(seen.values()), *rest], len(seen), **options)
