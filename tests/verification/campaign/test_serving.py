"""Serving: lines of JSON in and out, and nothing among them."""

import json
import subprocess
import sys

from tests.campaigns import ENVIRONMENT, SQUARE, subject_in
from verification.campaign.blocks import Block
from verification.campaign.looking import looked_at

LOUD = "print('hello')\n" + SQUARE


def served(target, *requests):
    """What is answered to these lines; exit code."""
    call = [sys.executable, "-m", "verification.campaign.serving", target]
    given = "".join(f"{json.dumps(request)}\n" for request in requests)
    done = subprocess.run(call, input=given, capture_output=True, text=True, env=ENVIRONMENT, check=False)
    return [json.loads(line) for line in done.stdout.splitlines()], done.returncode


def test_a_line_for_each_block(tmp_path):
    """After one that says what is served; what cannot be done is told, and the next is."""
    subject, job, identity = subject_in(tmp_path, LOUD)
    block = {"seed": 0, "index": 0, "size": 3}
    lines, code = served(job.target, block, {"index": 1}, block)
    assert code == 0
    assert lines[0] == {"identity": identity.to_json()}
    record = looked_at(subject, Block(**block)).to_json()
    assert lines[1] == lines[3] == {"record": record}
    assert list(lines[2]) == ["broken"]
    assert "TypeError" in lines[2]["broken"]


def test_no_engine_is_told_in_a_line(tmp_path):
    """By what judge would say."""
    lines, code = served(f"{tmp_path / 'none.py'}:net")
    assert code == 0
    (line,) = lines
    assert "No such file" in line["refused"]
