"""docs/judge/campaign.md: its example is run, and prints and keeps what the page says."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.campaign import PRICE, table
from verification.campaign.blocks import CASES
from verification.campaign.merging import ENOUGH
from verification.sampling.at_random import ANY, SMALL

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "judge" / "campaign.md").read_text("utf-8")
SHOWN = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def shown(kind):
    """The page's blocks of a kind."""
    return [block for name, block in SHOWN if name == kind]


def run(folder, *call):
    """A call of Python in a folder."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, *call], cwd=folder, capture_output=True, text=True, env=environment, check=False
    )


@pytest.mark.slow
def test_the_campaign_refutes_with_the_fault_of_the_page(tmp_path):
    """As the page has it, with a program that fails, and that does not without the fault."""
    (program,), (diff,) = shown("python"), shown("diff")
    right, wrong = (line[1:] for line in diff.splitlines())
    assert program.count(right) == 1
    (tmp_path / "tiled.py").write_text(program.replace(right, wrong), "utf-8")
    python, *command = shown("sh")[0].split()
    assert python == "python"
    done = run(tmp_path, *command)
    assert done.returncode == 1
    before, after = shown("text")
    assert done.stdout.startswith(before)
    assert after in done.stdout
    found = json.loads((tmp_path / "out.json").read_text("utf-8"))
    named = re.findall(r'`"(\w+)"`', PAGE)
    assert {*named} <= {*found}
    kept = tmp_path / "verification-campaign"
    assert {path.name for path in kept.iterdir()} == {"campaign.sqlite", "failures", "report.html"}
    (tmp_path / "example.py").write_bytes((kept / "failures" / f"{found['smallest']}.py").read_bytes())
    assert "AssertionError" in run(tmp_path, "example.py").stderr
    (tmp_path / "tiled.py").write_text(program, "utf-8")
    assert run(tmp_path, "example.py").returncode == 0


def test_the_page_s_numbers_are_those_of_the_code_and_of_the_measurement():
    """Sizes of blocks and cases, when a campaign ends, and what a billion cases take."""
    assert f"blocks of {CASES}." in PAGE
    assert (ANY, f"up to {SMALL} of each size" in PAGE) == (10, True)
    assert f"when {ENOUGH} cases are refuted" in PAGE
    found = json.loads((ROOT / "docs" / "judge" / "campaign.json").read_text("utf-8"))
    assert f"<!-- measured -->\n{table(found)}\n<!-- end -->" in PAGE
    assert f"{PRICE} dollars for an hour of a core" in PAGE
