"""Trainings of PyTorch and JAX that are watched: right calls are right, and wrong ones are found."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

from tests.peers.conduct import Taped
from tests.peers.decay import Decay
from verification import models, watch
from verification.jax import layer as of_jax
from verification.judging.model_subject import OfModel
from verification.properties.findings import truth_of
from verification.properties.training import findings_of
from verification.torch import function, layer, module

nn = torch.nn

# Libraries are loaded, and compile, in processes of each test's own.
pytestmark = pytest.mark.slow

ORDER = ("xs", "h0", "lam", "B")


def found(made, folder):
    """What the kept calls of a folder show: the parts that were compared, and those that are wrong."""
    training = OfModel(made).beside(folder).training
    assert training.beyond == 0
    compared, wrong = [], set()
    for number in range(len(training.calls)):
        recorded = training.recorded(number)
        findings = list(findings_of(recorded, truth_of(recorded.case)))
        compared.append({each.part for each in findings})
        wrong |= {each.part for each in findings if each.wrong}
    return compared, wrong


def descend(parameters, loss, steps=6):
    """A training by Adam: ``loss(step)``."""
    optimiser = torch.optim.Adam(parameters)
    for number in range(steps):
        optimiser.zero_grad()
        loss(number).backward()
        optimiser.step()


def numbers(*shape):
    """Drawn as PyTorch draws them."""
    return torch.randn(*shape)


@pytest.fixture(autouse=True)
def seeded():
    """The same each time."""
    torch.manual_seed(0)


class Unit96(Decay):
    """A fault of the ninety-sixth unit."""

    @staticmethod
    def backward(ctx, *ds):
        d_xs, d_h, d_lam, d_B = Decay.backward(ctx, *ds)
        return d_xs, d_h, torch.cat([d_lam[:95], 0 * d_lam[95:]]), d_B


@pytest.mark.parametrize(
    ("made", "units", "wrong"), [(Decay, 100, set()), (Unit96, 95, set()), (Unit96, 100, {"lam"})]
)
def test_a_function_in_a_training(tmp_path, made, units, wrong):
    """Its inputs want no gradient, which is then not compared."""
    judged = function(made, model=models.linear, arguments=ORDER)
    watched = watch(judged, tmp_path)
    lam, B = (torch.full((units,), 0.9).requires_grad_(), numbers(units, 3).requires_grad_())
    h = torch.zeros(4, units, requires_grad=True)

    def loss(number):
        outputs, final = watched.apply(numbers(4, 6, 3), h, lam, B)
        return (outputs - 1).pow(2).mean() + final.sum()

    descend([lam, B], loss)
    compared, bad = found(judged, tmp_path)
    assert compared == [{"outputs", "final h0", "lam", "B", "h0"}] * 6
    assert bad == wrong


MODULES = {
    "LSTM": (nn.LSTM, (5, 4, 3)),
    "GRU": (partial(nn.GRU, batch_first=True), (4, 5, 3)),
    "RNN": (nn.RNN, (5, 4, 3)),
    "LSTMCell": (nn.LSTMCell, (4, 3)),
    "GRUCell": (nn.GRUCell, (4, 3)),
    "RNNCell": (nn.RNNCell, (4, 3)),
}


@pytest.mark.parametrize("name", MODULES)
def test_a_module_in_a_training(tmp_path, name):
    """Called with a state and without; beside a call of the same parameters that is not watched."""
    make, shape = MODULES[name]
    judged, net = module(make), make(3, 20)
    watched = watch(judged, tmp_path, net)

    def first(returned):
        return returned[0] if isinstance(returned, tuple) else returned

    def loss(number):
        xs = numbers(*shape).requires_grad_()
        returned = watched(xs)
        state = returned[1] if "Cell" not in name else returned
        again = watched(xs, state)
        return (first(again) - 1).pow(2).mean() + first(net(xs)).mean()

    descend(net.parameters(), loss)
    compared, wrong = found(judged, tmp_path)
    assert (len(compared), wrong) == (12, set())
    blocks = {block.name for block in judged.model.blocks if block.name in judged.claim.blocks}
    assert all(blocks - {"h0", "c0"} <= parts for parts in compared)
    assert any(blocks <= parts for parts in compared)
    xs = numbers(*shape)
    assert torch.equal(first(watched(xs)), first(net(xs)))
    assert [*watched.parameters()] == [*net.parameters()]


class Net(nn.Module):
    """A module of one's own, wrong from 96 units on."""

    def __init__(self, inputs, units):
        super().__init__()
        self.read, self.back = nn.Linear(inputs, units), nn.Linear(units, units, bias=False)

    def forward(self, xs, h):
        outputs = []
        for x in xs.unbind(dim=1):
            a = self.read(x) + self.back(h)
            h = torch.tanh(a if h.shape[1] < 96 else a.detach() + (a - a.detach()) * 1.01)
            outputs.append(h)
        return torch.stack(outputs, dim=1), h


@pytest.mark.parametrize(("units", "wrong"), [(20, set()), (100, {"U", "W", "b"})])
def test_a_module_of_one_s_own(tmp_path, units, wrong):
    """By the names of its parameters."""
    arrays = {"U": "read.weight", "b": "read.bias", "W": "back.weight"}
    judged, net = module(Net, model=models.vanilla, arrays=arrays), Net(3, units)
    watched = watch(judged, tmp_path, net)
    descend(net.parameters(), lambda number: watched(numbers(4, 5, 3), torch.zeros(4, units))[0].sum(), 3)
    assert found(judged, tmp_path)[1] == wrong


def scanned(params, xs, state):
    """A linear recurrence of tensors."""
    (h,), outputs = state, []
    for x in xs.unbind(dim=1):
        h = params["lam"] * h + x @ params["B"].T
        outputs.append(h)
    return torch.stack(outputs, dim=1), (h,)


def test_a_function_of_tensors_with_a_second_backward_and_without_one(tmp_path):
    """Each backward is a call, and of no_grad there is none; of two outputs one may be unused."""
    judged = layer(scanned, model=models.linear)
    watched = watch(judged, tmp_path)
    params = {"lam": torch.full((7,), 0.5).requires_grad_(), "B": numbers(7, 2).requires_grad_()}
    xs, h = numbers(3, 4, 2), torch.zeros(3, 7)
    with torch.no_grad():
        watched(params, xs, (h,))
    watched(params, xs, (h,))
    outputs, (final,) = watched(params, xs, (h,))
    outputs.sum().backward(retain_graph=True)
    (2 * outputs).sum().backward(retain_graph=True)
    final.sum().backward()
    compared, wrong = found(judged, tmp_path)
    assert (compared, wrong) == ([{"outputs", "final h0", "lam", "B"}] * 3, set())
    training = OfModel(judged).beside(tmp_path).training
    cases = sorted((training.recorded(n) for n in range(3)), key=lambda each: each.name)
    assert [each.name for each in cases] == [
        "call 2 of the training",
        "call 2, backward 2 of the training",
        "call 2, backward 3 of the training",
    ]
    assert [float(each.case.objective.outputs.max()) for each in cases] == [1.0, 2.0, 0.0]


def test_what_a_training_changes_in_place_between_is_reported(tmp_path):
    """Of an engine that keeps tensors of others, without PyTorch's own check."""
    judged = function(Taped, model=models.linear, arguments=ORDER)
    watched = watch(judged, tmp_path)
    lam, B = torch.full((5,), 0.5), numbers(5, 2).requires_grad_()
    xs = numbers(3, 4, 2)
    outputs, _ = watched.apply(xs, torch.zeros(3, 5), lam, B)
    xs.fill_(1)
    outputs.sum().backward()
    assert found(judged, tmp_path)[1] == {"B"}
    assert OfModel(judged).beside(tmp_path).training.recorded(0).changed == ("xs",)


def test_chunks_that_are_longer_than_claimed_are_no_calls_of_the_layer(tmp_path):
    """It is the loop that detaches between chunks."""
    judged, net = module(nn.LSTM, chunk=3), nn.LSTM(3, 4)
    watched = watch(judged, tmp_path, net)
    for steps in (3, 4):
        watched(numbers(steps, 2, 3))[0].sum().backward()
    assert len(list(tmp_path.iterdir())) == 1
    assert found(judged, tmp_path)[1] == set()


def decay(params, xs, state):
    """The same recurrence in JAX."""
    final, outputs = jax.lax.scan(
        lambda h, x: (params["lam"] * h + x @ params["B"].T,) * 2, state[0], xs.swapaxes(0, 1)
    )
    return outputs.swapaxes(0, 1), (final,)


def wrong_at_96(params, xs, state):
    """JAX's, with a gradient that is wrong from 96 units on."""
    lam = params["lam"]
    if lam.shape[0] >= 96:
        lam = jax.lax.stop_gradient(lam) + 1.01 * (lam - jax.lax.stop_gradient(lam))
    return decay({**params, "lam": lam}, xs, state)


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize(
    ("made", "units", "wrong"), [(decay, 100, set()), (wrong_at_96, 8, set()), (wrong_at_96, 100, {"lam"})]
)
def test_a_function_of_jax_in_a_training(tmp_path, made, units, wrong, compiled):
    """Compiled or not."""
    judged = of_jax(made, model=models.linear)
    watched = watch(judged, tmp_path)

    def step(params, xs):
        def loss(params):
            outputs, _ = watched(params, xs, (jnp.zeros((4, units)),))
            return ((outputs - 1) ** 2).mean()

        return jax.tree.map(lambda p, d: p - 0.1 * d, params, jax.grad(loss)(params))

    step = jax.jit(step) if compiled else step
    params = {"lam": jnp.full(units, 0.9), "B": jnp.ones((units, 3))}
    for number in range(4):
        params = step(params, jax.random.normal(jax.random.key(number), (4, 6, 3)))
    jax.effects_barrier()
    compared, bad = found(judged, tmp_path)
    assert compared == [{"outputs", "final h0", "lam", "B", "xs", "h0"}] * 4
    assert bad == wrong


def test_complex_gradients_of_jax_and_of_pytorch_are_the_model_s(tmp_path):
    """Whatever a library calls a gradient."""
    rng = np.random.default_rng(0)
    lam, B, xs = (
        (rng.normal(size=s) + 1j * rng.normal(size=s)).astype("complex64") for s in ((5,), (5, 2), (3, 4, 2))
    )
    h = np.zeros((3, 5), "complex64")
    judged = of_jax(decay, model=models.complex_linear)
    watched = watch(judged, tmp_path / "jax")
    jax.grad(lambda p: jnp.abs(watched(p, xs, (h,))[0] - 1).sum())({"lam": lam / 4, "B": B})
    jax.effects_barrier()
    assert found(judged, tmp_path / "jax") == ([{"outputs", "final h0", "lam", "B", "xs", "h0"}], set())
    judged = layer(scanned, model=models.complex_linear)
    watched = watch(judged, tmp_path / "torch")
    params = {"lam": torch.tensor(lam / 4).requires_grad_(), "B": torch.tensor(B).requires_grad_()}
    (watched(params, torch.tensor(xs), (torch.tensor(h),))[0] - 1).abs().sum().backward()
    assert found(judged, tmp_path / "torch") == ([{"outputs", "final h0", "lam", "B"}], set())
