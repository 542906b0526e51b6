"""codekansas/rwkv: wkv_with_eps, the recurrence of RWKV-4 with a stabiliser ε, by its autograd.Function.

All sums are e^ε times theirs: ε′ = max(ε − w, k), α′ = e^{ε − w − ε′} α + e^{k − ε′} v, and so β′.
"""

from of_rwkv import SUMS, WEIGHTS_AND_INPUTS, called, of_records
from sources import file

from verification import Block, Model, Scope, Use
from verification.models.domains import within_20
from verification.models.exponentials import exp
from verification.models.model import When
from verification.torch import layer

PIN = {
    "title": "codekansas/rwkv, wkv_with_eps",
    "repository": "codekansas/rwkv",
    "commit": "f5d882731c31c2082d7cb0b58eacec0b8e858091",
    "files": {"rwkv/wkv/eps.py": "1e794ed5bbe1fdd77f6a5c1dde4e70f1"},
    "with": ("torch==2.13.0",),
    "environment": "torch",
}


def step(f, p, x, alpha, beta, epsilon):
    kept = epsilon - of_records(p.w)
    top = x.k + f.excess(kept - x.k)
    left, new = f.decay(kept - top), f.decay(x.k - top)
    return left * alpha + new * x.v, left * beta + new, top


def output(f, p, x, alpha, beta, epsilon):
    bonus = of_records(p.u) + x.k
    top = bonus + f.excess(epsilon - bonus)
    left, new = f.decay(epsilon - top), f.decay(bonus - top)
    return (left * alpha + new * x.v) / (left * beta + new)


STABILISER = Block("epsilon", ("D",), Use.STATE, meaning="stabiliser", domain=within_20)
model = Model(
    "rwkv4_stabilised",
    (*WEIGHTS_AND_INPUTS, *SUMS, STABILISER),
    step,
    functions={"decay": (exp,), "excess": ("relu",)},
    output=output,
    reads=When.BEFORE,
)
apply = called(file(PIN["repository"], "rwkv/wkv/eps.py").wkv_with_eps)
engine = layer(apply, model=model, scope=Scope(records=(1, 5), steps=(1, 9)))
