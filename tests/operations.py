"""Every function of autograd.numpy that has a derivative, as a step of a model may call it on matrices.

``a`` is (N, H, H) and ``w`` (H, H), with numbers between a quarter and three quarters; what is made of
them has to fit to ``a``.
"""

from collections.abc import Callable

import autograd.numpy as anp
from autograd.core import primitive_vjps

ROOMS = {"": anp, "linalg.": anp.linalg, "fft.": anp.fft}


def _has_derivative(value: object) -> bool:
    try:
        return value in primitive_vjps
    except TypeError:
        return False


NAMES = tuple(
    f"{prefix}{name}"
    for prefix, room in ROOMS.items()
    for name, value in sorted(vars(room).items())
    if _has_derivative(value)
)


def _last(a: anp.ndarray, made: anp.ndarray) -> anp.ndarray:
    """As many numbers of the last axis as a has."""
    return made[..., : a.shape[-1]]


def _turned(a: anp.ndarray) -> tuple[int, ...]:
    """The axes, the last two in each other's place."""
    return (*range(a.ndim - 2), a.ndim - 1, a.ndim - 2)


def _doubled(a: anp.ndarray) -> anp.ndarray:
    return anp.concatenate([a, a], axis=-1)


def _of_two(name: str) -> Callable[..., anp.ndarray]:
    return lambda a, w: getattr(anp, name)(a, w)


def _along(name: str) -> Callable[..., anp.ndarray]:
    return lambda a, w: getattr(anp, name)(a, axis=-1, keepdims=True)


def _parted(name: str, **options: int) -> Callable[..., anp.ndarray]:
    return lambda a, w: getattr(anp, name)(a, 1, **options)[0]


def _transformed(name: str, axes: tuple[int, ...] | None = None) -> Callable[..., anp.ndarray]:
    options = {} if axes is None else {"axes": axes}
    return lambda a, w: _last(a, anp.real(getattr(anp.fft, name)(_doubled(a), **options)))


# Those that are not called with ``a`` alone.
CALLS: dict[str, Callable[..., anp.ndarray]] = {
    **{
        name: _of_two(name)
        for name in (
            *("add", "arctan2", "atan2", "divide", "dot", "fmax", "fmin", "hypot", "inner", "logaddexp"),
            *("logaddexp2", "matmul", "maximum", "minimum", "mod", "multiply", "pow", "power", "remainder"),
            *("subtract", "true_divide"),
        )
    },
    **{name: _along(name) for name in ("amax", "amin", "max", "mean", "min", "prod", "std", "sum", "var")},
    **{name: _parted(name, axis=-1) for name in ("array_split", "split")},
    **{name: _parted(name) for name in ("dsplit", "hsplit", "vsplit")},
    **{f"fft.{name}": _transformed(name) for name in ("fft", "ifft", "rfft", "irfft")},
    **{
        f"fft.{name}": _transformed(name, (-2, -1))
        for name in ("fft2", "ifft2", "fftn", "ifftn", "fftshift", "ifftshift")
    },
    **{f"fft.{name}": _transformed(name, (-1,)) for name in ("rfft2", "rfftn", "irfft2", "irfftn")},
    "_original_where": lambda a, w: anp.where(a > 0.5, a, 2 * a),
    "acosh": lambda a, w: anp.acosh(1 + a),
    "arccosh": lambda a, w: anp.arccosh(1 + a),
    "array_from_args": lambda a, w: anp.array([a, a])[0],
    "astype": lambda a, w: anp.astype(a, a.dtype),
    "broadcast_to": lambda a, w: anp.broadcast_to(a, a.shape),
    "clip": lambda a, w: anp.clip(a, 0.4, 0.6),
    "concatenate_args": lambda a, w: _last(a, _doubled(a)),
    "cross": lambda a, w: anp.cross(anp.stack([a, a * a, 2 * a], -1), anp.stack([a * a, a, a], -1))[..., 0],
    "cumsum": lambda a, w: anp.cumsum(a, axis=-1),
    "diagonal": lambda a, w: anp.diagonal(a, axis1=-1, axis2=-2)[..., None],
    "diff": lambda a, w: _last(a, anp.diff(_doubled(a), axis=-1)),
    "einsum": lambda a, w: anp.einsum("...ij,...jk->...ik", a, w),
    "expand_dims": lambda a, w: anp.expand_dims(a, -1)[..., 0],
    "fft.truncate_pad": lambda a, w: anp.real(anp.fft.fft(a, a.shape[-1])),
    "full": lambda a, w: anp.full((3, *a.shape), a)[0],
    "gradient": lambda a, w: anp.gradient(a, axis=-1),
    "kron": lambda a, w: anp.kron(a, w)[..., : a.shape[-2], : a.shape[-1]],
    "linalg._primitive_norm": lambda a, w: anp.linalg.norm(a, axis=-1)[..., None],
    "linalg.eig": lambda a, w: anp.real(anp.linalg.eig(a)[0])[..., None],
    "linalg.eigh": lambda a, w: anp.linalg.eigh(a)[0][..., None],
    "linalg.slogdet": lambda a, w: anp.linalg.slogdet(a)[1][..., None, None],
    "linalg.solve": lambda a, w: anp.linalg.solve(a, w),
    "linalg.svd": lambda a, w: anp.linalg.svd(a)[1][..., None],
    "linspace": lambda a, w: anp.linspace(a, 2 * a, 3)[1],
    "make_diagonal": lambda a, w: anp.make_diagonal(a, axis1=-1, axis2=-2)[..., 0],
    "moveaxis": lambda a, w: anp.moveaxis(a, -1, -2),
    "outer": lambda a, w: anp.reshape(anp.outer(a, w)[..., 0], a.shape),
    "pad": lambda a, w: _last(a, anp.pad(a, [(0, 0)] * (a.ndim - 1) + [(1, 0)], "constant")),
    "partition": lambda a, w: anp.partition(a, 0, axis=-1),
    "permute_dims": lambda a, w: anp.permute_dims(a, _turned(a)),
    "ravel": lambda a, w: anp.reshape(anp.ravel(a), a.shape),
    "repeat": lambda a, w: _last(a, anp.repeat(a, 2, axis=a.ndim - 1)),
    "reshape": lambda a, w: anp.reshape(a, (*a.shape[:-2], -1)).reshape(a.shape),
    "roll": lambda a, w: anp.roll(a, 1, axis=-1),
    "rollaxis": lambda a, w: anp.rollaxis(a, a.ndim - 1, a.ndim - 2),
    "rot90": lambda a, w: anp.rot90(a, axes=(-2, -1)),
    "sort": lambda a, w: anp.sort(a, axis=-1),
    "squeeze": lambda a, w: anp.squeeze(a[..., None], -1),
    "swapaxes": lambda a, w: anp.swapaxes(a, -1, -2),
    "tensordot": lambda a, w: anp.tensordot(a, w, axes=([-1], [0])),
    "tile": lambda a, w: _last(a, anp.tile(a, (*[1] * (a.ndim - 1), 2))),
    "trace": lambda a, w: anp.trace(a, axis1=-1, axis2=-2)[..., None, None],
    "transpose": lambda a, w: anp.transpose(a, _turned(a)),
}

# Those that no step can be judged by, and what is said of one.
REFUSED = {
    **{
        f"linalg.{name}": "is unsupported in linalg"
        for name in ("cholesky", "det", "eig", "eigh", "inv", "pinv", "slogdet", "solve", "svd")
    },
    "diag": "the step does not run: ValueError: Input must be 1- or 2-d.",
    "flipud": "the step mixes records",
    "full": "its oracles disagree on x: autograd says ",
    "gradient": "Shape of array too small to calculate .*, at N 1, T 3, H 1",
    "linspace": "the step uses what autograd cannot differentiate: ValueError: ",
    "outer": "the step uses what autograd cannot differentiate: ValueError: ",
    "partition": "autograd cannot differentiate: NotImplementedError: Gradient of partition",
    "rot90": "the step uses what autograd cannot differentiate: TypeError: ",
    "sort": "the step uses what autograd cannot differentiate: NotImplementedError: Gradient of sort",
    "trace": "the step uses what autograd cannot differentiate: TypeError: ",
}


def call(name: str) -> Callable[..., anp.ndarray]:
    """What a step makes of ``a`` and ``w``."""
    if name in CALLS:
        return CALLS[name]
    prefix, _, rest = name.rpartition(".")
    function = getattr(ROOMS[f"{prefix}." if prefix else ""], rest)
    return lambda a, w: function(a)
