"""Functions of gates that are exponentials: decays, step sizes, and what is left or normalised."""

import autograd.numpy as np

from verification.models import activations
from verification.models.functions import Function

# A decay or a gate from its logarithm; its slope is its value.
exp = Function("exp", activations.exp, slope_sensitivity=lambda y: np.abs(y), holomorphic=True)

# A step size, log(1 + eᵃ); its slope from its value y is 1 − e⁻ʸ.
softplus = Function(
    "softplus", activations.softplus, slope_sensitivity=lambda y: np.abs(y * np.exp(-y)), holomorphic=True
)

# The logarithm of a gate; its slope from its value y is 1 − eʸ.
log_sigmoid = Function(
    "log_sigmoid",
    activations.log_sigmoid,
    slope_sensitivity=lambda y: np.abs(y * np.exp(y)),
    holomorphic=True,
)

# What a gate leaves: 1 − a.
rest = Function("rest", lambda a: 1 - a, holomorphic=True, rational=True)

# What keeps the variance of a decayed sum: √(1 − a²); its slope is −a / y, of its value y.
root = Function(
    "root",
    lambda a: np.sqrt((1 - a) * (1 + a)),
    slope_sensitivity=lambda y: np.sqrt((1 - y) * (1 + y)) / y,
    holomorphic=True,
)
