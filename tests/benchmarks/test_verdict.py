"""Where the time of a verdict goes: each part is measured, and what stands beside it checks what it says."""

import json

import numpy as np
import pytest

from benchmarks.verdict import FEW, _check_grads, _differences, main, small_case
from verification import models
from verification.adapters.rnn.cells import layer_of
from verification.judging.model_subject import OfModel


@pytest.mark.slow
def test_every_part_is_told(tmp_path, capsys):
    """As text, and as data."""
    assert main(["--quick", "--rounds", "1", "--json", str(tmp_path / "found.json")]) == 0
    rows = json.loads((tmp_path / "found.json").read_text("utf-8"))["rows"]
    said = capsys.readouterr().out
    assert [row["what"] for row in rows if row["what"] not in said] == []
    assert [row["what"] for row in rows][:3] == ["verdict, nothing kept", "verdict, first", "verdict, again"]
    assert all(row["clock"] > 0 and row["processor"] >= 0 for row in rows)


def test_no_rounds_are_refused(capsys):
    """With what is needed."""
    with pytest.raises(SystemExit):
        main(["--rounds", "0"])
    assert "--rounds: 0, needed 1 or more" in capsys.readouterr().err


def test_the_checks_of_one_case_can_fail():
    """Of a right layer both say nothing; of one that is wrong the differences do."""
    _check_grads(small_case())
    engine = layer_of("lstm", {}, FEW[1])
    _differences(OfModel(engine), small_case())

    class Wrong:
        """Its gradients are a thousandth too large."""

        model = models.lstm

        def answer(self, case):
            """What the layer says, and its gradients, too large."""
            forward, blocks = engine.answer(case)
            return forward, {
                name: tuple(1.001 * np.asarray(a) for a in each) for name, each in blocks.items()
            }

    with pytest.raises(RuntimeError, match="differences say"):
        _differences(OfModel(Wrong()), small_case())
