"""docs/judge/ci.md: its YAML is YAML that means what it should, and its test leaves a JUnit file."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import yaml

from tests.examples import ROOT, of_kind
from verification.judging import keeping

WORKFLOW, HOOKS = (yaml.safe_load(block) for block in of_kind("ci", "yaml"))
DECAY, WRONG = of_kind("command", "python")[0], of_kind("command", "diff")[0]


def ran(folder, engine):
    """The page's test in a folder, by its command: what came of it, and the one case of its JUnit file."""
    (folder / "decay.py").write_text(engine, "utf-8")
    (folder / "test_decay.py").write_text(of_kind("ci", "python")[0], "utf-8")
    command = next(block for block in of_kind("ci", "sh") if "--junitxml" in block).split()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    call = [
        sys.executable,
        *command[1:],
        "-p",
        "no:cacheprovider",
        "-c",
        os.devnull,
        "--rootdir",
        str(folder),
    ]
    done = subprocess.run(call, cwd=folder, env=environment, capture_output=True, text=True)
    (case,) = ET.parse(folder / "gradients.xml").getroot().iter("testcase")
    return done, case


@pytest.mark.slow
def test_a_right_engine_passes(tmp_path):
    """With nothing in the file but its name."""
    done, case = ran(tmp_path, DECAY)
    assert done.returncode == 0, done.stdout
    assert (case.get("name"), list(case)) == ("test_the_gradient", [])


@pytest.mark.slow
def test_a_wrong_engine_s_failure_holds_the_sentence(tmp_path):
    """And the program that fails."""
    right, wrong = (line[1:] for line in WRONG.splitlines())
    done, case = ran(tmp_path, DECAY.replace(right, wrong))
    assert done.returncode == 1
    failure = case.find("failure")
    first, sentence = of_kind("ci", "text")
    assert failure.get("message").startswith(first.strip())
    assert sentence.strip() in failure.get("message")
    assert "from decay import" in failure.text


def test_the_workflow_runs_what_the_page_says():
    """The page's own command, and the file is kept though the test failed."""
    job = WORKFLOW["jobs"]["verify"]
    runs = [step["run"] for step in job["steps"] if "run" in step]
    command = next(block for block in of_kind("ci", "sh") if "--junitxml" in block).strip()
    assert command in runs
    kept = next(step for step in job["steps"] if "upload-artifact" in step.get("uses", ""))
    assert kept["if"] == "always()"
    assert kept["with"]["path"] in command


def test_the_workflow_caches_the_truths_where_they_are(tmp_path):
    """The page's own step, under its shell: the folder that is kept is the one in which truths are."""
    steps = WORKFLOW["jobs"]["verify"]["steps"]
    (truths,) = (step["run"] for step in steps if step.get("id") == "truths")
    output = tmp_path / "output"
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "GITHUB_OUTPUT": str(output),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    subprocess.run(["bash", "-e", "-c", truths], env=environment, check=True, cwd=tmp_path)
    told = dict(line.split("=", 1) for line in output.read_text("utf-8").splitlines())
    assert told == {"folder": str(tmp_path / "cache" / "verified-rnn" / "truths"), "key": keeping.key()}
    cached = next(step for step in steps if "actions/cache" in step.get("uses", ""))["with"]
    assert cached["path"] == "${{ steps.truths.outputs.folder }}"
    # What is there under another engine's key is found by the start of this one's.
    assert cached["key"].startswith(cached["restore-keys"])
    assert cached["restore-keys"] == "truths-${{ steps.truths.outputs.key }}-"


def test_the_hook_runs_the_command_at_a_push(tmp_path):
    """As the page's command has it, without its files; and pre-commit would find it."""
    (hook,) = HOOKS["repos"][0]["hooks"]
    command = next(block for block in of_kind("ci", "sh") if " judge " in block)
    assert command.startswith(hook["entry"])
    assert hook["stages"] == ["pre-push"]
    assert hook["pass_filenames"] is False
    assert {"id", "name", "entry", "language"} <= set(hook)


def test_the_page_s_python_is_python():
    """Nothing that the tests above leave out."""
    for block in of_kind("ci", "python"):
        compile(block, "ci.md", "exec")
    with pytest.raises(SyntaxError):
        compile("def", "ci.md", "exec")
