"""Arguments of a network's call at random, and records that end early beside each of them alone."""

from rnn.through_time.recurrence import recurrence
from tests.rnn.gradients import assert_near


def arguments(net, draw, records, steps, losses="every"):
    """Parameters, xs, targets and a state, each array by ``draw(*shape)``."""
    cell, K = net.cell, net.outputs
    shapes = (*cell.shapes.values(), (K, cell.units), (K,))
    return {
        "params": cell.params(*(draw(*shape) for shape in shapes)),
        "xs": draw(records, steps, cell.inputs),
        "targets": draw(records, steps, K) if losses == "every" else draw(records, K),
        "h0": tuple(draw(records, width) for width in recurrence("cell", cell).widths),
    }


def alone(given, n, length):
    """One record without what stands behind its end."""
    steps = given["xs"].shape[1]

    def of_record(array):
        own = array[n : n + 1]
        return own[:, :length] if own.shape[1:2] == (steps,) else own

    own = {name: of_record(array) for name, array in given.items() if name not in ("params", "h0", "masks")}
    own |= {name: tuple(map(of_record, given[name])) for name in ("h0", "masks") if name in given}
    return {"params": given["params"], **own}


def assert_as_if_alone(net, given, lengths, truncation, **options):
    """Loss and gradients are the sums of each record's, and its own; what is behind its end is zero."""
    value, grads = net.loss_and_gradients(**given, truncation=truncation, lengths=lengths, **options)
    total, params = 0, [0] * len(grads.params)
    for n, length in enumerate(lengths):
        one, own = net.loss_and_gradients(**alone(given, n, length), truncation=truncation)
        total += one
        params = [p + q for p, q in zip(params, own.params, strict=True)]
        together = [grads.xs[n, :length], *(part[n] for part in grads.state)]
        assert_near(together, [own.xs[0], *(part[0] for part in own.state)])
        assert not grads.xs[n, length:].any()
    assert_near([value, net.loss_value(**given, lengths=lengths), *grads.params], [total, total, *params])
    return grads


def assert_predictions_end(net, given, lengths):
    """Outputs behind an end are NaN; the last output and the last state are each record's own."""
    outputs, state = net.forward(given["params"], given["xs"], given["h0"], lengths)
    last = net.predict_last(given["params"], given["xs"], given["h0"], lengths)
    for n, length in enumerate(lengths):
        own = alone(given, n, length)
        ended = net.forward(own["params"], own["xs"], own["h0"])
        together = [outputs[n, :length], last[n], *(part[n] for part in state)]
        own_last = net.predict_last(own["params"], own["xs"], own["h0"])[0]
        assert_near([own_last], [ended.outputs[0, -1]])
        assert_near(together, [ended.outputs[0], own_last, *(part[0] for part in ended.state)])
        assert (outputs[n, length:] != outputs[n, length:]).all()
