"""A product by a matrix that stays the same from step to step, with the matrix arranged once.

BLAS arranges both factors of a product anew at every call, which a step of few records does not repay.
Here the columns of M are laid out once, in panels of as many as two vectors hold, so that the loop below
reads memory in its order. It makes one tile of rows M, whose sums all stay in registers:

    out[r, :] = Σ_k rows[r, k] panel[k, :]        r = 0 … count − 1

Each entry is summed from k = 0 on, whatever tile it lies in: a row has the same bits in any company.
Source: Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008).
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import binding, ir
from numba import types
from numba.core import config
from numba.core.cgutils import get_or_insert_function, unpack_tuple
from numba.core.errors import RequireLiteralValue
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

from rnn.compiled.options import compiled, inlined

# What loops are compiled for: Numba's own setting, or this processor.
_FEATURES: str = config.CPU_FEATURES or binding.get_host_cpu_features().flatten()

# With AVX-512 there are 32 registers of 64 bytes, else as many of 16 or half as many of 32. The sums of a
# tile take half of them, and are enough to wait for no addition before the next one.
_WIDE = "+avx512f" in _FEATURES
VECTOR, ROWS = (64, 8) if _WIDE else (32, 4)


@intrinsic(prefer_literal=True)  # type: ignore[untyped-decorator]
def _tile(
    context: Any, count: Any, vectors: Any, rows: Any, n: Any, panels: Any, at: Any, out: Any, column: Any
) -> Any:
    """Write ``count`` rows of rows M, the n-th and the next, into ``out`` from ``column`` on.

    As many columns as ``vectors`` hold, by the panel that begins ``at`` so many numbers.
    """
    if not (isinstance(count, types.IntegerLiteral) and isinstance(vectors, types.IntegerLiteral)):
        raise RequireLiteralValue("the size of a tile")
    signature = types.void(count, vectors, rows, types.intp, panels, types.intp, out, types.intp)
    return signature, _loop(count.literal_value, vectors.literal_value)


def _loop(count: int, vectors: int) -> Callable[..., Any]:
    """The loop over k, in LLVM's own vectors: what Numba makes of Python keeps no tile in registers."""

    def write(context: Any, builder: ir.IRBuilder, signature: Any, given: Any) -> Any:
        (rows, n), (panels, at), (out, column) = (
            (make_array(kind)(context, builder, array), place)
            for kind, array, place in zip(signature.args[2::2], given[2::2], given[3::2], strict=True)
        )
        number = context.get_data_type(signature.args[2].dtype)
        size = context.get_abi_sizeof(number)
        lanes, integer = VECTOR // size, ir.IntType(64)
        vector = ir.VectorType(number, lanes)
        undefined, zeros = ir.Constant(vector, ir.Undefined), ir.Constant(vector, [0.0] * lanes)
        first_lane = ir.Constant(ir.VectorType(ir.IntType(32), lanes), [0] * lanes)
        fma = get_or_insert_function(
            builder.module, ir.FunctionType(vector, [vector] * 3), f"llvm.fma.v{lanes}f{8 * size}"
        )

        def row(array: Any, r: int) -> Any:
            stride = builder.sdiv(unpack_tuple(builder, array.strides)[0], integer(size))
            return builder.gep(array.data, [builder.mul(stride, builder.add(n, integer(r)))])

        def vector_at(start: Any, offset: Any) -> Any:
            return builder.bitcast(builder.gep(start, [offset]), vector.as_pointer())

        def in_all_lanes(x: Any) -> Any:
            alone = builder.insert_element(undefined, x, ir.IntType(32)(0))
            return builder.shuffle_vector(alone, undefined, first_lane)

        tile = [(r, v) for r in range(count) for v in range(vectors)]
        starts, depth = [row(rows, r) for r in range(count)], unpack_tuple(builder, rows.shape)[1]
        panel = builder.gep(panels.data, [at])
        before, loop, after = builder.block, builder.append_basic_block(), builder.append_basic_block()
        builder.branch(loop)

        builder.position_at_end(loop)
        k = builder.phi(integer)
        sums = {place: builder.phi(vector) for place in tile}
        columns = [
            builder.load(
                vector_at(
                    panel,
                    builder.mul(builder.add(builder.mul(k, integer(vectors)), integer(v)), integer(lanes)),
                ),
                align=size,
            )
            for v in range(vectors)
        ]
        factors = [in_all_lanes(builder.load(builder.gep(start, [k]))) for start in starts]
        new = {(r, v): builder.call(fma, [factors[r], columns[v], sums[r, v]]) for r, v in tile}
        following = builder.add(k, integer(1))
        k.add_incoming(integer(0), before)
        k.add_incoming(following, loop)
        for place in tile:
            sums[place].add_incoming(zeros, before)
            sums[place].add_incoming(new[place], loop)
        builder.cbranch(builder.icmp_signed("<", following, depth), loop, after)

        builder.position_at_end(after)
        for r, v in tile:
            place = builder.add(column, integer(v * lanes))
            builder.store(new[r, v], vector_at(row(out, r), place), align=size)
        return context.get_dummy_value()

    return write


def _tiles_of(vectors: int) -> Any:
    """Tiles one below another, each as wide as so many vectors."""

    @inlined
    def tiles(rows, panels, at, out, column):  # type: ignore[no-untyped-def]
        n, N = 0, len(rows)
        while N - n >= ROWS:
            _tile(ROWS, vectors, rows, n, panels, at, out, column)
            n += ROWS
        # Four rows take no longer than one, which waits for its sums. Rows made again have the same bits.
        while n < N and N >= 4:
            n = min(n, N - 4)
            _tile(4, vectors, rows, n, panels, at, out, column)
            n += 4
        while n < N and N >= 2:
            n = min(n, N - 2)
            _tile(2, vectors, rows, n, panels, at, out, column)
            n += 2
        if n < N:
            _tile(1, vectors, rows, n, panels, at, out, column)

    return tiles


_two_vectors, _one_vector = _tiles_of(2), _tiles_of(1)


@compiled
def arranged(M):  # type: ignore[no-untyped-def]
    """The columns of M in panels, one after another, zeros in what they leave of the last vector.

    They begin at the start of a cache line, or every vector would lie across two.
    """
    lanes, (depth, columns) = VECTOR // M.itemsize, M.shape
    size = -(-columns // lanes) * lanes * depth
    block = np.empty(size + lanes, M.dtype)
    start = -(block.ctypes.data // M.itemsize) % lanes
    panels = block[start : start + size]
    for first in range(0, columns, 2 * lanes):
        own = min(columns - first, 2 * lanes)
        width = -(-own // lanes) * lanes
        panel = panels[first * depth : (first + width) * depth].reshape(depth, width)
        for k in range(depth):
            for j in range(own):
                panel[k, j] = M[k, first + j]
            for j in range(own, width):
                panel[k, j] = 0
    return panels


@compiled
def multiply(rows, panels, out, edge):  # type: ignore[no-untyped-def]
    """``out`` = ``rows`` M, given ``arranged(M)`` and room for as many rows of two vectors."""
    lanes = VECTOR // out.itemsize
    (N, depth), columns = rows.shape, out.shape[1]
    for first in range(0, columns, 2 * lanes):
        own, at = columns - first, first * depth
        # Whole vectors do not end where the row does.
        target, column = (out, first) if own >= 2 * lanes else (edge, 0)
        if own > lanes:
            _two_vectors(rows, panels, at, target, column)
        else:
            _one_vector(rows, panels, at, target, column)
        if own < 2 * lanes:
            for n in range(N):
                for j in range(own):
                    out[n, first + j] = edge[n, j]
