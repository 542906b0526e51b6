"""A pytest plugin: every test has the same name in every process, or workers cannot share the tests out."""

import re

import pytest

# How Python shows an object that says where it lies and no more, as a function given to ``ids=str``.
ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """An address in a name is another one in the next process."""
    named = [item.nodeid for item in items if ADDRESS.search(item.nodeid)]
    if named:
        raise pytest.UsageError(f"{named[0]}: an address in its name, needed ids that every process has")
