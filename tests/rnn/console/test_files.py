"""Files appear whole or not at all."""

import errno
import os
import stat
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from rnn.console import files
from rnn.console.files import (
    Undelivered,
    deliver,
    read_bytes,
    read_text,
    refuse_unwritable,
    write,
    write_text,
)
from tests.disk import full


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_a_save_that_fails_leaves_the_old_file_alone(tmp_path, error):
    """Half a file is never seen: the old one stays, and no temporary one is left."""
    path = tmp_path / "old.txt"
    path.write_text("old")

    def half(temporary):
        temporary.write_text("ne")
        raise error

    with pytest.raises(type(error)):
        write(path, half)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["old.txt"]


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600)])
def test_it_is_as_readable_as_any_new_file(tmp_path, mask, mode):
    """The umask decides, as for any file, and is what it was afterwards."""
    before = os.umask(mask)
    try:
        write(tmp_path / "new.txt", lambda temporary: temporary.write_text("whole"))
        assert os.umask(mask) == mask
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new.txt").stat().st_mode) == mode


@pytest.mark.parametrize(
    ("call", "name", "error", "number"),
    [
        (refuse_unwritable, "", IsADirectoryError, errno.EISDIR),
        (refuse_unwritable, "missing/new.txt", FileNotFoundError, errno.ENOENT),
        (refuse_unwritable, "file.txt/new.txt", NotADirectoryError, errno.ENOTDIR),
        (refuse_unwritable, "x" * 300, OSError, errno.ENAMETOOLONG),
        (read_bytes, "", IsADirectoryError, errno.EISDIR),
        (read_bytes, "missing", FileNotFoundError, errno.ENOENT),
    ],
)
def test_a_place_without_a_file_is_the_systems_error(tmp_path, call, name, error, number):
    """Found before the work, with the path that was given, no temporary one."""
    (tmp_path / "file.txt").write_text("")
    path = tmp_path / name
    with pytest.raises(error) as raised:
        call(path)
    assert (raised.value.filename, raised.value.errno) == (str(path), number)
    assert raised.value.strerror


def test_a_read_only_file_cannot_be_written(tmp_path, monkeypatch):
    """Though it could be replaced: whoever made it so wants to keep it."""
    path = tmp_path / "old.txt"
    path.write_text("old")
    # Whoever runs the tests as root may write to everything.
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(PermissionError) as raised:
        refuse_unwritable(path)
    assert raised.value.filename == str(path)


def test_a_link_is_followed(tmp_path):
    """The file that it leads to is written, there or not, and the link stays one."""
    (tmp_path / "folder").mkdir()
    for target in ("old.txt", "folder/new.txt"):
        link = tmp_path / "link"
        link.unlink(missing_ok=True)
        link.symlink_to(target)
        (tmp_path / "old.txt").write_text("old")
        refuse_unwritable(link)
        write_text(link, "whole")
        assert link.is_symlink()
        assert (tmp_path / target).read_text() == "whole"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no such files")
def test_a_named_pipe_is_written_into(tmp_path):
    """It stays a pipe, and its reader has all of the text; asking whether it can be waits for no reader."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    refuse_unwritable(path)
    read = []
    reader = threading.Thread(target=lambda: read.append(path.read_text()))
    reader.start()
    write_text(path, "whole")
    reader.join()
    assert read == ["whole"]
    assert stat.S_ISFIFO(path.stat().st_mode)
    assert os.listdir(tmp_path) == ["pipe"]


def test_half_a_pair_of_surrogates_is_written_as_an_escape(tmp_path):
    """UTF-8 has none, and it is no reason to lose a report."""
    write_text(tmp_path / "new.txt", "\udcff")
    assert (tmp_path / "new.txt").read_text() == r"\udcff"


def test_every_file_that_can_be_is_delivered(tmp_path):
    """In their order, each told when it is there; what could not be is reported at the end, a line each."""

    def fails(path):
        raise OSError("the encoder says no")

    names = ("a", "b", "c", "d")
    saves = (full, lambda path: path.write_text("whole"), fails, lambda path: path.write_text("whole"))
    delivery = deliver({tmp_path / name: save for name, save in zip(names, saves, strict=True)})
    assert [next(delivery).name, next(delivery).name] == ["b", "d"]
    with pytest.raises(Undelivered) as lost:
        next(delivery)
    assert lost.value.args == (
        f"{tmp_path / 'a'}: No space left on device, could not be written",
        f"{tmp_path / 'c'}: the encoder says no, could not be written",
    )


def test_a_fault_in_making_one_file_does_not_cost_the_others(tmp_path):
    """It is raised as it is, at the end, and with it what else went wrong."""
    saves = {"a": lambda path: 1 / 0, "b": full, "c": lambda path: {}[1], "d": lambda path: None}
    delivery = deliver({tmp_path / name: save for name, save in saves.items()})
    assert next(delivery).name == "d"
    with pytest.raises(ZeroDivisionError) as fault:
        next(delivery)
    (note,) = fault.value.__notes__
    assert note == f"{tmp_path / 'b'}: No space left on device, could not be written\nKeyError(1)"


ENDLESS = pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="the system has no such device")


def test_a_file_is_read_whole(tmp_path):
    """As bytes, and as text without the mark of UTF-8; its lines end as requested."""
    path = tmp_path / "a"
    path.write_bytes(b"\xef\xbb\xbfa\r\nb")
    assert read_bytes(path) == b"\xef\xbb\xbfa\r\nb"
    assert read_text(path).read() == "a\nb"
    assert read_text(path, newline="").read() == "a\r\nb"
    path.write_bytes(b"\xff")
    assert read_text(path, errors="replace").read() == "\ufffd"
    with pytest.raises(UnicodeDecodeError):
        read_text(path).read()


@ENDLESS
@pytest.mark.parametrize("name", ["null", "link"])
def test_a_device_is_not_read(tmp_path, name):
    """It may have no end; one line says what is needed, also where a link leads to it."""
    (tmp_path / "link").symlink_to("/dev/zero")
    path = tmp_path / "link" if name == "link" else Path("/dev") / name
    with pytest.raises(
        ValueError, match=f"^{path}: a device, which may have no end, needed a file or a pipe$"
    ):
        read_bytes(path)


def piped(content):
    """The path of the end of a pipe that gives so much."""
    out, into = os.pipe()

    def give():
        with suppress(BrokenPipeError), open(into, "wb") as pipe:
            pipe.write(content)

    threading.Thread(target=give).start()
    return out, Path(f"/dev/fd/{out}")


@ENDLESS
@pytest.mark.parametrize("size", [0, 100_000, 200_000])
def test_a_pipe_is_read_to_its_end(monkeypatch, tmp_path, size):
    """As from another command, up to a limit; a file, which has an end, may be larger."""
    monkeypatch.setattr(files, "MOST_PIPED", 100_000)
    (tmp_path / "a").write_bytes(b"x" * size)
    assert len(read_bytes(tmp_path / "a")) == size
    out, path = piped(b"x" * size)
    try:
        if size <= 100_000:
            assert read_bytes(path) == b"x" * size
        else:
            with pytest.raises(
                ValueError, match=f"^{path}: more than 100000 bytes of a pipe, needed fewer, or"
            ):
                read_bytes(path)
    finally:
        os.close(out)


@pytest.mark.parametrize("there", [False, True])
def test_an_error_in_writing_names_the_path(tmp_path, there):
    """Not the temporary name, nor none; an error that is not of the system stays what it is."""
    path = tmp_path / "a"
    if there:
        path.touch()
    with pytest.raises(OSError, match="No space left on device") as caught:
        write(path, full)
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, str(path))


def test_a_file_that_is_too_large_for_the_memory_is_reported(monkeypatch, tmp_path):
    """By its path: Python's own error is without a text."""

    def little(file):
        raise MemoryError

    monkeypatch.setattr(files, "_all_of", little)
    (tmp_path / "a").touch()
    with pytest.raises(MemoryError, match="a: too large for the memory, needed a smaller file"):
        read_bytes(tmp_path / "a")


def test_the_longest_names_can_be_written(tmp_path):
    """Though there is a temporary one beside it."""
    longest = tmp_path / ("x" * 250 + ".json")
    refuse_unwritable(longest)
    write_text(longest, "whole")
    suffix = tmp_path / ("x." + "j" * 253)
    write_text(suffix, "whole")
    assert sorted(os.listdir(tmp_path)) == sorted([longest.name, suffix.name])
