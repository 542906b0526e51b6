"""Dropout: entries of what one level of a stack hands up to the next are 0, others in each update.

With a probability p each entry is 0, and else divided by 1 − p, so that what the next level reads stays the
same on average, and nothing is dropped or scaled when a network predicts. Nothing is dropped from step to
step, nor of what the level on top puts out: what ``dropout`` is of ``torch.nn``.

Source: Srivastava et al. (2014), "Dropout", section 10; of recurrent networks between levels alone Zaremba,
Sutskever and Vinyals (2014), "Recurrent neural network regularization".
"""

from collections.abc import Sequence

import numpy as np

from rnn.common.arrays import Array
from rnn.common.checks import checked_number, shown


def dropout_masks(
    rng: np.random.Generator, dropout: float, widths: Sequence[int], xs: Array
) -> tuple[Array, ...]:
    """For xs (N, T, D) a mask (N, T, ·) of each of these widths: entries 0 or 1 / (1 − p), of the same dtype.

    ``dropout`` is p, at least 0 and below 1.

    >>> (mask,) = dropout_masks(np.random.default_rng(0), 0.5, [3], np.ones((1, 2, 4)))
    >>> mask.tolist()
    [[[2.0, 0.0, 0.0], [0.0, 2.0, 2.0]]]
    """
    kept = (rng.random((*xs.shape[:2], width)) >= dropout for width in widths)
    return tuple(each.astype(xs.dtype) / (1 - dropout) for each in kept)


def checked_dropout(dropout: object, widths: Sequence[int], name: str = "dropout") -> float:
    """A probability as a float; TypeError for what is no number, ValueError for one that cannot be.

    ``widths``: those of what is handed up from level to level; where there are none only 0 can be.
    """
    found = checked_number(name, dropout)
    if not 0 <= found < 1:
        raise ValueError(f"{name}: {shown(dropout)}, needed at least 0 and below 1")
    if found and not widths:
        raise ValueError(
            f"{name}: {shown(dropout)}, needed 0 with one layer: it is of what one hands up to the next"
        )
    return found
