"""The reference: the same forward computation in ``autograd.numpy``, as textbook loops, forward only.

It imports nothing of ``rnn``. Gradients come from ``autograd.grad``; there is no backward here to get wrong.
"""
