"""What is built from the checkout: an sdist that holds all of it, and a wheel of what is imported."""

import ast
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest

import rnn

ROOT = Path(__file__).parents[1]

# Folders of which the sdist must hold every file, and files that it must hold beside them.
FOLDERS = (".ci", "benchmarks", "docs", "rnn", "tests", "verification")
FILES = {
    *("CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "LICENSE", "MANIFEST.in", "Makefile", "README.md"),
    *("conftest.py", "pyproject.toml", ".gitignore", ".pre-commit-config.yaml"),
}

BUILD = """
import sys
from setuptools import build_meta
folder = sys.argv[1]  # Building writes to sys.argv.
build_meta.build_sdist(folder)
build_meta.build_wheel(folder)
build_meta.build_editable(folder + "/editable")
"""


def files(folder: Path) -> set[str]:
    """The files of a folder of the checkout by their names from the root, without what running leaves."""
    found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {str(path.relative_to(ROOT)) for path in found}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both, built from a copy: building leaves files beside the sources."""
    copy, out = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("built")
    for name in sorted({name for folder in FOLDERS for name in files(ROOT / folder)} | FILES):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, copy / name)
    (out / "editable").mkdir()
    subprocess.run([sys.executable, "-c", BUILD, str(out)], cwd=copy, check=True, capture_output=True)
    return out


@pytest.fixture(scope="module")
def wheel(built: Path) -> dict[str, bytes]:
    """The files in the wheel, by their names."""
    (path,) = built.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def metadata(wheel: dict[str, bytes]) -> Message:
    """The wheel's metadata."""
    (name,) = (name for name in wheel if name.endswith("/METADATA"))
    return message_from_bytes(wheel[name])


@pytest.mark.slow
def test_the_sdist_is_the_checkout(built: Path) -> None:
    """Every file of the folders and at the root is in it: it can be linted, tested and verified."""
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        held = {member.name.partition("/")[2] for member in archive if member.isfile()}
    wanted = {name for folder in FOLDERS for name in files(ROOT / folder)} | FILES
    assert wanted - held == set()
    made = {"PKG-INFO", "setup.cfg"}
    assert {name for name in held - wanted - made if ".egg-info/" not in name} == set()


@pytest.mark.slow
def test_the_wheel_is_what_is_imported(wheel: dict[str, bytes]) -> None:
    """Every file of both packages, the marks that they are typed among them, and no test or benchmark."""
    own = {name for name in wheel if ".dist-info/" not in name}
    assert own == files(ROOT / "rnn") | files(ROOT / "verification")
    assert {"rnn/py.typed", "verification/py.typed"} <= own


@pytest.mark.slow
def test_an_editable_installation_is_a_path(built: Path) -> None:
    """To the folder of the packages: type checkers read no hook of imports, and would not find them."""
    (path,) = (built / "editable").glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        (name,) = (name for name in archive.namelist() if ".dist-info/" not in name)
        (line,) = archive.read(name).decode("utf-8").splitlines()
    assert name.endswith(".pth")
    assert all((Path(line) / package / "py.typed").is_file() for package in ("rnn", "verification"))


@pytest.mark.slow
def test_there_is_one_version(metadata: Message) -> None:
    """The package's, which is a plain string in its source: read without an import, and at no cost."""
    assert metadata["Version"] == rnn.__version__
    (value,) = (
        node.value
        for node in ast.parse((ROOT / "rnn/__init__.py").read_text("utf-8")).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__version__"
    )
    assert ast.literal_eval(value) == rnn.__version__
    assert "version" not in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.mark.slow
def test_the_long_description_stands_alone(metadata: Message) -> None:
    """No picture and no link to a file of the checkout, neither of which a package index can show."""
    text = metadata.get_payload()
    assert isinstance(text, str)
    assert text.startswith("# verified-rnn\n")
    assert metadata["Description-Content-Type"].startswith("text/markdown")
    assert re.findall(r"!\[|\]\((?!https?://)", text) == []
