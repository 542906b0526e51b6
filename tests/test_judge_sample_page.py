"""docs/judge/sample.md: its table has the numbers that the sample has."""

import re
from pathlib import Path

from verification import models
from verification.adapters import layer, problem, step
from verification.sampling.covering import tuples
from verification.sampling.exclusions import rules
from verification.sampling.resolving import resolved
from verification.sampling.sample import in_floats

PAGE = (Path(__file__).parents[1] / "docs" / "judge" / "sample.md").read_text("utf-8")
ROW = re.compile(
    r"^\| (\w+), (\w+) \| (\d+) \| (\d+) \| (\d+) \((\d+)\) \| (\d+) \((\d+)\) \|$", re.MULTILINE
)
ADAPTERS = {"layer": layer, "step": step, "problem": problem}


def test_the_table_counts_factors_rows_pairs_and_triples():
    """Of every claim that it names."""
    rows = ROW.findall(PAGE)
    assert len(rows) == 7
    for model_name, adapter, *told in rows:
        model = getattr(models, model_name)
        claim = resolved(None, model, ADAPTERS[adapter].CAPABILITIES)
        design, ruled = in_floats(model, claim), rules(model, claim)
        counted = [len(design.every), len(design.rows(3))]
        for strength, factors in ((2, design.every), (3, design.varied)):
            found, excluded = tuples(factors, strength, ruled)
            counted += [len(found), excluded.total()]
        assert list(map(int, told)) == counted, (model_name, adapter)
