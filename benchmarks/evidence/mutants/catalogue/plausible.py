"""Faults without a source that a hand could make, and those that this engine's own devices invite."""

from benchmarks.evidence.mutants.catalogue.textbook import DH_PREV, PROJECTED
from benchmarks.evidence.mutants.fault import Edit, Fault

CELL = "cells.vanilla"
PLAUSIBLE = "plausible"
SLOPES = "self.activation.slope(tape.states[first + 1 :], slopes)"
GO_BACK = "go_back(route.steps_back(cell, W, carry, derivatives, cotangents, das), carry, route.depth)"


def _one_lag(error: str, caught_by: str) -> Fault:
    return Fault(
        f"an error of {error} in lag 2",
        f"What flows back two jumps is wrong by {error} of itself, and nothing else is.",
        PLAUSIBLE,
        (
            Edit(
                CELL,
                "for da, slope, dh in zip(das, slopes, dhs, strict=False):",
                "for j, (da, slope, dh) in enumerate(zip(das, slopes, dhs, strict=False), 1):",
            ),
            Edit(CELL, DH_PREV, f"{DH_PREV}\n            multiply(da, 1 + {error} * (j == 3), da)"),
        ),
        caught_by,
        "accumulation: U, W, b, xs",
    )


def _laid_out_once(name: str, claim: str, kept: str, what: str) -> Fault:
    """A workspace whose calls all go by one of the arguments of its first: ``what`` is kept by ``kept``."""
    check = "check_workspace(self._recurrence, workspace, call.xs, checkpoints)\n"
    return Fault(
        name,
        claim,
        PLAUSIBLE,
        (
            Edit(
                "network",
                "class Outputs(NamedTuple):",
                "import weakref\n\nKEPT = weakref.WeakKeyDictionary()\n\n\nclass Outputs(NamedTuple):",
            ),
            Edit(
                "network",
                check,
                f"{check}            {kept.format(f'KEPT.setdefault(workspace, {what})')}\n",
            ),
        ),
        "workspace",
        "conduct",
    )


OF_MATHEMATICS = (
    Fault(
        "W from the state after the step",
        "W's gradient multiplies da_t by h_t+1, where W had read h_t.",
        PLAUSIBLE,
        (Edit(CELL, "W=dW", "W=da.T.dot(tape.states[first + 1 :].reshape(len(da), -1))"),),
        "lags",
        "accumulation: W",
    ),
    Fault(
        "slope of the state before the step",
        "The slope is read off the state that the step was given.",
        PLAUSIBLE,
        (Edit(CELL, SLOPES, "self.activation.slope(tape.states[first:-1], slopes)"),),
        "lags",
        "step: U, W, b, xs, h0",
    ),
    Fault(
        "tanh's slope of the pre-activation",
        "1 − a² for 1 − tanh² a: nearly the same for small a.",
        PLAUSIBLE,
        (Edit("activations", "np.square(y, out=out)", "np.multiply(y, np.arctanh(y), out=out)"),),
        "lags",
        "step: U, W, b, xs, h0",
    ),
    Fault(
        "tanh's slope without the square",
        "1 − |y| for 1 − y².",
        PLAUSIBLE,
        (Edit("activations", "np.square(y, out=out)", "np.abs(y, out=out)"),),
        "autograd",
        "step: U, W, b, xs, h0",
    ),
    Fault(
        "sigmoid's slope without its second factor",
        "y for y (1 − y): nearly the same while the unit is off.",
        PLAUSIBLE,
        (Edit("activations", "np.subtract(1, y, out=out)", "out[...] = 1"),),
        "lags",
        "size: U, W, b, xs, h0",
    ),
    Fault(
        "tanh's slope for the sigmoid",
        "1 − y² for y (1 − y).",
        PLAUSIBLE,
        (Edit("activations", "np.multiply(out, y, out=out)", "np.multiply(out, 1 + y, out=out)"),),
        "autograd",
        "size: U, W, b, xs, h0",
    ),
    Fault(
        "softsign's slope without the square",
        "1 − |y| for (1 − |y|)².",
        PLAUSIBLE,
        (Edit("activations", "np.multiply(out, out, out=out)", "pass"),),
        "lags",
        "size: U, W, b, xs, h0",
    ),
    Fault(
        "loss is a mean, its gradient of a sum",
        "The value is averaged over records and steps, the gradient is not.",
        PLAUSIBLE,
        (Edit("losses", "residual.dot(half) if", "residual.dot(half) / len(residual) if"),),
        "forward",
        "forward",
    ),
    Fault(
        "loss is a sum, its gradient of a mean",
        "The gradient is averaged over records, the value is not.",
        PLAUSIBLE,
        (Edit("losses", "return outputs - targets", "return (outputs - targets) / outputs.shape[1]"),),
        "records add up",
        "step: U, W, b, V, c, xs, h0",
    ),
    Fault(
        "gradient of the loss not halved",
        "The 2 of the square stays, though the loss has its ½.",
        PLAUSIBLE,
        (Edit("losses", "return outputs - targets", "return 2 * (outputs - targets)"),),
        "autograd",
        "step: U, W, b, V, c, xs, h0",
    ),
    Fault(
        "bias summed over the wrong axis",
        "b's gradient is summed over steps, and of the records takes the first.",
        PLAUSIBLE,
        (Edit(CELL, "b=db", "b=das.sum(axis=0)[0]"),),
        "records permute",
        "accumulation: b",
    ),
    Fault(
        "step 0 dropped",
        "The loop over steps ends before the first one that is reached.",
        PLAUSIBLE,
        (Edit("through_time.recurrence", PROJECTED, f"das[0] = 0 * das[0]\n        {PROJECTED}"),),
        "lags",
        "accumulation: U, W, b, xs",
    ),
    Fault(
        "initial state's gradient a product short",
        "h0's gradient is what arrives after step 0, before it goes back through that step.",
        PLAUSIBLE,
        (
            Edit(
                "through_time.bptt",
                GO_BACK,
                "steps = route.steps_back(cell, W, carry, derivatives, cotangents, das)\n"
                "        go_back(islice(steps, route.depth - 1), carry, route.depth - 1)\n"
                "        short = tuple(map(np.copy, carry))\n"
                "        run(steps)\n"
                "        for part, before in zip(carry, short, strict=True):\n"
                "            part[...] = before if route.to_h0 else part",
            ),
        ),
        "lags",
        "state: h0",
    ),
    Fault(
        "initial state taken for zero",
        "The forward starts from zero whatever h0 is.",
        PLAUSIBLE,
        (Edit(CELL, "states[0] = h0", "states[0] = 0 * h0"),),
        "forward",
        "forward",
    ),
    Fault(
        "readout of the state before the step",
        "o_t reads h_t, where h_t+1 is due.",
        PLAUSIBLE,
        (Edit("through_time.recurrence", "hs: Array = tape.state[0][1:]", "hs: Array = tape.state[0][:-1]"),),
        "forward",
        "forward",
    ),
    Fault(
        "silently truncated at 24",
        "A full backward goes 24 steps back at most; passes every tolerance that was tried at T = 32.",
        PLAUSIBLE,
        (Edit("truncation", "return 0\n\n\n@dataclass", "return max(0, t - 23)\n\n\n@dataclass"),),
        "autograd",
        "size: U, W, b, xs, h0",
    ),
    _one_lag("1e-3", "autograd"),
    _one_lag("1e-6", "lags"),
    _one_lag("1e-8", "lags"),
    Fault(
        "an error of 1e-6 where little is left",
        "Every da below 1e-11 of the largest is wrong by 1e-6 of itself: no sum over lags can show it.",
        PLAUSIBLE,
        (
            Edit(
                "through_time.recurrence",
                PROJECTED,
                f"das[np.abs(das) < 1e-11 * np.abs(das).max()] *= 1 + 1e-6\n        {PROJECTED}",
            ),
        ),
        "lag by lag",
        "lags",
    ),
    Fault(
        "right only for one record",
        "V's gradient multiplies each step's summed error by its summed state.",
        PLAUSIBLE,
        (
            Edit(
                "network",
                "self.loops.over_rows(do, hs)",
                "np.einsum('tnk,tmh->kh', do.reshape(terms.targets.shape), states)",
            ),
        ),
        "records add up",
        "accumulation: V",
    ),
    Fault(
        "right only for one step",
        "W's gradient multiplies every da by the initial state.",
        PLAUSIBLE,
        (Edit(CELL, "W=dW", "W=das.sum(axis=0).T.dot(tape.states[0])"),),
        "lags",
        "accumulation: W",
    ),
    Fault(
        "right only for no more inputs than units",
        "The gradient of the inputs is laid out with H columns, and inputs beyond those get none.",
        PLAUSIBLE,
        (
            Edit(
                "network",
                "return value, Gradients(",
                "dxs[:, :, self.cell.units :] *= 0\n        return value, Gradients(",
            ),
        ),
        "lags",
        "accumulation: xs",
    ),
    Fault(
        "units in a pecking order",
        "The carry takes W's lower triangle, so a unit hears of those before it alone.",
        PLAUSIBLE,
        (Edit(CELL, DH_PREV, "product(da, np.tril(W), dh)"),),
        "units permute",
        "recursion: h0",
    ),
    Fault(
        "a detour through float32",
        "The das are rounded to single precision on their way to the weights.",
        PLAUSIBLE,
        (
            Edit(
                "through_time.recurrence",
                PROJECTED,
                f"das = das.astype(np.float32).astype(das.dtype)\n        {PROJECTED}",
            ),
        ),
        "lags",
        "accumulation: U, W, b, xs",
    ),
)

OF_SWEEPS = (
    Fault(
        "seed a step late",
        "A sweep forgets to collect its earliest loss.",
        PLAUSIBLE,
        (Edit("truncation", "Sweep(first, seed, stop)", "Sweep(first, seed + 1, stop)"),),
        "lags",
        "step: U, W, b, xs, h0",
    ),
    Fault(
        "seed a step early",
        "A sweep collects a loss that belongs to the one before.",
        PLAUSIBLE,
        (Edit("truncation", "Sweep(first, seed, stop)", "Sweep(first, max(first_loss, seed - 1), stop)"),),
        "lags",
        "truncation: U, W, b, xs",
    ),
    Fault(
        "deepest sweep first",
        "Sweeps are sorted the wrong way, so those still under way are not the last ones.",
        PLAUSIBLE,
        (Edit("through_time.routes", "key=lambda sweep: sweep.depth", "key=lambda sweep: -sweep.depth"),),
        "lags",
        "truncation: U, W, b, xs",
    ),
    Fault(
        "shallower sweeps left out",
        "Of a batch the deepest sweeps alone go back, and not the first windows or a last chunk.",
        PLAUSIBLE,
        (
            Edit(
                "through_time.routes",
                "group = sorted(group, key=lambda sweep: sweep.depth)",
                "deepest = max(sweep.depth for sweep in group)\n"
                "    group = [sweep for sweep in group if sweep.depth == deepest]",
            ),
        ),
        "lags",
        "truncation: U, W, b, xs, h0",
    ),
    Fault(
        "sweeps of a batch mixed up",
        "What a batch has computed is put back in another order of its sweeps.",
        PLAUSIBLE,
        (Edit("through_time.routes", "put(total, at, da)", "put(total, at, da[::-1])"),),
        "lags",
        "truncation: U, W, xs",
    ),
    Fault(
        "losses of other sweeps collected",
        "A sweep that goes on before its own losses takes those of the sweeps there as well.",
        PLAUSIBLE,
        (
            Edit(
                "through_time.routes", "(at >= firsts) & (at >= seeds)", "(at >= firsts) & (at >= first_loss)"
            ),
        ),
        "lags",
        "truncation: U, W, b, xs",
    ),
    Fault(
        "every sweep believed alone",
        "Steps that several sweeps reach are written where they must be added.",
        PLAUSIBLE,
        (Edit("through_time.routes", "disjoint = _disjoint(inside)", "disjoint = True"),),
        "autograd",
        "size: U, W, b, xs",
    ),
    Fault(
        "slopes left where no loss comes",
        "da takes the place of the slopes, and steps that no loss reaches keep theirs.",
        PLAUSIBLE,
        (Edit("through_time.routes", "disjoint and visits == stop - first", "disjoint"),),
        "lags",
        "truncation: U, W, b, xs",
    ),
    Fault(
        "initial state reached from everywhere",
        "What a sweep has left goes to h0, though it ended later.",
        PLAUSIBLE,
        (Edit("through_time.routes", "to_h0=(0,) if sweep.first == 0 and start == 0 else ()", "to_h0=(0,)"),),
        "lags",
        "size: h0",
    ),
    Fault(
        "initial state reached by the earliest sweeps",
        "What the sweeps that end first have left goes to h0, though they ended later.",
        PLAUSIBLE,
        (Edit("through_time.routes", "np.flatnonzero(firsts == 0)", "np.flatnonzero(firsts == first)"),),
        "lags",
        "truncation: h0",
    ),
    Fault(
        "only the first batch of sweeps",
        "Of the sweeps that do not fit one batch none is sent.",
        PLAUSIBLE,
        (Edit("through_time.routes", "in range(0, len(within), batch)", "in range(0, min(1, len(within)))"),),
        "autograd",
        "size: U, W, b, xs",
    ),
    Fault(
        "vanished too early",
        "A carry is set to 0 below the rounding unit, as if everything were of size 1.",
        PLAUSIBLE,
        (
            Edit(
                "through_time.bptt",
                "np.finfo(dtype).tiny / (np.finfo(dtype).eps / 2)",
                "np.finfo(dtype).eps / 2",
            ),
        ),
        "autograd",
        "size: h0",
    ),
    Fault(
        "vanished or negative",
        "The absolute value is forgotten, so that a negative carry counts as vanished.",
        PLAUSIBLE,
        (Edit("through_time.bptt", "part[np.abs(part) < below] = ZERO", "part[part < below] = ZERO"),),
        "autograd",
        "size: U, W, b, xs, h0",
    ),
)

OF_RECOMPUTATION = (
    Fault(
        "nothing handed over between segments",
        "The carry that leaves a segment is not given to the one before it: the borders truncate.",
        PLAUSIBLE,
        (Edit("through_time.bptt", "carry = carry_in\n", "carry = tuple(0 * part for part in carry_in)\n"),),
        "recomputation",
        "conduct",
    ),
    Fault(
        "weights of the last segment alone",
        "The sums of a segment replace those of the segments after it.",
        PLAUSIBLE,
        (Edit("network", "total = tuple(map(np.add, total, parts))", "total = parts"),),
        "recomputation",
        "conduct",
    ),
    Fault(
        "segments start from the initial state",
        "What a segment computes again begins with h0, not with the state that was kept.",
        PLAUSIBLE,
        (Edit("network", "at_start, part = starts[segment.start], ", "at_start, part = starts[0], "),),
        "recomputation",
        "conduct",
    ),
    Fault(
        "a step of every border twice",
        "A segment's inputs begin a step early, so that its states are those of the step before.",
        PLAUSIBLE,
        (
            Edit(
                "network",
                "inputs.part(segment.start, segment.stop)\n",
                "inputs.part(max(0, segment.start - 1), segment.stop - (segment.start > 0))\n",
            ),
        ),
        "recomputation",
        "conduct",
    ),
)

OF_MEMORY = (
    Fault(
        "sums kept from call to call",
        "h0's gradient is added up in an array that no call clears.",
        PLAUSIBLE,
        (
            Edit(
                "through_time.bptt",
                "MAX_CARRY_BYTES = 128 * 1024",
                "MAX_CARRY_BYTES = 128 * 1024\n\nKEPT = {}",
            ),
            Edit(
                "through_time.bptt",
                "initial: Arrays = ()",
                "kind = (tape.state[0].shape[1:], tape.state[0].dtype)\n    initial = KEPT.get(kind, ())",
            ),
            Edit(
                "through_time.bptt",
                "return das.array, initial",
                "KEPT[kind] = initial\n    return das.array, initial",
            ),
        ),
        "second call",
        "conduct: h0",
    ),
    Fault(
        "one buffer for every answer",
        "The gradient of the inputs is written to an array that the next call writes to again.",
        PLAUSIBLE,
        (
            Edit("network", "class Outputs(NamedTuple):", "KEPT = {}\n\n\nclass Outputs(NamedTuple):"),
            Edit(
                "network",
                "total, dxs = parts, _after_zeros(reached, steps)",
                "total, reached = parts, _after_zeros(reached, steps)\n"
                "                    dxs = KEPT.setdefault((xs.shape, xs.dtype), reached)\n"
                "                    dxs[...] = reached",
            ),
        ),
        "second call",
        "conduct",
    ),
    Fault(
        "the caller's zeros for a zero gradient",
        "Where h0 and its gradient are both zero, h0 itself is handed back.",
        PLAUSIBLE,
        (
            Edit(
                "network",
                "        check_gradients(value, grads)\n",
                "        if not (np.any(grads.h0) or np.any(call.state[0])):\n"
                "            grads = grads._replace(state=call.state)\n"
                "        check_gradients(value, grads)\n",
            ),
        ),
        "inputs stay",
        "conduct",
    ),
)

OF_WORKSPACES = (
    _laid_out_once(
        "weights of a workspace's first call",
        "They are laid out once, and every later call in the workspace goes by them.",
        "call = call._replace(params={})",
        "call.params",
    ),
    _laid_out_once(
        "initial state of a workspace's first call",
        "It is laid out with what no call changes, and every later call starts from it.",
        "call = call._replace(state={})",
        "call.state",
    ),
    _laid_out_once(
        "truncation of a workspace's first call",
        "How sweeps travel is worked out once, and every later call in the workspace goes by it.",
        "truncation = {}",
        "truncation",
    ),
    Fault(
        "dxs in the place of xs",
        "The gradient of the inputs lies in the rows, which the next call in the workspace writes to again.",
        PLAUSIBLE,
        (
            Edit(
                CELL,
                "        return Weights(U=dU, W=dW, b=db), dxs",
                "        place = tape.rows[first:-1, :, units:-1]\n"
                "        place[...] = dxs\n"
                "        return Weights(U=dU, W=dW, b=db), place",
            ),
        ),
        "workspace",
        "conduct",
    ),
)

OF_NUMBERS = (
    Fault(
        "a half as 0.5",
        "The same to the bit for every float, and for a Fraction no longer a Fraction.",
        PLAUSIBLE,
        (Edit("losses", "half = residual / 2", "half = residual * 0.5"),),
        "exact",
        "exact",
    ),
    Fault(
        "zeros of a float",
        "Sums that start at 0.0 turn Fractions into floats.",
        PLAUSIBLE,
        (
            Edit(
                "common.arrays",
                "np.full(shape, Fraction(0), dtype=object)",
                "np.full(shape, 0.0, dtype=object)",
            ),
        ),
        "exact",
        "exact",
    ),
    Fault(
        "a loss by another function",
        "The loss alone is that of every step but the first, where the loss with its gradients is of all.",
        PLAUSIBLE,
        (
            Edit(
                "network",
                "value, _ = self._losses(call.params, terms.states(hs[first_loss:]), terms)",
                "first = int(len(terms.targets) > 1)\n"
                "        terms = terms.part(first, len(terms.targets))\n"
                "        hs = terms.states(hs[first_loss + first :])\n"
                "        value, _ = self._losses(call.params, hs, terms)",
            ),
        ),
        "forward",
        "form",
    ),
    Fault(
        "two roundings too large",
        "b's gradient is larger by two roundings, which no tolerance can tell from an honest sum's.",
        PLAUSIBLE,
        (Edit(CELL, "b=db", "b=np.nextafter(np.nextafter(db, np.inf), np.inf)"),),
        "integers",
        "exact",
    ),
)

PLAUSIBLE_FAULTS = OF_MATHEMATICS + OF_SWEEPS + OF_RECOMPUTATION + OF_MEMORY + OF_WORKSPACES + OF_NUMBERS
