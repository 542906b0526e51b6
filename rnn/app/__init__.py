"""The commands of ``python -m rnn``: one's own series or text, from a file to a forecast.

Nothing of it is imported by ``import rnn``. A series comes from a table (``table``, ``calendar``), is scaled
and split (``preparing``) or is a text (``text``), is learnt in a folder that can be gone on from (``folder``,
``course``), stands beside predictors that learn little (``predictors``), and is drawn (``pictures``).
"""
