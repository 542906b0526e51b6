"""Where results go: what will not do is found before any work, and by looking nothing is made."""

import errno
import os
import socket
from pathlib import Path

import pytest

from rnn.console import places
from rnn.console.files import Undelivered
from rnn.console.places import STANDARD_OUTPUT, Places, same_place
from tests.disk import full
from tests.rnn.refusals import of, refuse, table


@pytest.fixture(autouse=True)
def in_a_folder(monkeypatch, tmp_path):
    """A place of its own."""
    monkeypatch.chdir(tmp_path)


REPORT = ("report.html", "sine.png")


def test_a_new_folder_is_made_last(tmp_path):
    """By making, not by looking; with it its parents."""
    chosen = Places(Path("deep/x"), REPORT, Path("out.json"))
    chosen.check()
    assert os.listdir(tmp_path) == []
    chosen.make()
    assert os.listdir(tmp_path / "deep") == ["x"]
    chosen.check()
    chosen.make()


def test_a_link_to_a_folder_is_a_folder(tmp_path):
    """And the JSON in it is in the folder."""
    (tmp_path / "real").mkdir()
    Path("link").symlink_to("real")
    Places(Path("link"), REPORT, Path("link/out.json")).check()
    with pytest.raises(ValueError, match=r"link/sine\.png: sine\.png goes there"):
        Places(Path("real"), REPORT, Path("link/sine.png")).check()


def test_a_folder_in_which_nothing_may_be_made(monkeypatch):
    """The error names the folder that was asked for."""

    def denied(**options):
        raise PermissionError(errno.EACCES, "Permission denied", "a temporary name")

    monkeypatch.setattr(places.tempfile, "TemporaryFile", denied)
    with pytest.raises(PermissionError) as raised:
        Places(Path("deep/x"), REPORT).check()
    assert raised.value.filename == os.path.join("deep", "x")


def linked(path):
    """A symbolic link to it."""
    Path("link.json").symlink_to(path)
    return "link.json"


def hard(path):
    """Another name of the same file."""
    Path(path).touch()
    os.link(path, "hard.json")
    return "hard.json"


SPELLINGS = {
    "the same": lambda path: path,
    "from the root": os.path.abspath,
    "by way of another": lambda path: os.path.join(os.path.dirname(path), "..", path),
    "in other letters": lambda path: os.path.join(os.path.dirname(path), os.path.basename(path).swapcase()),
    "by a link": linked,
    "by another name": hard,
}


@pytest.mark.parametrize(
    ("spelling", "name", "made"),
    [(each, REPORT[i % 2], i % 4 < 2) for j in range(2) for i, each in enumerate(SPELLINGS, 3 * j)],
)
def test_the_json_may_not_be_another_file_of_the_run(spelling, name, made):
    """However its path is written, and whether the folder is there or not; it is told which file it is."""
    if made or spelling in ("by another name", "by way of another"):
        os.mkdir("out")
    path = SPELLINGS[spelling](os.path.join("out", name))
    with pytest.raises(ValueError, match=name.replace(".", r"\.") + " goes there, needed another file"):
        Places(Path("out"), REPORT, Path(path)).check()


def test_the_json_may_not_be_what_standard_output_is(monkeypatch):
    """A file or a pipe that is written to by both has neither; a device takes both."""
    with open("log.txt", "w+") as log:
        monkeypatch.setattr("sys.stdout", log)
        with pytest.raises(ValueError, match=r"log\.txt: standard output goes there.* or - for it alone"):
            Places(json=Path("log.txt")).check()
    with open(os.devnull, "w") as null:
        monkeypatch.setattr("sys.stdout", null)
        Places(json=Path(os.devnull)).check()


def test_json_may_not_go_to_a_closed_standard_output(monkeypatch):
    """It would be lost."""
    monkeypatch.setattr("sys.__stdout__", None)
    with pytest.raises(ValueError, match="-: standard output is closed"):
        Places(json=STANDARD_OUTPUT).check()


@pytest.fixture
def odd_places():
    """Links that lead nowhere or to themselves, and a socket, to which nothing can be written by its name."""
    Path("link").symlink_to("nowhere")
    Path("loop").symlink_to("loop")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        yield


@pytest.mark.usefixtures("odd_places")
@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="the system has no sockets that are files")
@table(
    (lambda: Places(Path("link"), REPORT).check(), FileExistsError, "…link"),
    (lambda: Places(json=Path("loop")).check(), OSError, "…loop"),
    (lambda: Places(json=Path("socket")).check(), OSError, "…socket"),
    # Neither the folder that is to be made nor one above it.
    *of(
        lambda path: Places(Path("a/b"), REPORT, Path(path)).check(),
        *((path, IsADirectoryError, "") for path in ("a/b", "a", "a/b/../b")),
    ),
)
def test_what_takes_no_file_is_refused(call, error, said):
    """Nor could a folder be made of it."""
    refuse(call, error, said)


def test_same_place_where_case_is_nothing(tmp_path):
    """Two names that are one on some file systems are one; two files that are there may be two."""
    assert same_place(Path("Out.JSON"), Path("out.json"))
    assert same_place(Path("new/a"), Path("NEW/a"))
    assert not same_place(Path("new/a"), Path("other/a"))
    (tmp_path / "one").touch()
    (tmp_path / "two").touch()
    assert not same_place(tmp_path / "one", tmp_path / "two")


def test_a_folder_that_cannot_be_made_has_failed(monkeypatch, tmp_path):
    """It was looked at, so nobody has misused anything: the disk may be full."""
    monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(Undelivered, match=r"^x: No space left on device, could not be made$"):
        Places(Path("x"), REPORT).make()


def test_no_folder_is_asked_for(tmp_path):
    """Nor a file: nothing is looked at, nothing made."""
    Places().check()
    Places(json=STANDARD_OUTPUT).check()
    Places().make()
    assert os.listdir(tmp_path) == []
