"""What every adapter refuses: a model that judges nobody, what is no function, an unsound claim."""

from dataclasses import replace

import autograd.numpy as anp
import pytest

from verification import Block, Scope, Use, layer, models, scoped
from verification.sampling.claim import LONG


def test_what_a_model_is_not_sound_in_is_claimed_by_nobody():
    """Complex numbers and Fractions: not by default, and refused in one line where a scope says so."""

    def step(f, p, x, h):
        return anp.hypot(x.a, 1) * h + anp.sqrt(x.x + 2)

    model = replace(models.scan, step=step, readout=lambda f, p, h: h @ p.V.T)
    model = replace(model, blocks=(Block("V", ("K", "H"), Use.READOUT), *model.blocks))
    claim = scoped(len, model=model).claim
    assert (claim.exact, claim.dtypes) == (False, ("float32", "float64", *LONG))
    for scope, message in (
        (Scope(exact=True), "exact: True, needed False: model scan: its operations take no Fractions: "),
        (Scope(dtypes=("complex64",)), r"dtypes: \('complex64',\), needed real ones: model scan: the step "),
    ):
        with pytest.raises(ValueError, match=f"^scope: {message}") as refused:
            layer(len, len, model=model, scope=scope)
        assert "\n" not in str(refused.value)
    assert scoped(len, model=replace(models.scan, blocks=model.blocks, readout=model.readout)).claim.exact
