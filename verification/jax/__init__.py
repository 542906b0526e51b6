"""JAX under the verifier: functions with a custom_vjp or without, scans, cells of Flax and Equinox.

    from verification.jax import layer
    verify(layer(apply, model=lstm))        # apply(params, xs, state) -> outputs, state

JAX runs in float64 where a case has that type, within each call: its settings are not changed. Needs the
extra ``jax``.
"""

from verification.jax.cells import cell
from verification.jax.layers import layer
from verification.jax.modules import equinox, flax

__all__ = ["cell", "equinox", "flax", "layer"]
