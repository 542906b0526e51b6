"""Runs the notebooks from the top in fresh kernels, and keeps what they show: ``make tutorial``.

When one ran is not kept, so that a run which shows the same leaves the same file.
"""

from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = sorted(Path(__file__).parent.glob("*.ipynb"))


def executed(path: Path) -> None:
    """The notebook is written when all of it has run; nbclient's error names a cell that fails."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, kernel_name="python3", record_timing=False).execute()
    nbformat.write(notebook, path)


if __name__ == "__main__":
    for path in NOTEBOOKS:
        executed(path)
