"""Recurrent cells, one a file; ``cell.py`` holds the protocol that they share."""

from rnn.cells.cell import Params
from rnn.cells.gru import GRU, GRUParams
from rnn.cells.lstm import LSTM
from rnn.cells.vanilla import Vanilla

__all__ = ["GRU", "LSTM", "GRUParams", "Params", "Vanilla"]
