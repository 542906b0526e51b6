"""Cells, one a file: the forward lines of the file of the same name in ``rnn/cells``, and no backward."""

from verification.reference.cells import vanilla

STEPS = {"vanilla": vanilla.step}
