"""The pages of docs/judge and their examples, run as a reader would run them."""

import re
import subprocess
from pathlib import Path

from tests.programs import python

ROOT = Path(__file__).parents[1]

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

# What a page says that the whole run comes to. Here few cases are drawn, all single levels are met, and no
# sizes are large together: whole runs are those of docs/judge/command.md and training.md.
WHOLE, SINGLES, TOGETHER = "verified\n", "verified to singles\n", re.compile("; together .*")
SHORTENED = (
    "from verification import Profile\n",
    r"judgement = verify(\1, Profile('short', cases=12, exact_cases=0, strength=1))",
)


def text_of(page):
    """That of a page of docs/judge."""
    return (ROOT / "docs" / "judge" / f"{page}.md").read_text("utf-8")


def blocks(page):
    """Language and content of every block of a page of docs/judge."""
    return FENCE.findall(text_of(page))


def of_kind(page, kind):
    """The blocks of one language."""
    return [block for language, block in blocks(page) if language == kind]


def rows(page):
    """The second cell of every row of its tables of two columns, by the first."""
    found = re.findall(r"^\| (.*?) \| (.*) \|$", text_of(page), re.MULTILINE)
    return {first: second.replace("\\|", "|") for first, second in found}


def with_fault(page, text):
    """A program with the wrong line of the page's diff in the place of the right one."""
    (diff,) = of_kind(page, "diff")
    right, wrong = (line[1:] for line in diff.splitlines())
    assert text.count(right) == 1
    return text.replace(right, wrong)


def run(folder, name, text):
    """What a program prints that is a file of that name, beside those that are there."""
    (folder / name).write_text(text, "utf-8")
    return python(name, folder=folder)


def fails_beside_the_fault_alone(folder, code, right, write):
    """Does the printed program fail where the fault is, and not where it is not?"""
    failed = run(folder, "example.py", code)
    assert failed.returncode == 1
    assert "AssertionError" in failed.stderr
    write(right)
    assert python("example.py", folder=folder).returncode == 0


def sentence_of(page):
    """What the page says of its fault, in the block after it, or None."""
    found = blocks(page)
    (number,) = (number for number, (kind, _) in enumerate(found) if kind == "diff")
    kind, text = [*found, ("", "")][number + 1]
    return text if kind == "text" else None


def holds(page, file, folder):
    """The page's example prints what it says, and with the page's fault its sentence and a failing program.

    ``file``: where its engine is to be. An engine in C or CUDA is beside it, compiled by the page's commands,
    with a header that the page has in C++.
    """
    engine, judging = of_kind(page, "python")[:2]
    sources, commands = [*of_kind(page, "c"), *of_kind(page, "cuda")], of_kind(page, "sh")
    for header in of_kind(page, "cpp"):
        (folder / "cuda_words.h").write_text(header, "utf-8")
    if sources:
        (folder / file).write_text(engine, "utf-8")
        (engine,), file = sources, f"{Path(file).stem}.{'c' if of_kind(page, 'c') else 'cu'}"

    def write(text):
        (folder / file).write_text(text, "utf-8")
        for command in commands if sources else ():
            subprocess.run(command, shell=True, cwd=folder, check=True)

    before, instead = SHORTENED
    short = before + re.sub(r"^judgement = verify\((.*)\)$", instead, judging, flags=re.MULTILINE)
    result = TOGETHER.sub("", of_kind(page, "text")[0])
    write(engine)
    done = run(folder, "judge_it.py", short)
    assert (done.stdout.replace(SINGLES, WHOLE), done.stderr) == (result, ""), f"{done.stdout}\n{done.stderr}"
    write(with_fault(page, engine))
    shown = short[: short.index("print(judgement.scope)")]
    done = run(folder, "judge_it.py", f"{shown}print(judgement.diagnosis)\nprint(judgement.example.code)")
    verdict, sentence, code = done.stdout.split("\n", 2)
    assert (verdict, done.stderr) == ("refuted", ""), f"{done.stdout}\n{done.stderr}"
    assert sentence_of(page) in (f"{sentence}\n", None)
    fails_beside_the_fault_alone(folder, code, engine, write)
