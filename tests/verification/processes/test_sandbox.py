"""A sandbox: what an engine can do in it, and what is said where there is none."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.verification.processes.hosting import hosted, remote
from verification.processes import sandbox
from verification.processes.in_file import in_file
from verification.processes.sandbox import check_sandbox, is_seen, sandboxed
from verification.processes.sending import Unsendable

BWRAP = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed")


def attempt(what, *given):
    """What an attempt comes to, in words."""
    try:
        return str(what(*given))
    except OSError as error:
        return type(error).__name__


def writes(path):
    Path(path).write_text("x", "utf-8")
    return "written"


def reaches():
    with socket.socket() as there:
        there.settimeout(1)
        return there.connect(("127.0.0.1", PORT))


PORT = 9


@BWRAP
def test_an_engine_can_write_nothing(tmp_path):
    """Neither in this project, nor in the folder of the user, nor in a temporary one; but in its own."""
    mine = Path(__file__).parent / "written"
    tried = [str(mine), str(tmp_path / "x"), "/etc/x", str(Path.home() / "x"), f"{os.getcwd()}/x"]
    with hosted(attempt, writes, os.path.expanduser, sandbox=True) as host:
        there = remote(host, attempt)
        own = remote(host, os.path.expanduser)("~")
        found = [there(writes, path) for path in tried]
        assert there(writes, f"{own}/x") == "written"
    assert set(found) <= {"OSError", "FileNotFoundError", "written"}
    assert not any(Path(path).exists() for path in tried)


def neighbours():
    return [int(each) for each in os.listdir("/proc") if each.isdigit()], os.getpid()


@BWRAP
def test_an_engine_sees_no_other_process_and_no_network():
    """Its own processes have small numbers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]

        def connects():
            with socket.socket() as there:
                there.settimeout(1)
                there.connect(("127.0.0.1", port))
            return "connected"

        with hosted(attempt, neighbours, connects, sandbox=True) as host:
            found, own = remote(host, neighbours)()
            said = remote(host, attempt)(connects)
    assert os.getpid() not in found
    assert len(found) < 10
    assert own in found
    assert said in ("ConnectionRefusedError", "OSError")


@BWRAP
def test_arrays_are_the_same_in_it():
    """Small and large."""
    with hosted(np.negative, sandbox=True) as host:
        for size in (3, 30_000):
            assert remote(host, np.negative)(np.ones(size)).sum() == -size


@BWRAP
@pytest.mark.usefixtures("modules_of_its_own")
def test_a_file_and_its_neighbours_are_there(tmp_path, monkeypatch):
    """In a folder that is hidden otherwise, if that is on the path."""
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    (tmp_path / "of_sandbox.py").write_text("import beside\n\n\ndef f():\n    return beside.VALUE\n", "utf-8")
    (tmp_path / "beside.py").write_text("VALUE = 7\n", "utf-8")
    kernel = in_file("f", f"{tmp_path / 'of_sandbox.py'}:f")
    with hosted(kernel, sandbox=True) as host:
        assert remote(host, kernel)() == 7


@BWRAP
def test_an_interpreter_behind_a_link_is_there(tmp_path, monkeypatch):
    """The link as well as what it leads to; both lie in a folder that is hidden otherwise."""
    real, link = tmp_path / "real", tmp_path / "link"
    (real / "bin").mkdir(parents=True)
    link.symlink_to(real)
    monkeypatch.setattr(sys, "prefix", str(link))
    subprocess.run(sandboxed(["ls", str(link / "bin"), str(real / "bin")], []), check=True)


@BWRAP
def test_what_is_said_to_be_seen_can_be_read(tmp_path, monkeypatch):
    """And nothing else can: in the working folder, in one that is imported from, in neither, by a link."""
    folders = [tmp_path / name for name in ("works", "imported", "hidden")]
    for folder in folders:
        folder.mkdir()
        (folder / "secret").write_text("x", "utf-8")
    works, imported, hidden = folders
    monkeypatch.chdir(works)
    (works / "link").symlink_to(hidden / "secret")
    (hidden / "link").symlink_to(works / "secret")
    files = [*(folder / "secret" for folder in folders), works / "link", hidden / "link", Path("/etc/passwd")]
    path = [str(imported)]
    for file in files:
        there = subprocess.run(
            sandboxed(["cat", str(file.resolve())], path), capture_output=True, check=False
        )
        assert is_seen(file, path) == (there.returncode == 0), file
    assert [is_seen(file, path) for file in files] == [True, True, False, False, True, True]
    assert not is_seen(Path("/dev/null"), path)


def test_a_process_that_does_not_start_is_refused_in_a_line(tmp_path, monkeypatch):
    """With what the system or the interpreter has said last."""
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho first >&2\necho no interpreter here >&2\n", "utf-8")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    said = r"^engine: no interpreter here, needed a process of its own that starts$"
    with pytest.raises(Unsendable, match=said), hosted(abs) as host:
        remote(host, abs)(-1)


def test_without_bubblewrap_the_error_is_a_line(monkeypatch):
    """None on the path, or one that makes no namespaces."""
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(ValueError, match=r"^sandbox: no bwrap on the path, needed bubblewrap$"):
        check_sandbox()
    monkeypatch.setattr(shutil, "which", lambda name: name)
    refused = subprocess.CompletedProcess([], 1, "", "bwrap: No permissions\n")
    monkeypatch.setattr(sandbox.subprocess, "run", lambda *given, **named: refused)
    with pytest.raises(ValueError, match=r"^sandbox: bwrap: No permissions, needed a system that"):
        check_sandbox()


def test_a_command_in_a_sandbox_ends_with_its_judge():
    """And has nothing of the machine's but files."""
    command = sandboxed(["true"], [])
    assert command[-1] == "true"
    assert {"--die-with-parent", "--unshare-all", "--ro-bind"} <= {*command}
