"""A plain stack of an LSTM and a GRU: one plain layer over the outputs of the other."""

from tests.layers import gru, lstm


def of_level(blocks, level):
    """The blocks of a level, by their names in it."""
    end = f"_l{level}"
    return {name.removesuffix(end): block for name, block in blocks.items() if name.endswith(end)}


def forward(params, xs, state):
    h, c, h_above = state
    between, last_below, saved_below = lstm.forward(of_level(params, 0), xs, (h, c))
    outputs, last_above, saved_above = gru.forward(of_level(params, 1), between, (h_above,))
    return outputs, (*last_below, *last_above), (saved_below, saved_above)


def backward(saved, d_outputs, d_state):
    saved_below, saved_above = saved
    d_h, d_c, d_h_above = d_state
    above, d_between, d_state_above = gru.backward(saved_above, d_outputs, (d_h_above,))
    below, d_xs, d_state_below = lstm.backward(saved_below, d_between, (d_h, d_c))
    by_name = {f"{name}_l0": block for name, block in below.items()}
    by_name |= {f"{name}_l1": block for name, block in above.items()}
    return by_name, d_xs, (*d_state_below, *d_state_above)
