"""Pages of docs/judge whose examples are commands: each is called, and says what its page says."""

import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import yaml

from benchmarks.campaign import PRICE, table
from benchmarks.evidence.options import USAGES as EVIDENCE
from benchmarks.exploits.judging import APART, BELIEVED
from benchmarks.exploits.pages import kept
from tests.examples import ROOT, fails_beside_the_fault_alone, of_kind, run, text_of, with_fault
from tests.programs import python
from tests.verification.judging.test_judgement import RIGHT
from verification.cli.campaign.blocks import CASES
from verification.cli.campaign.campaign import ENOUGH
from verification.cli.options import USAGES, parsers
from verification.judging import keeping
from verification.judging.profile import PROFILES
from verification.judging.standing import Milestone
from verification.report.structured import of_end, of_event, schema
from verification.sampling.at_random import ANY, SMALL
from verification.sampling.ordering import Share
from verification.sampling.sample import in_floats


def by_command(folder, command, file, text):
    """A command of a page beside a file with that text."""
    (folder / file).write_text(text, "utf-8")
    program, *call = command.split()
    assert program == "python"
    return python(*call, folder=folder)


def untimed(text):
    """Without how long it took to meet what was met, and by how many of the cases that were run at a time."""
    return re.sub(r"after [0-9.]+ s, \d+ cases", "in time", text)


@pytest.mark.slow
def test_judge_prints_and_writes_what_its_page_says(tmp_path):
    """To the letter, but for how long it took; and with its fault it is refuted by a program that fails."""
    (program,), (command,) = of_kind("command", "python"), of_kind("command", "sh")
    result, refuted = of_kind("command", "text")
    done = by_command(tmp_path, command, "decay.py", program)
    assert (done.returncode, untimed(done.stdout)) == (0, untimed(result))
    found = json.loads((tmp_path / "out.json").read_text("utf-8"))
    said = json.loads(of_kind("command", "json")[0])
    assert list(found) == list(said)
    # How long it took is another time's, and the page has the first row.
    found.update(times=said["times"], properties=found["properties"][:1])
    assert found == said
    done = by_command(tmp_path, command, "decay.py", with_fault("command", program))
    assert (done.returncode, done.stdout[: len(refuted)]) == (1, refuted)
    found = json.loads((tmp_path / "out.json").read_text("utf-8"))
    keys = ["stage", "blocks", "parts", "also", "conditions", "mistake", "as_if", "sentence"]
    assert list(found["diagnosis"]) == keys
    assert {*re.findall(r'`"(\w+)"`', text_of("command"))} <= {*found, *keys}
    assert done.stdout[len(refuted) :].strip().startswith(found["example"].strip())
    assert (found["smallest"], found["larger"]) == (True, None)
    put = (tmp_path / "decay.py").write_text
    fails_beside_the_fault_alone(tmp_path, found["example"], program, put)


# Mends the kernel when it is told which bug it has.
WRITER = """from pathlib import Path

KERNELS = {right!r}, {wrong!r}


def write(found):
    told = found is not None and found["diagnosis"]["mistake"] == "other step"
    Path("kernel.py").write_text(KERNELS[0 if told else 1], "utf-8")
"""


@pytest.mark.slow
def test_the_loop_of_agents_prints_what_its_page_says(tmp_path):
    """In thirty lines; without a sandbox where there is none."""
    (loop,), (program,) = of_kind("agents", "python"), of_kind("command", "python")
    assert len(loop.splitlines()) <= 30
    right, wrong = (text.partition("net = ")[0] for text in (program, with_fault("command", program)))
    (tmp_path / "writer.py").write_text(WRITER.format(right=right, wrong=wrong), "utf-8")
    if shutil.which("bwrap") is None:
        loop = loop.replace('"--sandbox", ', "")
    done = run(tmp_path, "loop.py", loop)
    assert (done.returncode, done.stdout) == (0, of_kind("agents", "text")[0]), done.stderr


def rows_of(page, head):
    """The cells of a table of a page under a head."""
    lines = text_of(page).partition(head)[2].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").replace("\\|", "/").split(" | ")] for line in lines]


def test_the_page_of_agents_has_the_keys_of_the_schema():
    """All of a result but what the page of the command has; and events as they are written."""
    names = re.findall(r"`([a-z_.]+)`", " ".join(key for key, _ in rows_of("agents", "| key |")))
    top = schema()["$defs"]["judgement"]["properties"]
    of_diagnosis = schema()["$defs"]["diagnosis"]["properties"]
    assert {*names} <= {*top, *of_diagnosis, *(f"diagnosis.{name}" for name in of_diagnosis)}
    events = [json.loads(line) for line in of_kind("agents", "text")[1].splitlines()]
    known = of_event(Milestone(Share(1, 3, 3), 21, 1.0)), of_end(RIGHT)
    assert [list(event) for event in events] == [list(known[number]) for number in (0, 0, 0, 1)]


def test_the_page_of_agents_names_what_was_believed():
    """With a sandbox and a secret."""
    names = re.findall(r"`(\w+)`", " ".join(names for _, names in rows_of("agents", "| it is wrong |")))
    found = kept()["exploits"]
    assert {*names} == {name for name, each in found.items() if each[APART.name]["word"] == BELIEVED}
    assert (len(names), len(found)) == (13, 91)


@pytest.mark.slow
def test_a_campaign_refutes_with_the_fault_of_its_page(tmp_path):
    """It prints and keeps what the page has, with a program that fails beside the fault alone."""
    (program,), (command, *_) = of_kind("campaign", "python"), of_kind("campaign", "sh")
    done = by_command(tmp_path, command, "tiled.py", with_fault("campaign", program))
    before, after = of_kind("campaign", "text")
    assert (done.returncode, done.stdout[: len(before)]) == (1, before)
    assert after in done.stdout
    found = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert {*re.findall(r'`"(\w+)"`', text_of("campaign"))} <= {*found}
    kept = tmp_path / "verification-campaign"
    assert {path.name for path in kept.iterdir()} == {"campaign.sqlite", "failures", "report.html"}
    code = (kept / "failures" / f"{found['shown']}.py").read_text("utf-8")
    fails_beside_the_fault_alone(tmp_path, code, program, (tmp_path / "tiled.py").write_text)


@pytest.mark.slow
def test_a_training_s_calls_are_verified_and_refuted_as_their_page_says(tmp_path):
    """By the calls alone: no designed case of the sample meets the fault."""
    tiled, train = of_kind("training", "python")[:2]
    right, wrong = of_kind("training", "text")
    for text, code, result in ((tiled, 0, right), (with_fault("training", tiled), 1, wrong)):
        shutil.rmtree(tmp_path / "calls", ignore_errors=True)
        (tmp_path / "tiled.py").write_text(text, "utf-8")
        done = run(tmp_path, "train.py", train)
        assert (done.stdout, done.stderr) == ("", "")
        done = by_command(tmp_path, of_kind("training", "sh")[0].splitlines()[1], "tiled.py", text)
        # How long it took to meet the sample is another time's.
        said = {line for line in result.splitlines() if not line.startswith(("met: ", "Written: "))}
        assert (done.returncode, said - {*done.stdout.splitlines()}) == (code, set())
    made = {}
    exec(tiled, made)
    rows = in_floats(made["net"].model, made["net"].claim).rows(3)
    assert all(row.sizes["H"] % 96 for row in rows)


WORKFLOW, HOOKS = (yaml.safe_load(block) for block in of_kind("ci", "yaml"))
PYTEST = next(block for block in of_kind("ci", "sh") if "--junitxml" in block)


@pytest.mark.slow
def test_a_test_of_ci_leaves_a_junit_file(tmp_path):
    """Of a wrong engine with the sentence and the program that fails."""
    (tmp_path / "test_decay.py").write_text(of_kind("ci", "python")[0], "utf-8")
    apart = f"-p no:cacheprovider -c {os.devnull} --rootdir {tmp_path}"
    text = with_fault("command", of_kind("command", "python")[0])
    done = by_command(tmp_path, f"{PYTEST.strip()} {apart}", "decay.py", text)
    (case,) = ET.parse(tmp_path / "gradients.xml").getroot().iter("testcase")
    assert (done.returncode, case.get("name")) == (1, "test_the_gradient"), done.stdout
    failure = case.find("failure")
    first, sentence = of_kind("ci", "text")
    assert failure.get("message").startswith(first.strip())
    assert sentence.strip() in failure.get("message")
    assert "from decay import" in failure.text


def test_the_workflow_and_the_hook_of_ci_run_its_commands():
    """The file is kept though the test failed; the hook has its command without its files."""
    steps = WORKFLOW["jobs"]["verify"]["steps"]
    assert PYTEST.strip() in [step["run"] for step in steps if "run" in step]
    kept = next(step for step in steps if "upload-artifact" in step.get("uses", ""))
    assert kept["if"] == "always()"
    assert kept["with"]["path"] in PYTEST
    (hook,) = HOOKS["repos"][0]["hooks"]
    command = next(block for block in of_kind("ci", "sh") if " judge " in block)
    assert command.startswith(hook["entry"])
    assert (hook["stages"], hook["pass_filenames"]) == (["pre-push"], False)
    assert {"id", "name", "entry", "language"} <= set(hook)


def test_the_workflow_caches_the_truths_where_they_are(tmp_path):
    """The page's own step, under its shell: the folder that is kept is the one in which truths are."""
    steps = WORKFLOW["jobs"]["verify"]["steps"]
    (truths,) = (step["run"] for step in steps if step.get("id") == "truths")
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    subprocess.run(["bash", "-e", "-c", truths], env=environment, check=True, cwd=tmp_path)
    result = dict(line.split("=", 1) for line in (tmp_path / "output").read_text("utf-8").splitlines())
    assert result == {"folder": str(tmp_path / "cache" / "verified-rnn" / "truths"), "key": keeping.key()}
    cached = next(step for step in steps if "actions/cache" in step.get("uses", ""))["with"]
    assert cached["path"] == "${{ steps.truths.outputs.folder }}"
    # What is there under another engine's key is found by the start of this one's.
    assert cached["key"].startswith(cached["restore-keys"])
    assert cached["restore-keys"] == "truths-${{ steps.truths.outputs.key }}-"


def test_every_flag_of_every_command_is_in_the_table():
    """With the commands that have it, and no other; those of campaigns alone are on their own page."""
    result = {}
    for flag, commands, _ in rows_of("command", "| flag | commands |"):
        result[flag.strip("` ").split()[0]] = {each.strip("` ") for each in commands.split(",")}
    there = {}
    for name, parser in {**parsers(EVIDENCE, "evidence"), **parsers(USAGES, "verification")}.items():
        for flag in (option for action in parser._actions for option in action.option_strings):
            there.setdefault(flag, set()).add(name)
    own = {flag for flag, names in there.items() if names == {"campaign"}}
    assert [flag for flag in own if flag not in text_of("campaign")] == []
    for flag in ("-h", "--help", *own):
        del there[flag]
    assert result == there


def test_every_profile_is_in_the_table():
    """With its numbers."""
    words = {3: "any three levels", 4: "any four levels"}
    assert {name.strip("`"): rest for name, *rest in map(tuple, rows_of("command", "| profile |"))} == {
        name: [f"{each.cases:,}", f"{each.exact_cases:,}", words[each.strength]]
        for name, each in PROFILES.items()
    }


def test_the_numbers_of_a_campaign_are_those_of_the_code_and_of_the_measurement():
    """Sizes of blocks and cases, when a campaign ends, and what a billion cases take."""
    page = text_of("campaign")
    assert f"blocks of {CASES}." in page
    assert (ANY, f"up to {SMALL} of each size" in page) == (10, True)
    assert f"when {ENOUGH} cases are refuted" in page
    found = json.loads((ROOT / "docs" / "judge" / "campaign.json").read_text("utf-8"))
    assert f"<!-- measured -->\n{table(found)}\n<!-- end -->" in page
    assert f"{PRICE} dollars for an hour of a core" in page
