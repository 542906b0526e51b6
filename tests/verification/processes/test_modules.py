"""Modules by their files: what an import of the name finds is no business of ours."""

import importlib
import os
import sys
import types
import xml.dom.minidom

import pytest

from verification.processes import modules
from verification.processes.modules import from_file, hidden, there


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch, modules_of_its_own):
    """Afterwards the path and the names of modules are what they were."""
    monkeypatch.setattr(sys, "path", [*sys.path])


def written(folder, text="number = 3\n", name="mine.py"):
    """A file."""
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(text, "utf-8")
    return file


@pytest.mark.parametrize("module", [os, sys, xml.dom.minidom, modules, pytest, types.ModuleType("made")])
def test_what_an_import_finds_is_not_hidden(module):
    """Frozen, built in, a module of a package; nor is what has no file."""
    assert hidden(module) is None


def test_a_file_is_hidden_until_its_folder_is_on_the_path(tmp_path):
    """First on it: another file of the name hides it as well."""
    file = written(tmp_path / "here")
    module = from_file("mine", file)
    assert module.number == 3
    assert hidden(module) == file
    sys.path.insert(0, str(file.parent))
    assert hidden(module) is None
    sys.path.insert(0, str(written(tmp_path / "there").parent))
    importlib.invalidate_caches()
    assert hidden(module) == file


def test_it_is_run_once(tmp_path):
    """There as well; and in the place of another file's module of the name."""
    file = written(tmp_path)
    module = there("mine", file)
    assert there("mine", file) is module is sys.modules["mine"]
    other = there("mine", written(tmp_path / "other", "number = 5\n"))
    assert (module.number, other.number, sys.modules["mine"]) == (3, 5, other)
