"""PyTorch under the verifier: an autograd.Function, a Module as nn.LSTM, and any function of tensors.

from verification.torch import module
verify(module(torch.nn.LSTM))

Needs the extra ``torch``.
"""

from verification.torch.layers import function, layer
from verification.torch.modules import module

__all__ = ["function", "layer", "module"]
