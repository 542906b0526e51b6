"""Forms that a gradient is declared to have: what it is made of, and so what its rounding may be.

Where a recurrence decays by exp(g_t), the gradient of g_t is a sum over all later steps,

    d_g[t] = Σ_{s ≥ t} (q_s ⊙ dq_s − k_s ⊙ dk_s) + S_T ⊙ dS_T        over the axes that g does not have

and code in chunks makes it so. Where the terms cancel it is off by roundings of the largest, however small
it is itself. {"g": ("q", "k", "S0")} declares that: the INPUT blocks whose products with their gradients are
added up, and the STATE blocks whose final state's with its cotangent are. The signs are of no account.

Source: Yang et al., *Gated linear attention transformers*, arXiv 2312.06635, appendix C.
"""

from collections.abc import Mapping
from dataclasses import replace

from verification.models.model import Block, Model, Use


def formed(model: Model, forms: Mapping[str, tuple[str, ...]]) -> Model:
    """The model whose blocks have these forms; raises ValueError, in one line, for one that does not fit the
    model.
    """
    known = {block.name: block for block in model.of(Use.INPUT, Use.STATE)}
    inputs = [block.name for block in model.of(Use.INPUT)]
    for name, form in forms.items():
        if name not in inputs or not form or isinstance(form, str):
            raise ValueError(
                f"forms: {name}: {form!r}, needed for one of {', '.join(inputs)} a tuple of blocks"
            )
        for other in form:
            if other not in known or not _holds(known[other], model.block(name)):
                raise ValueError(
                    f"forms: {name}: {other!r}, needed inputs or states that have its dimensions"
                )
    blocks = tuple(replace(block, form=tuple(forms.get(block.name, ()))) for block in model.blocks)
    return replace(model, blocks=blocks) if forms else model


def _holds(other: Block, block: Block) -> bool:
    """Does the other block have the block's axes, in the same order?"""
    return tuple(axis for axis in other.axes if axis in block.axes) == block.axes


def in_words(forms: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Each form in a few words."""
    return tuple(
        f"the gradient of {name} is made by suffix sums of {', '.join(form)}" for name, form in forms.items()
    )
