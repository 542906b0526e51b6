"""The shipped cells beside PyTorch's, where that is installed: values and gradients."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

# PyTorch's two biases are both 0 where a model has one; a GRU's bn is the second one's last third.
SCRIPT = """
import numpy as np
import torch
from verification.models.case import random_case
from verification.models import gru, lstm
from verification.truth import replay
from verification.truth.table import grouped_table

case = random_case({name}, np.random.default_rng(0), {{"H": 3, "D": 2}}, records=4, steps=6)
blocks = {{name: torch.tensor(a, requires_grad=True) for name, a in case.blocks.items()}}
layer = torch.nn.{layer}(2, 3, batch_first=True, dtype=torch.float64)
second = torch.zeros_like(blocks["b"])
if "bn" in blocks:
    second = torch.cat([torch.zeros(6, dtype=torch.float64), blocks["bn"]])
weights = dict(weight_ih_l0=blocks["U"], weight_hh_l0=blocks["W"], bias_ih_l0=blocks["b"], bias_hh_l0=second)
states = [blocks[name][None] for name in ("h0", "c0") if name in blocks]
given = tuple(states) if len(states) > 1 else states[0]
outputs, final = torch.func.functional_call(layer, weights, (blocks["xs"], given))
final = final if isinstance(final, tuple) else (final,)
loss = (outputs * torch.tensor(case.objective.outputs)).sum()
for array, d in zip(final, case.objective.state):
    loss = loss + (array[0] * torch.tensor(d)).sum()
loss.backward()
table = grouped_table(case)
np.testing.assert_allclose(outputs.detach().numpy(), table.forward()["outputs"].truth.astype(float), 1e-12)
for name, truth in replay.gradient(case).items():
    np.testing.assert_allclose(blocks[name].grad.numpy(), truth.astype(float), 1e-10, 1e-13, err_msg=name)
    np.testing.assert_allclose(table.gradient(case.reach)[name], truth, 1e-12, 1e-15)
"""


@pytest.mark.slow
@pytest.mark.parametrize(("name", "layer"), [("lstm", "LSTM"), ("gru", "GRU")])
def test_pytorch_s_layer_has_the_same_values_and_gradients(name, layer):
    """In its stacking of gates, by its autograd."""
    if importlib.util.find_spec("torch") is None:
        pytest.skip("torch is not installed: pip install 'verified-rnn[peers]'")
    subprocess.run([sys.executable, "-c", SCRIPT.format(name=name, layer=layer)], cwd=ROOT, check=True)
