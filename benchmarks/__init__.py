"""What the hand derivation buys: the engine timed beside autograd, PyTorch, JAX and the machine's floor.

One question a file, one library a file in ``contenders/``. No time is shown unless the gradients agreed.
"""
