"""A test whose name holds an address is refused when tests are collected."""

import pytest

pytest_plugins = ["pytester"]


@pytest.mark.parametrize(
    ("ids", "code"), [("str", pytest.ExitCode.USAGE_ERROR), ("['f']", pytest.ExitCode.OK)]
)
def test_a_name_is_the_same_in_every_process(pytester, ids, code):
    """A function by ``ids=str`` is refused, under a name of its own it passes."""
    pytester.makepyfile(f"""
        import pytest

        @pytest.mark.parametrize("f", [lambda: 0], ids={ids})
        def test_it(f):
            pass
    """)
    done = pytester.runpytest_inprocess("-p", "tests.names")
    assert done.ret is code
    if code is not pytest.ExitCode.OK:
        done.stderr.fnmatch_lines(["*test_it*an address in its name, needed ids that every process has"])
