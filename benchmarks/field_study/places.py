"""Where the study's adapters and results lie, and what an adapter says of its source."""

import ast
import json
from pathlib import Path
from typing import Any

STUDY = Path(__file__).resolve().parent
ROOT = STUDY.parents[1]
ADAPTERS = STUDY / "adapters"
# The page, with what it shows and the pages that it links.
PAGES = ROOT / "docs" / "field-study"


def adapters() -> dict[str, Path]:
    """Every adapter, by name; files that adapters share have no PIN."""
    files = sorted(ADAPTERS.glob("*.py"))
    return {file.stem: file for file in files if "\nPIN = " in file.read_text("utf-8")}


def pin_of(adapter: Path) -> dict[str, Any]:
    """The PIN of an adapter's file, read without importing it; raises ValueError where there is none."""
    for node in ast.parse(adapter.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) == "PIN":
            pin: dict[str, Any] = ast.literal_eval(node.value)
            return pin
    raise ValueError(f"{adapter.name}: no PIN")


def read(name: str) -> dict[str, Any]:
    """A file of results, "results.json" say; {} where there is none."""
    file = STUDY / name
    found: dict[str, Any] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    return found


def keep(name: str, engine: str, result: dict[str, Any]) -> None:
    """Put an engine's result into a file of results, which is written whole or not at all."""
    results = {**read(name), engine: result}
    partial = (STUDY / name).with_suffix(".partial")
    text = json.dumps(dict(sorted(results.items())), indent=1, ensure_ascii=False)
    partial.write_text(text + "\n", "utf-8")
    partial.replace(STUDY / name)
