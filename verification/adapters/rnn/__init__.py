"""What is known of ``rnn``: its cells as engines, its own form of a problem, and fixed problems."""
