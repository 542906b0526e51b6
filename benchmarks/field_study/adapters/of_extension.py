"""What adapters of extensions in C++ share: one file of a checkout, made by PyTorch's own builder."""

import os
import sys
import warnings
from pathlib import Path

from sources import folder
from torch.utils.cpp_extension import load


def extension(repository, name, path):
    """The extension of that name, built of one file; kept where PyTorch keeps what it builds."""
    # The builder asks for ninja by its name.
    os.environ["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    with warnings.catch_warnings(action="ignore"):
        return load(name, [str(folder(repository) / path)])
