"""The folder of a training: used by one at a time, and never used over."""

import json
from hashlib import sha256

import pytest

from rnn.app.folder import NAMES, Folder
from rnn.console.sealed import sealed


@pytest.mark.parametrize("name", NAMES)
def test_a_used_folder_is_refused(tmp_path, name):
    """Whatever is left there of a training; other files are none."""
    (tmp_path / "notes.txt").touch()
    Folder(tmp_path).refuse_used()
    (tmp_path / name).touch()
    with pytest.raises(ValueError, match=f"holds {name}, needed a new folder, or --resume"):
        Folder(tmp_path).refuse_used()


def test_a_second_training_is_refused(tmp_path):
    """Until the first has ended."""
    folder = Folder(tmp_path)
    with folder.locked(), pytest.raises(ValueError, match="another training is in it"), folder.locked():
        pass
    with folder.locked():
        pass


def test_what_was_asked_for_is_read_again(tmp_path):
    """With the digest by which a checkpoint knows it."""
    folder = Folder(tmp_path)
    digest = folder.write_run({"data": "ü\ud800"})
    asked, again = folder.read_run()
    assert asked["data"] == "ü\ud800"
    assert again == digest


ASKED = {"data": {"values": [0.1, 1 / 3, 1e-300], "name": 'a "b", "sha256": "c'}, "recipe": {"units": 32}}
NO_TEXT = "no sha256 at its end, needed a text as it was written by"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        *((text, NO_TEXT) for text in ("", "{}", "[" * 100_000, "\udcff")),
        (sealed({"version": 3, **ASKED}), "version 3, needed what train wrote, version 2"),
    ],
)
def test_what_is_no_run_is_refused(tmp_path, text, said):
    """By the name of the file; one of a later version by its number."""
    Folder(tmp_path).run.write_text(text, "utf-8", errors="surrogateescape")
    with pytest.raises(ValueError, match=rf"run\.json: {said}"):
        Folder(tmp_path).read_run()


def test_a_digit_that_was_changed_is_noticed(tmp_path):
    """Any of them: in the values, the version, or the sha256."""
    folder = Folder(tmp_path)
    folder.write_run(ASKED)
    folder.checkpoint.touch()
    text = folder.run.read_text()
    for place, digit in enumerate(text):
        if digit.isdecimal():
            other = "1" if digit != "1" else "2"
            folder.run.write_text(text[:place] + other + text[place + 1 :])
            with pytest.raises(ValueError, match=r"run\.json: .*, needed a text as it was written by train"):
                folder.read_run()
    folder.run.write_text(text)
    assert folder.read_run()[0] == {"version": 2, **ASKED}


def test_a_run_of_version_1_is_known_by_its_checkpoint(tmp_path):
    """By the digest of its text, as it always was; without a checkpoint nothing vouches for it."""
    folder, text = Folder(tmp_path), json.dumps({"version": 1, **ASKED})
    folder.run.write_text(text)
    with pytest.raises(ValueError, match=r"run\.json: version 1, which has no sha256, and no checkpoint"):
        folder.read_run()
    folder.checkpoint.touch()
    assert folder.read_run() == ({"version": 1, **ASKED}, sha256(text.encode()).hexdigest())


def test_what_a_killed_training_left_is_cleared(tmp_path):
    """Its half-written files, and nothing that somebody else put there."""
    for name in (".abcdefg_", ".12345678.json", ".12345678.png", ".bashrc", ".notes", "12345678.json"):
        (tmp_path / name).touch()
    with Folder(tmp_path).locked():
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == [".bashrc", ".lock", ".notes", "12345678.json"]
