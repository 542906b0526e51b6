"""The examples of docs/judge, run as a reader would run them."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def text_of(page):
    """That of a page of docs/judge."""
    return (ROOT / "docs" / "judge" / f"{page}.md").read_text("utf-8")


def blocks(page):
    """Language and content of every block of a page of docs/judge."""
    return FENCE.findall(text_of(page))


def rows(page):
    """The second cell of every row of its tables of two columns, by the first."""
    found = re.findall(r"^\| (.*?) \| (.*) \|$", text_of(page), re.MULTILINE)
    return {first: second.replace("\\|", "|") for first, second in found}


def of_kind(page, kind):
    """The blocks of one language."""
    return [block for language, block in blocks(page) if language == kind]


def run(folder, name, text):
    """What a program prints that is a file of that name, beside those that are there."""
    (folder / name).write_text(text, "utf-8")
    # What is true of a case is known as in that of all tests.
    cache = {name: os.environ[name] for name in ("XDG_CACHE_HOME",) if name in os.environ}
    environment = {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "PATH": "/usr/bin:/bin", **cache}
    return subprocess.run([sys.executable, name], cwd=folder, capture_output=True, text=True, env=environment)


def holds(page, folder, write, right):
    """The page's example prints what it says, and with the page's fault its sentence and a failing program.

    ``write(text)``: puts the source into the folder that the fault is in, ``right``.
    """
    judging = of_kind(page, "python")[1]
    told, sentence = of_kind(page, "text")[:2]
    (diff,) = of_kind(page, "diff")
    write(right)
    done = run(folder, "judge_it.py", judging)
    assert (done.stdout, done.stderr) == (told, ""), f"{done.stdout}\n{done.stderr}"
    line, wrong = (line[1:] for line in diff.splitlines())
    assert right.count(line) == 1
    write(right.replace(line, wrong))
    shown = judging[: judging.index("print(judgement.scope)")]
    done = run(folder, "judge_it.py", f"{shown}print(judgement.diagnosis)\nprint(judgement.example.code)")
    verdict, said, code = done.stdout.split("\n", 2)
    assert (verdict, f"{said}\n", done.stderr) == ("refuted", sentence, ""), f"{done.stdout}\n{done.stderr}"
    failed = run(folder, "example.py", code)
    assert failed.returncode == 1
    assert "AssertionError" in failed.stderr
    write(right)
    assert run(folder, "example.py", code).returncode == 0
