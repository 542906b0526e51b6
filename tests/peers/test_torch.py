"""PyTorch's own modules, Functions and loops before the verifier, and what is said where they do not fit."""

from dataclasses import replace
from functools import partial
from itertools import pairwise

import pytest
import torch

from tests.layers.own import embedding, short_convolution, two_outputs
from tests.peers.checked import judged, wrong
from tests.peers.decay import Decay
from verification import Scope
from verification.diagnosis.conventions import agreeing
from verification.diagnosis.probe import healthy_case
from verification.models import complex_scan, linear, lstm, scan, vanilla
from verification.models.truncation import Standard
from verification.processes.invalid import InvalidAnswer
from verification.properties.calling import run_case
from verification.properties.findings import findings, truth_of
from verification.torch import function, layer, module
from verification.torch.modules import KNOWN

# Libraries are loaded, and compile, in processes of each test's own.
pytestmark = pytest.mark.slow

nn = torch.nn


class NoState(Decay):
    """Its backward gives the initial state none."""

    @staticmethod
    def backward(ctx, *ds):
        d_xs, _, d_lam, d_B = Decay.backward(ctx, *ds)
        return d_xs, None, d_lam, d_B


class InPlace(Decay):
    """It changes a cotangent that is not its own."""

    @staticmethod
    def backward(ctx, d_outputs, dh):
        found = Decay.backward(ctx, d_outputs, dh)
        d_outputs *= 2
        return found


class NoFinal(Decay):
    """It returns no final state, and so its outputs alone."""

    @staticmethod
    def forward(ctx, *given):
        return Decay.forward(ctx, *given)[0]

    @staticmethod
    def backward(ctx, d_outputs):
        return Decay.backward(ctx, d_outputs, torch.zeros_like(d_outputs[:, 0]))


class Continued(nn.RNN):
    """Each call begins with what the last has left."""

    left = 0.0

    def forward(self, xs, h):
        outputs, final = super().forward(xs, h + self.left)
        self.left = final.detach().mean().item()
        return outputs, final


def h_alone(params, xs, state):
    """An LSTM whose cell state begins at zero, and is not returned."""
    h, c, outputs = state[0], torch.zeros_like(state[0]), []
    for x in xs.unbind(dim=1):
        i, f, g, o = (x @ params["U"].T + h @ params["W"].T + params["b"]).chunk(4, dim=1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        outputs.append(h)
    return torch.stack(outputs, dim=1), (h, None)


def two(params, xs, state):
    """Two outputs, by name."""
    (h,), states = state, []
    for x in xs.unbind(dim=1):
        h = torch.tanh(x @ params["U"].T + h @ params["W"].T + params["b"])
        states.append(h)
    states = torch.stack(states, dim=1)
    return {"energy": (states * states).sum(dim=-1) / 2, "y": states @ params["V"].T}, (h,)


class Two(torch.autograd.Function):
    """The same, one after another, by PyTorch's own gradient of it; it returns no final state."""

    @staticmethod
    def forward(ctx, U, W, b, V, xs, h0):
        ctx.save_for_backward(U, W, b, V, xs, h0)
        outputs, _ = two({"U": U, "W": W, "b": b, "V": V}, xs, (h0,))
        return outputs["y"], outputs["energy"]

    @staticmethod
    def backward(ctx, d_y, d_energy):
        given = [each.detach().requires_grad_() for each in ctx.saved_tensors]
        with torch.enable_grad():
            outputs, _ = two(dict(zip("UWbV", given[:4], strict=True)), given[4], (given[5],))
        made = [outputs["y"], outputs["energy"]]
        return torch.autograd.grad(made, given, [d_y, d_energy])


def embedded(params, xs, state):
    """Tokens by PyTorch's own embedding, and a mask."""
    (h,), outputs = state, []
    x = nn.functional.embedding(xs["token"], params["E"])
    for t, mask in enumerate(xs["mask"].bool()[..., None].unbind(dim=1)):
        h = torch.where(mask, torch.tanh(x[:, t] + h @ params["W"].T + params["b"]), h)
        outputs.append(h)
    return torch.stack(outputs, dim=1), (h,)


class Embedded(nn.Module):
    """The same as a module, made with the units and the tokens that there are."""

    def __init__(self, units, tokens):
        super().__init__()
        self.embedding = nn.Embedding(tokens, units)
        self.W, self.b = nn.Parameter(torch.zeros(units, units)), nn.Parameter(torch.zeros(units))

    def forward(self, xs, h):
        outputs, (h,) = embedded({"E": self.embedding.weight, "W": self.W, "b": self.b}, xs, (h,))
        return outputs, h


class Convolved(nn.Module):
    """A convolution of width 4 before a decaying sum."""

    def __init__(self, units):
        super().__init__()
        self.w, self.rate = nn.Parameter(torch.zeros(units, 4)), nn.Parameter(torch.zeros(units))

    def forward(self, x, state):
        h, past = state
        padded, outputs = torch.cat([past.swapaxes(1, 2), x], dim=1), []
        for t in range(x.shape[1]):
            u = torch.tanh((padded[:, t : t + 4].swapaxes(1, 2) * self.w).sum(dim=-1))
            h = torch.sigmoid(self.rate) * h + u
            outputs.append(h)
        return torch.stack(outputs, dim=1), (h, padded[:, x.shape[1] :].swapaxes(1, 2))


H_ALONE = Scope(states={"c0": "zero"}, finals=("h0",), blocks=("U", "W", "b", "xs", "h0"))

ORDER = {"model": linear, "arguments": ("xs", "h0", "lam", "B")}

RIGHT = {
    **{name: partial(module, getattr(nn, name)) for name in KNOWN},
    "batch first": partial(module, partial(nn.LSTM, batch_first=True)),
    "relu": partial(module, partial(nn.RNN, nonlinearity="relu")),
    "chunks": partial(module, nn.LSTM, chunk=2),
    "chunks, batch first": partial(module, partial(nn.GRU, batch_first=True), chunk=2),
    "a Function": partial(function, Decay, **ORDER),
    "a Function without a final state": partial(function, NoFinal, **ORDER, scope=Scope(finals=())),
    "no final state": partial(
        layer, lambda *given: (scanned(*given)[0], None), model=scan, scope=Scope(finals=())
    ),
    "one state of two": partial(layer, h_alone, model=lstm, scope=H_ALONE),
    "two outputs": partial(layer, two, model=two_outputs.MODEL),
    "a Function of two outputs": partial(function, Two, model=two_outputs.MODEL, scope=Scope(finals=())),
    "a Module of tokens": partial(module, Embedded, model=embedding.MODEL, arrays={"E": "embedding.weight"}),
    "a Module of a fixed width": partial(module, Convolved, model=short_convolution.MODEL),
    "whole numbers": partial(layer, embedded, model=embedding.MODEL),
}


@pytest.mark.parametrize("made", RIGHT.values(), ids=RIGHT)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_is_right_holds_in_every_property(made, dtype):
    """Chunks of two steps under Chunked(2, 2), all else under the full gradient."""
    assert wrong(made(), dtype) == {}


@pytest.mark.parametrize("one", range(4))
@pytest.mark.parametrize("other", range(4))
def test_two_arguments_that_are_exchanged_are_named(one, other):
    """Whatever they are, with the right order, under which all agrees."""
    order = [*ORDER["arguments"]]
    order[one], order[other] = order[other], order[one]
    engine = function(Decay, model=linear, arguments=tuple(order))
    found = agreeing(engine)
    if one == other:
        assert engine.arguments == ORDER["arguments"]
        assert wrong(engine.reordered(ORDER["arguments"])) == {}
        return
    names = {order[one], order[other]}
    assert {*found.words.removesuffix(" are exchanged").split(" and ")} == names
    assert (found.say, wrong(found.engine)) == (f"arguments={ORDER['arguments']!r}", {})


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
def test_packed_sequences_hold(kind, first):
    """Records that end early, in either order of axes."""
    engine = module(partial(kind, batch_first=first), scope=Scope(lengths=True))
    assert wrong(engine, ends=(2, 5, 1)) == {}
    assert wrong(engine) == {}


def scanned(params, xs, state):
    """A scan by PyTorch's own autograd, complex or not."""
    (h,), outputs = state, []
    for a, x in zip(xs["a"].unbind(dim=1), xs["x"].unbind(dim=1), strict=True):
        h = a * h + x
        outputs.append(h)
    return torch.stack(outputs, dim=1), (h,)


@pytest.mark.parametrize("model", [scan, complex_scan], ids=lambda model: model.name)
def test_several_inputs_and_complex_numbers(model):
    """PyTorch's gradients of complex numbers are those of the adapter."""
    assert wrong(layer(scanned, model=model)) == {}


def test_sequences_with_offsets_hold():
    """Where the scope says that they are packed."""

    def apply(params, xs, state, offsets):
        outputs, final = torch.zeros_like(xs["x"]), []
        ends = offsets.tolist()
        for s, (start, end) in enumerate(pairwise(ends)):
            h = state[0][s]
            for t in range(start, end):
                h = xs["a"][0, t] * h + xs["x"][0, t]
                outputs = outputs.index_put((torch.tensor(0), torch.tensor(t)), h)
            final.append(h)
        return outputs, (torch.stack(final),)

    engine = layer(apply, model=scan, scope=Scope(packed=True))
    case = healthy_case(engine)
    for lengths in (None, (4, 1, 2), (2, 4, 3)):
        found = findings(engine, truth_of(replace(case, lengths=lengths)))
        assert [each.wrong for each in found if each.wrong] == []


def test_a_gradient_of_none_is_zero():
    """And so wrong by its block's name, where it should be something; a cut hands it on to the others."""
    found = wrong(function(NoState, **ORDER))
    assert {part for property_, part in found if property_ != "cut"} == {"h0"}
    assert {part for property_, part in found if property_ == "cut"} == {"lam", "B", "xs", "h0"}


def test_what_is_changed_in_place_is_seen():
    """PyTorch is given the arrays themselves."""
    assert ("inputs stay", "d_outputs") in wrong(function(InPlace, **ORDER))


def test_chunks_without_their_truncation_are_wrong():
    """A detach that is not declared is found."""
    engine = module(nn.LSTM, chunk=2, scope=Scope(truncations=("Full",)))
    assert {"U", "W", "b", "h0", "c0"} <= {part for _, part in wrong(engine)}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda outputs, h: (outputs.swapaxes(0, 1), h),
            r"outputs has shape \(4, 3, 2\), needed \(3, 4, 2\)",
        ),
        (lambda outputs, h: (outputs.float(), h), "outputs has dtype float32, needed float64"),
        (lambda outputs, h: outputs, r"apply returned a Tensor, needed \(outputs, state\)"),
    ],
)
def test_an_answer_of_another_form_is_reported(change, words):
    """By the name of what is wrong."""
    engine = layer(lambda *given: change(*scanned(*given)), model=scan)
    with pytest.raises(InvalidAnswer, match=words):
        run_case(engine, healthy_case(engine))


def test_a_warm_function_is_verified_in_a_process_of_its_own():
    """PyTorch has gone backwards in this process, in whose forks it would refuse to: they do not call it."""
    engine = function(Decay, **ORDER, scope=Scope(records=(1, 3), steps=(1, 4)))
    run_case(engine, healthy_case(engine))
    found = judged(engine)
    assert (found.diagnosis, found.verdict == "refuted") == (None, False)
    assert found.informative > 10


def test_a_wrong_function_has_a_program_that_makes_it_again():
    """By its adapter, with what was said."""
    engine = function(NoState, **ORDER, scope=Scope(records=(1, 3), steps=(1, 4)))
    found = judged(engine)
    assert "h0 is wrong (all zero)" in found.diagnosis.sentence
    said = "arguments=('xs', 'h0', 'lam', 'B'), scope=Scope(records=(1, 3))"
    assert f"engine = function(made, model=model, {said})\n" in found.example.code
    assert "from verification.models import linear as model\n" in found.example.code


class Dropped(nn.Module):
    """An nn.RNN whose outputs are dropped out."""

    def __init__(self, inputs, units):
        super().__init__()
        self.rnn, self.drop = nn.RNN(inputs, units), nn.Dropout(0.5)

    def forward(self, xs, h):
        outputs, h = self.rnn(xs, h[None])
        return self.drop(outputs), h[0]


def test_dropout_in_training_is_refused_and_otherwise_is_not():
    """Its answers are drawn, so no two are alike."""
    named = {"U": "rnn.weight_ih_l0", "W": "rnn.weight_hh_l0", "b": ("rnn.bias_ih_l0", "rnn.bias_hh_l0")}
    said = {"model": vanilla, "arrays": {**named, "axes": "TN"}}
    with pytest.raises(ValueError, match=r"in training mode with dropout 0\.5, needed eval"):
        module(Dropped, **said)
    assert wrong(module(lambda *sizes: Dropped(*sizes).eval(), **said)) == {}


def test_a_declared_truncation_is_checked():
    """A loop that detaches, with its truncation."""

    def apply(params, xs, state):
        (h,), outputs = state, []
        for t, x in enumerate(xs.unbind(dim=1)):
            h = h.detach() if t and t % 3 == 0 else h
            h = torch.tanh(x @ params["U"].T + h @ params["W"].T + params["b"])
            outputs.append(h)
        return torch.stack(outputs, dim=1), (h,)

    scope = Scope(truncations=(Standard("Chunked", (3, 3)),))
    assert wrong(layer(apply, model=vanilla, scope=scope)) == {}


def test_a_module_is_used_again_and_again():
    """What it keeps, the next call meets: the first is right, and those after it are not."""
    found = wrong(module(partial(Continued, batch_first=True)))
    assert {name for name, _ in found} >= {"second call", "interleaved calls"}
    assert not {name for name, _ in found} & {"forward", "autograd"}
    assert wrong(module(partial(nn.RNN, batch_first=True))) == {}


def test_names_that_are_taken_out_of_the_parameters_are_reported():
    """They are its caller's."""

    def apply(params, xs, state):
        return h_alone({"b": params.pop("b"), **params}, xs, state)

    (said,) = wrong(layer(apply, model=lstm, scope=Scope(states={"c0": "zero"}, finals=("h0",)))).values()
    assert said.startswith("apply takes 'b' out of params")
