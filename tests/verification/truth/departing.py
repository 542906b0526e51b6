"""A model whose derivative is declared: a number that is stopped, a surrogate, and a slope of its own."""

from dataclasses import replace

from verification.models import scan
from verification.models.functions import Function

OWN = Function("own", lambda a: a * a, slope=lambda a: 7 + 0 * a, rational=True)


def step(f, p, x, h):
    """Of each what autograd would find by itself is another derivative."""
    return f.stop(x.a) * h + x.a * f.stop(h) + f.surrogate(x.x * x.x, 3 * x.x) + f.own(h)


DEPARTING = replace(scan, name="departing", step=step, functions={"own": (OWN,)})
