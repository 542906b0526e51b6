"""``python -m verification mcp``: a server by the Model Context Protocol, whose one tool judges an engine.

The tool runs ``python -m verification judge`` in a process of its own, so what an engine does to that does
not reach the server. Events of the run are told as progress, and the result is the JSON of the command.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Literal

from anyio import open_process
from anyio.streams.text import TextReceiveStream
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError

import rnn
from verification.report.structured import SCHEMA

INSTRUCTIONS = f"""Judges a hand-written backward pass of a recurrent layer, and says where it is wrong.
Write a file that makes an engine, as `net = layer("kernel.py:forward", "kernel.py:backward", model=lstm)`
with `from verification import layer` and `from verification.models import lstm`, and call `judge` with
"file.py:net". A result is described by {SCHEMA.name} of the package. "refuted" comes with a diagnosis: its
codes stay, its sentence is for people."""


def server() -> MCPServer[Any]:
    """The server, with its tool."""
    made = MCPServer("verified-rnn", version=rnn.__version__, instructions=INSTRUCTIONS)
    made.tool()(judge)
    return made


def serve() -> None:
    """Serves on standard input and output, until the input ends."""
    server().run("stdio")


async def judge(
    target: str,
    context: Context[Any],
    seconds: float | None = None,
    seed: int = 0,
    profile: Literal["brief", "quick", "thorough"] = "quick",
    sandbox: bool = False,
    secret: str | None = None,
) -> dict[str, Any]:
    """Judge the engine of a file, "file.py:name", as `python -m verification judge` does.

    seconds: end after so many. seed: of what is drawn. sandbox: run the engine under bubblewrap. secret: a
    file of random bytes from which the cases come as well, so that no engine can know them.

    Returns the JSON of the command: "verdict" is "verified", "refuted", "not exercised", or null beside an
    "error". Its "diagnosis" has the stage, the wrong blocks, the conditions and the mistake; "failure" the
    numbers, got and wanted; "example" a program that fails.
    """
    with tempfile.TemporaryDirectory(prefix="verified-rnn-") as folder:
        result = Path(folder) / "result.json"
        options = ["--json", str(result), "--out", f"{folder}/report", "--events", "-", "--seed", str(seed)]
        options += ["--profile", profile, *(["--sandbox"] if sandbox else [])]
        options += [] if seconds is None else ["--seconds", str(seconds)]
        options += [] if secret is None else ["--secret", secret]
        command = [sys.executable, "-m", "verification", "judge", *options, "--", target]
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
            await _run(command, said, context)
            if result.exists():
                found: dict[str, Any] = json.loads(result.read_text("utf-8"))
                return found
            said.seek(0)
            raise ToolError(said.read().strip().rpartition("\n")[2] or "no result")


async def _run(command: list[str], said: Any, context: Context[Any]) -> None:
    """Runs it, and tells each event; ``said``: a file for what it writes beside."""
    number, left = 0, ""
    async with await open_process(command, stdin=subprocess.DEVNULL, stderr=said) as process:
        assert process.stdout is not None  # it is a pipe
        async for text in TextReceiveStream(process.stdout):
            *lines, left = (left + text).split("\n")
            for line in lines:
                number += 1
                await context.report_progress(number, message=line)
        await process.wait()
