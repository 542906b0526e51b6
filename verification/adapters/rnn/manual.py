"""The hand-derived gradients of ``rnn``'s vanilla cell, as a function of a problem."""

import rnn
from verification.adapters.rnn.engine import gradients_of

manual = gradients_of(rnn, "Vanilla")
