"""Wrong lines of what every compiled loop is made of, tiles and passes, each beside the right one."""

# What happened; the right line; the wrong one; the property that must see it; where a diagnosis finds it.
Lines = tuple[tuple[str, str, str, str, str], ...]

FORWARD, AUTOGRAD = "forward", "autograd"

TILES: Lines = (
    (
        "the sums of a tile begin at one",
        "zeros = ir.Constant(vector, ir.Undefined), ir.Constant(vector, [0.0] * lanes)",
        "zeros = ir.Constant(vector, ir.Undefined), ir.Constant(vector, [1.0] * lanes)",
        FORWARD,
        "forward",
    ),
    (
        "the sums of a tile miss the last term",
        'builder.icmp_signed("<", following, depth)',
        'builder.icmp_signed("<", builder.add(following, integer(1)), depth)',
        FORWARD,
        "forward",
    ),
    (
        "every row of a tile has the factors of the first",
        "builder.gep(start, [at_k])",
        "builder.gep(starts[0], [at_k])",
        FORWARD,
        "size: U, W, b, V, c, xs, h0",
    ),
    (
        "the second vector of a panel is the first once more",
        "builder.add(row_k, integer(v % WIDTH * lanes))",
        "row_k",
        FORWARD,
        "size: U, W, b, V, c, xs, h0",
    ),
    (
        "every panel is read as if it were one vector wide",
        "row_k = builder.mul(k, width)",
        "row_k = builder.mul(k, integer(lanes))",
        FORWARD,
        "forward",
    ),
    (
        "a tile of few rows has them in the opposite order",
        "_tile(count, WIDTH, 0, rows, n, panels",
        "_tile(count, WIDTH, 0, rows[::-1].copy(), n, panels",
        FORWARD,
        "size: U, W, b, V, c, xs, h0",
    ),
    (
        "a row that is alone is left out",
        "while n < N:\n            _tile(1, vectors, 0",
        "while n < N < 1:\n            _tile(1, vectors, 0",
        FORWARD,
        "forward",
    ),
    (
        "every panel is the first",
        "builder.gep(panels.data, [at])",
        "panels.data",
        FORWARD,
        "size: U, W, b, V, c, xs, h0",
    ),
    (
        "a panel is sought one vector too early",
        "own, at = columns - whole, whole * depth",
        "own, at = columns - whole, max(0, whole - lanes) * depth",
        FORWARD,
        "size: U, W, b, V, c, xs, h0",
    ),
    (
        "the columns at the edge are in the opposite order",
        "= edge[n, j]",
        "= edge[n, own - 1 - j]",
        FORWARD,
        "forward",
    ),
    (
        "the first row of the edge for all",
        "= edge[n, j]",
        "= edge[0, j]",
        FORWARD,
        "forward",
    ),
    (
        "the first columns of a matrix in every panel",
        "M[k, first : first + own]",
        "M[k, :own]",
        FORWARD,
        "size: U, W, b, V, c, xs, h0",
    ),
    (
        "a panel is upside down",
        "panels[at + k * width : at + (k + 1) * width]",
        "panels[at + (depth - 1 - k) * width : at + (depth - k) * width]",
        FORWARD,
        "forward",
    ),
    (
        "of several panels every one is the first",
        "builder.mul(panel_size, integer(v // WIDTH))",
        "integer(0)",
        FORWARD,
        "size: U, W, b, V, c, xs, h0",
    ),
    (
        "two of few rows are the first two, whichever they are",
        "_two_rows(rows, n, panels, out)",
        "_two_rows(rows, 0, panels, out)",
        FORWARD,
        "size: U, W, b, V, c, xs, h0",
    ),
    (
        "a row that is alone is the first",
        "_one_row(rows, n, panels, out)",
        "_one_row(rows[:1], 0, panels, out[n:])",
        FORWARD,
        "size: U, W, b, V, c, xs, h0",
    ),
)

PASSES: Lines = (
    (
        "a copy is of the first number for all",
        '"""out = x"""\n    for j in range(out.size):\n        out[j] = x[j]',
        '"""out = x"""\n    for j in range(out.size):\n        out[j] = x[0]',
        FORWARD,
        "forward",
    ),
    (
        "a copy is the other way round",
        '"""out = x"""\n    for j in range(out.size):\n        out[j] = x[j]',
        '"""out = x"""\n    for j in range(out.size):\n        out[j] = x[out.size - 1 - j]',
        FORWARD,
        "forward",
    ),
    (
        "a sum forgets what was there",
        '"""out += x"""\n    for j in range(out.size):\n        out[j] += x[j]',
        '"""out += x"""\n    for j in range(out.size):\n        out[j] = x[j]',
        FORWARD,
        "forward",
    ),
    (
        "a sum begins at the second number",
        '"""out += x"""\n    for j in range(out.size):',
        '"""out += x"""\n    for j in range(1, out.size):',
        FORWARD,
        "forward",
    ),
    (
        "a product by the first number for all",
        "out[j] = x[j] * y[j]",
        "out[j] = x[j] * y[0]",
        FORWARD,
        "forward",
    ),
    (
        "a difference with the wrong sign",
        "out[j] = x[j] - y[j]",
        "out[j] = y[j] - x[j]",
        FORWARD,
        "forward",
    ),
    (
        "what is left of 1 is more than 1",
        "out[j] = one - x[j]",
        "out[j] = one + x[j]",
        AUTOGRAD,
        "step: U, W, b, bn, xs, h0 (r, n)",
    ),
    (
        "a product replaces what it is added to",
        "out[j] += x[j] * y[j]",
        "out[j] = x[j] * y[j]",
        FORWARD,
        "forward",
    ),
    (
        "a product that is added has the wrong sign",
        "out[j] += x[j] * y[j]",
        "out[j] -= x[j] * y[j]",
        FORWARD,
        "forward",
    ),
)
