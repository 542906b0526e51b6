"""A cell is asked as a network of a case with a loss, and as a layer of one with cotangents."""

from dataclasses import replace

import numpy as np

from verification.adapters.problem import General, ModelProblem
from verification.adapters.rnn.cell_form import CellForm, LayerGradients, LayerProblem
from verification.adapters.rnn.of_cells import as_layer, network
from verification.models import lstm

FORM = CellForm(General())


def test_a_case_with_a_loss_is_as_any_engine_s():
    """A ``ModelProblem``, and its program that of the form within."""
    case = network(lstm)
    assert isinstance(FORM.problem(case), ModelProblem)
    assert str(FORM.code(case)) == str(General().code(case))


def test_a_case_of_cotangents_is_a_layer_s():
    """With what is given, where records end, and no cotangents of a last state that has none."""
    case = as_layer(lstm, lengths=(1, 2, 5))
    problem = FORM.problem(case)
    assert isinstance(problem, LayerProblem)
    assert problem.d_outputs is case.objective.outputs
    assert problem.d_state is case.objective.state
    assert problem.lengths.tolist() == [1, 2, 5]
    assert FORM.problem(as_layer(lstm, of=("outputs",))).d_state is None
    assert FORM.problem(replace(case, lengths=None)).lengths is None
    assert "Cotangents(" in str(FORM.code(case))


def test_a_layer_s_answer_is_read_by_its_parts():
    """Outputs and last states by name, and the gradient of every block."""
    case = as_layer(lstm)
    params = {name: case.blocks[name] for name in ("U", "W", "b", "V", "c")}
    h, c = np.zeros((2, 3, 4))
    answer = LayerGradients(case.objective.outputs, (h, c), params, case.blocks["xs"], case.state)
    forward, blocks = FORM.read(lstm, answer)
    assert [*forward] == ["outputs", "state h0", "state c0"] or len(forward) == 3
    assert blocks.keys() == {block.name for block in lstm.blocks}
    assert blocks["c0"] is case.state[1]
