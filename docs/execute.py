"""Runs tutorial.ipynb from the top in a fresh kernel, and keeps what it shows: ``make tutorial``.

When it ran is not kept, so that a run which shows the same leaves the same file.
"""

from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).with_name("tutorial.ipynb")


def executed() -> None:
    """The notebook is written when all of it has run; nbclient's error names a cell that fails."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(notebook, kernel_name="python3", record_timing=False).execute()
    nbformat.write(notebook, NOTEBOOK)


if __name__ == "__main__":
    executed()
