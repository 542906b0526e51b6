"""A product by a matrix that stays the same from step to step, with the matrix arranged once.

BLAS arranges both factors of a product anew at every call, which a step of few records does not repay.
Here the columns of M are laid out once, in panels of as many as two vectors hold, so that the loop below
reads memory in its order. It makes one tile of rows M, whose sums all stay in registers: many rows of one
panel, or few rows of several.

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

# Vectors in a row of a panel.
WIDTH = 2


@intrinsic(prefer_literal=True)  # type: ignore[untyped-decorator]
def _tile(
    context: Any,
    count: Any,
    vectors: Any,
    adds: Any,
    rows: Any,
    n: Any,
    panels: Any,
    at: Any,
    out: Any,
    column: Any,
) -> Any:
    """Write ``count`` rows of rows M, the n-th and the next, into ``out`` from ``column`` on, or add them.

    As many columns as ``vectors`` hold, of the panel that begins at number ``at`` and of those after it.
    """
    if not all(isinstance(each, types.IntegerLiteral) for each in (count, vectors, adds)):
        raise RequireLiteralValue("the size of a tile, and whether it adds")
    sizes = count, vectors, adds
    signature = types.void(*sizes, rows, types.intp, panels, types.intp, out, types.intp)
    return signature, _loop(*(each.literal_value for each in sizes))


def _loop(count: int, vectors: int, adds: int) -> Callable[..., Any]:
    """The loop over k, in LLVM's own vectors: what Numba makes of Python keeps no tile in registers."""

    def write(context: Any, builder: ir.IRBuilder, signature: Any, given: Any) -> Any:
        rows, panels, out = (make_array(signature.args[i])(context, builder, given[i]) for i in (3, 5, 7))
        n, at, column = given[4], given[6], given[8]
        number = context.get_data_type(signature.args[3].dtype)
        size = context.get_abi_sizeof(number)
        lanes, integer = VECTOR // size, ir.IntType(64)
        vector = ir.VectorType(number, lanes)
        undefined, zeros = ir.Constant(vector, ir.Undefined), ir.Constant(vector, [0.0] * lanes)
        first_lane = ir.Constant(ir.VectorType(ir.IntType(32), lanes), [0] * lanes)
        fma = get_or_insert_function(
            builder.module, ir.FunctionType(vector, [vector] * 3), f"llvm.fma.v{lanes}f{8 * size}"
        )

        def stride(array: Any, axis: int) -> Any:
            return builder.sdiv(unpack_tuple(builder, array.strides)[axis], integer(size))

        def row(array: Any, r: int) -> Any:
            return builder.gep(array.data, [builder.mul(stride(array, 0), builder.add(n, integer(r)))])

        def vector_at(start: Any, offset: Any) -> Any:
            return builder.bitcast(builder.gep(start, [offset]), vector.as_pointer())

        def in_all_lanes(x: Any) -> Any:
            alone = builder.insert_element(undefined, x, ir.IntType(32)(0))
            return builder.shuffle_vector(alone, undefined, first_lane)

        tile = [(r, v) for r in range(count) for v in range(vectors)]
        starts, depth = [row(rows, r) for r in range(count)], unpack_tuple(builder, rows.shape)[1]
        next_factor = stride(rows, 1)
        width = integer(WIDTH * lanes)
        first_panel, panel_size = builder.gep(panels.data, [at]), builder.mul(depth, width)
        # Vector v is in panel v // WIDTH from the first on.
        in_panel = [
            builder.gep(first_panel, [builder.mul(panel_size, integer(v // WIDTH))]) for v in range(vectors)
        ]
        places = {(r, v): vector_at(row(out, r), builder.add(column, integer(v * lanes))) for r, v in tile}
        first = {place: builder.load(places[place], align=size) if adds else zeros for place in tile}
        before, loop, after = builder.block, builder.append_basic_block(), builder.append_basic_block()
        builder.branch(loop)

        builder.position_at_end(loop)
        k = builder.phi(integer)
        sums = {place: builder.phi(vector) for place in tile}
        row_k = builder.mul(k, width)
        columns = [
            builder.load(vector_at(panel, builder.add(row_k, integer(v % WIDTH * lanes))), align=size)
            for v, panel in enumerate(in_panel)
        ]
        at_k = builder.mul(k, next_factor)
        factors = [in_all_lanes(builder.load(builder.gep(start, [at_k]))) for start in starts]
        new = {(r, v): builder.call(fma, [factors[r], columns[v], sums[r, v]]) for r, v in tile}
        following = builder.add(k, integer(1))
        k.add_incoming(integer(0), before)
        k.add_incoming(following, loop)
        for place in tile:
            sums[place].add_incoming(first[place], before)
            sums[place].add_incoming(new[place], loop)
        builder.cbranch(builder.icmp_signed("<", following, depth), loop, after)

        builder.position_at_end(after)
        for place in tile:
            builder.store(new[place], places[place], align=size)
        return context.get_dummy_value()

    return write


def _tiles_below(vectors: int) -> Any:
    """Tiles one below another, of one panel, each as wide as so many vectors."""

    @inlined
    def tiles(rows, panels, at, out, column):  # type: ignore[no-untyped-def]
        n, N = 0, len(rows)
        while N - n >= ROWS:
            _tile(ROWS, vectors, 0, rows, n, panels, at, out, column)
            n += ROWS
        # Four rows take no longer than one, which waits for its sums. Rows made again have the same bits.
        while n < N and N >= 4:
            n = min(n, N - 4)
            _tile(4, vectors, 0, rows, n, panels, at, out, column)
            n += 4
        while n < N:
            _tile(1, vectors, 0, rows, n, panels, at, out, column)
            n += 1

    return tiles


def _added_tiles_below(vectors: int) -> Any:
    """The same, added to what is there: no row may be made twice."""

    @inlined
    def tiles(rows, panels, at, out, column):  # type: ignore[no-untyped-def]
        n, N = 0, len(rows)
        while N - n >= ROWS:
            _tile(ROWS, vectors, 1, rows, n, panels, at, out, column)
            n += ROWS
        while N - n >= 4:
            _tile(4, vectors, 1, rows, n, panels, at, out, column)
            n += 4
        while n < N:
            _tile(1, vectors, 1, rows, n, panels, at, out, column)
            n += 1

    return tiles


def _tiles_beside(count: int) -> Any:
    """Tiles one beside another, of so few rows, each over as many panels as there are registers for."""
    most = 2 * ROWS // count
    fewer = max(WIDTH, most // 4)

    @inlined
    def tiles(rows, n, panels, out):  # type: ignore[no-untyped-def]
        lanes, depth, columns, column = VECTOR // out.itemsize, rows.shape[1], out.shape[1], 0
        while columns - column >= most * lanes:
            _tile(count, most, 0, rows, n, panels, column * depth, out, column)
            column += most * lanes
        while fewer > WIDTH and columns - column >= fewer * lanes:
            _tile(count, fewer, 0, rows, n, panels, column * depth, out, column)
            column += fewer * lanes
        while columns - column >= WIDTH * lanes:
            _tile(count, WIDTH, 0, rows, n, panels, column * depth, out, column)
            column += WIDTH * lanes

    return tiles


_two_vectors, _one_vector = _tiles_below(2), _tiles_below(1)
_add_two_vectors, _add_one_vector = _added_tiles_below(2), _added_tiles_below(1)
_four_rows, _two_rows, _one_row = _tiles_beside(4), _tiles_beside(2), _tiles_beside(1)


@inlined
def at_a_line(size, like):  # type: ignore[no-untyped-def]
    """Room for so many numbers, which begins at the start of a cache line."""
    lanes = VECTOR // like.itemsize
    block = np.empty(size + lanes, like.dtype)
    start = -(block.ctypes.data // like.itemsize) % lanes
    return block[start : start + size]


@compiled
def arranged(M):  # type: ignore[no-untyped-def]
    """The columns of M in panels, one after another, zeros in what they leave of the last.

    They begin at the start of a cache line, or every vector would lie across two.
    """
    depth, columns = M.shape
    width = WIDTH * (VECTOR // M.itemsize)
    panels = at_a_line(-(-columns // width) * width * depth, M)
    for first in range(0, columns, width):
        own, at = min(columns - first, width), first * depth
        for k in range(depth):
            row, panel = M[k, first : first + own], panels[at + k * width : at + (k + 1) * width]
            if own == width:
                # As many as is known when it is compiled.
                for j in range(width):
                    panel[j] = row[j]
            else:
                for j in range(own):
                    panel[j] = row[j]
                panel[own:] = 0
    return panels


@compiled
def multiply(rows, panels, out):  # type: ignore[no-untyped-def]
    """``out`` = ``rows`` M, given ``arranged(M)``."""
    lanes, (N, depth), columns = VECTOR // out.itemsize, rows.shape, out.shape[1]
    width = WIDTH * lanes
    whole = columns // width * width
    if N >= ROWS:
        for column in range(0, whole, width):
            _two_vectors(rows, panels, column * depth, out, column)
    else:
        n = 0
        while N - n >= 4:
            _four_rows(rows, n, panels, out)
            n += 4
        while N - n >= 2:
            _two_rows(rows, n, panels, out)
            n += 2
        if n < N:
            _one_row(rows, n, panels, out)
    own, at = columns - whole, whole * depth
    if own == lanes:
        _one_vector(rows, panels, at, out, whole)
    elif own:
        # Whole vectors do not end where the row does.
        edge = np.empty((N, width), out.dtype)
        if own > lanes:
            _two_vectors(rows, panels, at, edge, 0)
        else:
            _one_vector(rows, panels, at, edge, 0)
        for n in range(N):
            for j in range(own):
                out[n, whole + j] = edge[n, j]


@inlined
def add_rows(rows, panel, columns, out, column):  # type: ignore[no-untyped-def]
    """``out`` += ``rows`` M from ``column`` on, given one panel, of which so many columns count."""
    if columns > VECTOR // out.itemsize:
        _add_two_vectors(rows, panel, 0, out, column)
    else:
        _add_one_vector(rows, panel, 0, out, column)
