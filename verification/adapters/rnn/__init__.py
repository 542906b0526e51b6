"""The engines of ``rnn``: its cells, its form of a problem, and fixed problems."""
