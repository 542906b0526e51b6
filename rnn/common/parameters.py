"""Parameters as a type checker sees them: any NamedTuple of arrays, and the same one from call to call."""

from typing import TYPE_CHECKING, Any

from rnn.common.arrays import Array

if TYPE_CHECKING:
    # A default, which the standard library's has from Python 3.13 on: where it is not said which, it is any.
    from typing_extensions import TypeVar

    Blocks = TypeVar("Blocks", bound=tuple[Array, ...], default=Any)
    Own = TypeVar("Own", bound=tuple[Array, ...], covariant=True, default=Any)
    OwnWeights = TypeVar("OwnWeights", bound=tuple[Array, ...], covariant=True, default=Any)
else:
    from typing import TypeVar

    Blocks = TypeVar("Blocks")
    Own, OwnWeights = (TypeVar(name, covariant=True) for name in ("Own", "OwnWeights"))
