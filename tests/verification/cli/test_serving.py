"""The server for agents, by its protocol's own client."""

import asyncio
import json
import sys

import jsonschema
import pytest
from mcp import Client, StdioServerParameters

from tests.examples import ROOT, of_kind, with_fault
from verification.cli import serving
from verification.report import structured

(RIGHT,) = of_kind("command", "python")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """With a right layer and a wrong one, in which the server runs."""
    (tmp_path / "right.py").write_text(RIGHT, "utf-8")
    (tmp_path / "wrong.py").write_text(with_fault("command", RIGHT), "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return tmp_path


def asked(server, *calls):
    """What the tool says to each of these arguments, and what was told meanwhile."""

    async def ask():
        async with Client(server) as client:
            (tool,) = (await client.list_tools()).tools
            found = []
            for arguments in calls:
                told = []

                async def tell(number, total, message, told=told):
                    told.append(json.loads(message))

                found.append((await client.call_tool("judge", arguments, progress_callback=tell), told))
            return tool, found

    return asyncio.run(ask())


def test_a_wrong_layer_is_refuted_with_its_codes(folder):
    """The result is the JSON of the command; its events come before."""
    tool, [(result, told)] = asked(serving.server(), {"target": "wrong.py:net"})
    assert tool.input_schema["required"] == ["target"]
    found = result.structured_content
    jsonschema.validate(found, structured.schema())
    assert (found["verdict"], found["diagnosis"]["mistake"]) == ("refuted", "other step")
    assert [each["event"] for each in told] == ["refuted", "verdict"]
    assert sorted(path.name for path in folder.iterdir() if path.suffix) == ["right.py", "wrong.py"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"target": "gone.py:net"}, "gone.py: no such file, needed FILE.py:NAME"),
        ({"target": "--help"}, "'--help', needed FILE.py:NAME"),
        ({"target": "right.py:net", "seed": -1}, "argument --seed: '-1', needed an integer of at least 0"),
        ({"target": "right.py:net", "secret": "gone"}, "argument --secret: gone: No such file or directory"),
    ],
)
def test_what_cannot_be_judged_is_said(folder, arguments, words):
    """As the command says it."""
    _, [(result, told)] = asked(serving.server(), arguments)
    assert result.structured_content["verdict"] is None
    assert result.structured_content["error"].startswith(words)
    assert told == []


def test_a_fault_of_the_command_is_an_error_of_the_tool(folder, monkeypatch):
    """With the last line that it has written."""
    broken = folder / "python"
    broken.write_text("#!/bin/sh\necho first >&2\necho it broke >&2\nexit 3\n", "utf-8")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    _, [(result, _)] = asked(serving.server(), {"target": "right.py:net"})
    assert result.is_error
    assert "it broke" in result.content[0].text


@pytest.mark.slow
def test_the_command_serves_on_its_standard_input_and_output(folder):
    """A right layer, for a few seconds, and a wrong one after it."""
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "verification", "mcp"], env={"PYTHONPATH": str(ROOT)}, cwd=folder
    )
    right, wrong = {"target": "right.py:net", "profile": "brief"}, {"target": "wrong.py:net"}
    _, [(one, told), (other, _)] = asked(command, right, wrong)
    assert one.structured_content["verdict"] == "verified"
    assert [each.get("share") for each in told] == ["singles", "pairs", "triples", None]
    assert other.structured_content["verdict"] == "refuted"
