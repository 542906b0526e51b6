"""A recurrence of first order for all steps at once, by an associative scan; arrays are (N, T, …).

    h_t = a_t ⊙ h_{t−1} + b_t

A step is the map (a, b): h ↦ a ⊙ h + b. Two in a row are one, (a′ ⊙ a, a′ ⊙ b + b′), and which two are joined
first is of no account; so the map from before step 0 to after each step can be had in log₂ T rounds.

What flows back is such a recurrence, from the last step to the first, g_{T−1} = d_{T−1} + dh:

    g_t = a_{t+1} ⊙ g_{t+1} + d_t        da_t = g_t ⊙ h_{t−1}        db_t = g_t        dh_{−1} = a_0 ⊙ g_0

Of complex numbers a_{t+1}, h_{t−1} and a_0 are conjugates there.

Sources: Hillis and Steele, *Data parallel algorithms*, 1986; Blelloch, *Prefix sums and their applications*,
1990, section 1.4; Martin and Cundy, *Parallelizing linear recurrent neural nets over sequence length*, arXiv
1709.04057.
"""

import numpy as np


def then(first, second):
    """Two maps in a row, as one."""
    (a, b), (next_a, next_b) = first, second
    return next_a * a, next_a * b + next_b


def of(steps, maps):
    """The maps of some steps."""
    return tuple(array[:, steps] for array in maps)


def hillis_steele(maps, join=then):
    """Of every step the map from before step 0: in a round each is joined to what ends where it begins."""
    span, length = 1, maps[0].shape[1]
    while span < length:
        longer = join(of(slice(None, -span), maps), of(slice(span, None), maps))
        maps = tuple(
            np.concatenate([array[:, :span], joined], axis=1)
            for array, joined in zip(maps, longer, strict=True)
        )
        span *= 2
    return maps


def blelloch(maps, join=then):
    """The same by halves: of pairs of steps first, and then of the steps between."""
    length = maps[0].shape[1]
    if length == 1:
        return maps
    odd, even = slice(1, None, 2), slice(2, None, 2)
    to_odd = blelloch(join(of(slice(None, length - 1, 2), maps), of(odd, maps)), join)
    to_even = join(of(slice(None, (length - 1) // 2), to_odd), of(even, maps))
    whole = tuple(np.empty_like(array) for array in maps)
    for array, each, at_odd, at_even in zip(whole, maps, to_odd, to_even, strict=True):
        array[:, 0], array[:, odd], array[:, even] = each[:, 0], at_odd, at_even
    return whole


def recurrence(a, b, h, prefix):
    """The states after each step (N, T, …), from the one before step 0 (N, …)."""
    a, b = prefix((a, b))
    return a * h[:, None] + b


def flows_back(a, d, dh, prefix):
    """g (N, T, …): what flows back to the state after each step, from each step's own and the last one's."""
    later = np.concatenate([np.ones_like(a[:, :1]), a[:, :0:-1]], axis=1)
    return recurrence(later, d[:, ::-1], dh, prefix)[:, ::-1]


def before(h, states):
    """The states before each step (N, T, …)."""
    return np.concatenate([h[:, None], states[:, :-1]], axis=1)
