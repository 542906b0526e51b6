"""Recurrent cells, one a file; ``cell.py`` holds the protocol that they share."""

from rnn.cells.vanilla import Vanilla

__all__ = ["Vanilla"]
