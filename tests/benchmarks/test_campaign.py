"""The throughput of a campaign: measured for each number of workers, printed, kept and drawn."""

import json

import pytest

from benchmarks.campaign import PAGE, PICTURE, main, medians, table

FOUND = {
    "machine": {"processor": "Abacus", "cores": 2},
    "cases a second": {"1": [10.0, 12.0, 11.0], "2": [20.0, 24.0, 100.0]},
}


def test_the_table_has_days_hours_and_dollars():
    """10⁹ / 11 s, of one core; 10⁹ / 24 s, of two."""
    _, _, one, two = table(FOUND).splitlines()
    assert one == "| 1 | 11.0 | 1,052 | 25,253 | 1,263 |"
    assert two == "| 2 | 24.0 | 482 | 23,148 | 1,157 |"


@pytest.mark.slow
def test_a_short_measurement(tmp_path, capsys):
    """Of one block and one round: a rate for each number of workers, the file, the picture and the table."""
    (tmp_path / PAGE).write_text("before\n<!-- measured -->\nold\n<!-- end -->\nafter\n", "utf-8")
    argv = ["--workers", "2", "--blocks", "1", "--rounds", "1", "--out", str(tmp_path)]
    assert main([*argv, "--json", str(tmp_path / "out.json")]) == 0
    found = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert {number: len(rates) for number, rates in found["cases a second"].items()} == {"1": 1, "2": 1}
    assert all(rate > 0 for rate in medians(found).values())
    assert (tmp_path / PICTURE).read_bytes().startswith(b"\x89PNG")
    page = f"before\n<!-- measured -->\n{table(found)}\n<!-- end -->\nafter\n"
    assert (tmp_path / PAGE).read_text("utf-8") == page
    assert "2 workers: " in capsys.readouterr().out
