"""What adapters of xopes share: a file of it by itself, since xopes.utils asks for a graphics card."""

import functools
import sys

import torch
from sources import definitions, file, folder

REPOSITORY = "Doraemonzzz/xopes"


def file_of(path):
    """A file of xopes, which finds in xopes.utils the one function that is used there."""
    source = (folder(REPOSITORY) / "xopes/utils/utils.py").read_text("utf-8")
    given = {"torch": torch, "functools": functools}
    sys.modules["xopes.utils"] = definitions(source, ("contiguous",), given)
    return file(REPOSITORY, path)
