"""codekansas/rwkv: wkv_vanilla, the recurrence of RWKV-4 without a stabiliser, by its autograd.Function."""

from of_rwkv import SUMS, WEIGHTS_AND_INPUTS, called, of_records
from sources import file

from verification import Model, Scope
from verification.models.exponentials import exp
from verification.models.model import When
from verification.torch import layer

PIN = {
    "title": "codekansas/rwkv, wkv_vanilla",
    "repository": "codekansas/rwkv",
    "commit": "f5d882731c31c2082d7cb0b58eacec0b8e858091",
    "files": {"rwkv/wkv/vanilla.py": "ace67bd5aa7d50d00ffb0710538c5f8e"},
    "with": ("torch==2.13.0",),
    "environment": "torch",
}


def step(f, p, x, alpha, beta):
    kept, new = f.decay(-of_records(p.w)), f.decay(x.k)
    return kept * alpha + new * x.v, kept * beta + new


def output(f, p, x, alpha, beta):
    new = f.decay(of_records(p.u) + x.k)
    return (alpha + new * x.v) / (beta + new)


model = Model(
    "rwkv4", (*WEIGHTS_AND_INPUTS, *SUMS), step, functions={"decay": (exp,)}, output=output, reads=When.BEFORE
)
apply = called(file(PIN["repository"], "rwkv/wkv/vanilla.py").wkv_vanilla)
engine = layer(apply, model=model, scope=Scope(records=(1, 5), steps=(1, 9)))
