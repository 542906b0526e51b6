"""docs/judge/c.md: its C is compiled by this machine's compiler, and judged as the page says."""

import shutil
import subprocess

import pytest

from tests.examples import holds, of_kind


@pytest.mark.slow
def test_the_example_prints_what_the_page_says(tmp_path):
    """Right, and with the page's fault in the C source."""
    if shutil.which("cc") is None:
        pytest.fail(
            "no C compiler: cc is not on the path, so the example of docs/judge/c.md cannot be judged"
        )
    (source,), (command,) = of_kind("c", "c"), of_kind("c", "sh")
    (tmp_path / "decay.py").write_text(of_kind("c", "python")[0], "utf-8")

    def compiled(text):
        (tmp_path / "decay.c").write_text(text, "utf-8")
        subprocess.run(command, shell=True, cwd=tmp_path, check=True)

    holds("c", tmp_path, compiled, source)
