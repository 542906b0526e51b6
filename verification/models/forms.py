"""Forms that a gradient is declared to have: what it is made of, and so what its rounding may be.

Where a recurrence decays by exp(g_t), the gradient of g_t is a sum over all later steps,

    d_g[t] = Σ_{s ≥ t} (q_s ⊙ dq_s − k_s ⊙ dk_s) + S_T ⊙ dS_T        over the axes that g does not have

and code in chunks makes it so. Where the terms cancel it is off by roundings of the largest, however small
it is itself. {"g": ("q", "k", "S0")} declares that: the INPUT blocks whose products with their gradients are
added up, and the STATE blocks whose final state's with its cotangent are. The signs are of no account.

The sum over all steps is S_0 ⊙ dS_0, so that the same gradient is also a sum over the steps before,

    d_g[t] = S_0 ⊙ dS_0 − Σ_{s < t} (q_s ⊙ dq_s − k_s ⊙ dk_s)

whose terms cancel where no loss follows. {"g": {"prefix": ("q", "k", "S0")}} declares that, with the products
of initial states and their gradients.

Source: Yang et al., *Gated linear attention transformers*, arXiv 2312.06635, appendix C.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias

from verification.models.model import Block, Model, Use

# Blocks of suffix sums; {"prefix": blocks} of prefix sums.
Form: TypeAlias = tuple[str, ...] | Mapping[str, tuple[str, ...]]

PREFIX = "prefix"


def formed(model: Model, forms: Mapping[str, Form]) -> Model:
    """The model whose blocks have these forms; raises ValueError, in one line, for one that does not fit the
    model.
    """
    known = {block.name: block for block in model.of(Use.INPUT, Use.STATE)}
    inputs, made = [block.name for block in model.of(Use.INPUT)], {}
    for name, form in forms.items():
        blocks = form.get(PREFIX) if isinstance(form, Mapping) and len(form) == 1 else form
        if name not in inputs or not blocks or isinstance(blocks, str | Mapping):
            raise ValueError(
                f"forms: {name}: {form!r}, needed for one of {', '.join(inputs)} a tuple of blocks, or "
                f"{{{PREFIX!r}: one}}"
            )
        for other in blocks:
            if other not in known or not _holds(known[other], model.block(name)):
                raise ValueError(
                    f"forms: {name}: {other!r}, needed inputs or states that have its dimensions"
                )
        made[name] = tuple(blocks)
    changed = (
        replace(block, form=made.get(block.name, ()), prefix=isinstance(forms.get(block.name), Mapping))
        for block in model.blocks
    )
    return replace(model, blocks=tuple(changed)) if forms else model


def _holds(other: Block, block: Block) -> bool:
    """Does the other block have the block's axes, in the same order?"""
    return tuple(axis for axis in other.axes if axis in block.axes) == block.axes


def in_words(model: Model) -> tuple[str, ...]:
    """Each form of a model's blocks in a few words."""
    return tuple(
        f"the gradient of {block.name} is made by {'prefix' if block.prefix else 'suffix'} sums of "
        f"{', '.join(block.form)}"
        for block in model.blocks
        if block.form
    )
