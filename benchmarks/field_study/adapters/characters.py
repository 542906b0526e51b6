"""Models of characters: a softmax and its cross-entropy behind a cell. For code that knows no other loss.

A class is what a target's largest entry says. The gradient at the logits, p − onehot, is written as code has
it, since its rounding is that of p and of 1, not of their difference; that it is the derivative of the value
is checked with the rest of the model.
"""

from dataclasses import replace

import autograd.numpy as np

from verification import Block, Use
from verification.models import lstm, vanilla
from verification.models.product import rows


def classes(targets):
    """The class of each row; equal entries stay equal, rounded or not."""
    return np.argmax(np.round(targets, 6), axis=-1)


def cross_entropy(f, outputs, target):
    """−log p of the class, for each record."""
    e = np.exp(outputs - f.stop(np.max(outputs, axis=-1, keepdims=True)))
    p = f.probability(e / np.sum(e, axis=-1, keepdims=True))
    wanted = 1.0 * (classes(target)[..., None] == np.arange(outputs.shape[-1]))
    return f.surrogate(-np.log(np.sum(wanted * p, axis=-1)), np.sum(f.stop(p - wanted) * outputs, axis=-1))


def of_characters(model):
    """The model with this loss."""
    functions = {**model.functions, "probability": ("identity",)}
    return replace(model, name=f"{model.name} of characters", loss=cross_entropy, functions=functions)


def step_without_biases(f, p, x, h):
    return f.activation(rows(p.U, x) + rows(p.W, h))


def readout_without_bias(f, p, h):
    return rows(p.V, h)


plain = replace(
    vanilla,
    name="vanilla without biases",
    blocks=(
        *(block for block in vanilla.blocks if block.name not in ("b", "c", "xs", "h0")),
        Block("xs", ("D",), Use.INPUT, meaning="inputs"),
        Block("h0", ("H",), Use.STATE, meaning="initial state"),
    ),
    step=step_without_biases,
    readout=readout_without_bias,
)
vanilla_of_characters = of_characters(vanilla)
lstm_of_characters = of_characters(lstm)
plain_of_characters = of_characters(plain)


def logits_and_loss(outputs, wanted):
    """The loss of logits (T, K) by the classes that are wanted, for code that returns none, or another."""
    shifted = outputs - outputs.max(axis=1, keepdims=True)
    logs = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(wanted)), wanted]
    return logs.sum()
