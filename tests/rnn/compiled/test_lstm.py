"""The compiled loops of the LSTM cell, with each function that its model has, under the verifier.

``tests/rnn/cells/test_judged.py`` asks both texts of every cell, ``tests/rnn/test_loops.py`` compares them.
"""

from tests.rnn.cells.judged import each_function

test_each_function_shows_no_fault = each_function("LSTM")
