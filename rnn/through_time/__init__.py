"""The recursion through time: a forward over every step, and losses that travel back over routes of steps.

``bptt`` holds the two loops over steps, ``routes`` how the sweeps of a truncation travel back, and ``spans``
the same as arrays for compiled loops. ``workspace`` keeps arrays from call to call, ``checkpoints`` computes
states twice to keep fewer of them.
"""
