"""Files appear whole or not at all."""

import errno
import os
import stat

import pytest

from verification.files import refuse_unwritable, write, write_text


def test_a_new_file_is_written(tmp_path):
    """What was saved is there under the name, and nothing else is beside it."""
    write(tmp_path / "new.txt", lambda temporary: temporary.write_text("whole"))
    assert (tmp_path / "new.txt").read_text() == "whole"
    assert os.listdir(tmp_path) == ["new.txt"]


def test_an_old_file_is_replaced(tmp_path):
    """The old content is gone."""
    path = tmp_path / "old.txt"
    path.write_text("the old and longer content")
    write(path, lambda temporary: temporary.write_text("new"))
    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == ["old.txt"]


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


def test_a_save_that_fails_makes_no_file(tmp_path):
    """Where there was none there is none."""
    with pytest.raises(ZeroDivisionError):
        write(tmp_path / "new.txt", lambda temporary: 1 / 0)
    assert os.listdir(tmp_path) == []


def test_the_old_file_stays_until_the_new_one_is_whole(tmp_path):
    """While it is being saved the file is another, in the same folder and with the same suffix."""
    path = tmp_path / "picture.png"
    path.write_text("old")
    seen = []

    def save(temporary):
        temporary.write_text("new")
        seen.append((temporary.parent, temporary.suffix, temporary.name, path.read_text()))

    write(path, save)
    ((folder, suffix, name, content),) = seen
    assert (folder, suffix, content) == (tmp_path, ".png", "old")
    assert name != "picture.png"


def test_who_has_the_old_file_open_reads_the_old_one(tmp_path):
    """The new file takes the name and not the place of the old, which a reader may hold."""
    path = tmp_path / "old.txt"
    path.write_text("old")
    with path.open() as reader:
        write(path, lambda temporary: temporary.write_text("new"))
        assert reader.read() == "old"
    assert path.read_text() == "new"


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


def test_text_is_utf_8(tmp_path):
    """Whatever the locale."""
    write_text(tmp_path / "new.txt", "∂L/∂W ≤ ½\n")
    assert (tmp_path / "new.txt").read_bytes() == "∂L/∂W ≤ ½\n".encode()


def test_a_path_that_can_be_written_is_left_as_it_is(tmp_path):
    """Nothing is made by asking, and an old file stays."""
    refuse_unwritable(tmp_path / "new.txt")
    assert os.listdir(tmp_path) == []
    (tmp_path / "old.txt").write_text("old")
    refuse_unwritable(tmp_path / "old.txt")
    assert (tmp_path / "old.txt").read_text() == "old"
    assert os.listdir(tmp_path) == ["old.txt"]


def test_a_folder_cannot_be_written(tmp_path):
    """The error names the path."""
    with pytest.raises(IsADirectoryError) as told:
        refuse_unwritable(tmp_path)
    assert (told.value.filename, told.value.errno) == (str(tmp_path), errno.EISDIR)


@pytest.mark.parametrize(
    ("parent", "kind"), [("missing", FileNotFoundError), ("file.txt", NotADirectoryError)]
)
def test_a_path_without_a_folder_cannot_be_written(tmp_path, parent, kind):
    """Neither in a folder that is missing nor below a file; the error names the path, no temporary one."""
    (tmp_path / "file.txt").write_text("")
    path = tmp_path / parent / "new.txt"
    with pytest.raises(kind) as told:
        refuse_unwritable(path)
    assert told.value.filename == str(path)
    assert told.value.strerror
