"""stanford-ctc: ctc_loss of ctc/ctc.py, the gradient of a CTC loss at the logits, in NumPy.

It is Python 2; its prints and its divisions of whole numbers are written for Python 3 here. The forward is
written out, because the loss that it returns is another: that of T = 1 counts the blank alone as well.
Sequences have enough frames for their labels.
"""

import re

import autograd.numpy as np
import numpy
from hypothesis import strategies as st
from sources import definitions, folder

from verification import function

PIN = {
    "title": "stanford-ctc, ctc_loss",
    "repository": "amaas/stanford-ctc",
    "commit": "3d3bd9ce92cfdc0173b1bd2096ecea8634d6b62f",
    "files": {
        "ctc/ctc.py": "9309b4cbc455c2b0edc0f13c11d43df8",
    },
}

SOURCE = (folder(PIN["repository"]) / next(iter(PIN["files"]))).read_text("utf-8").expandtabs(8)
SOURCE = re.sub(r"print (.*)$", r"print(\1)", SOURCE, flags=re.MULTILINE).replace("(s-1)/2", "(s-1)//2")
theirs = definitions(SOURCE, ["ctc_loss"])


def forward(logits, labels):
    """−log of the probability of the labels (L,), by logits (K, T); label 0 is the blank."""
    e = np.exp(logits - np.max(logits, axis=0))
    p = e / np.sum(e, axis=0)
    path = [0]
    for label in labels:
        path += [int(label), 0]
    alpha = [p[path[s], 0] if s < 2 else 0.0 for s in range(len(path))]
    for t in range(1, logits.shape[1]):
        before, alpha = alpha, []
        for s, label in enumerate(path):
            reached = before[s] + (before[s - 1] if s > 0 else 0.0)
            if s > 1 and label not in (0, path[s - 2]):
                reached = reached + before[s - 2]
            alpha.append(reached * p[label, t])
    return -np.log(alpha[-1] + alpha[-2]), (logits, labels)


def backward(saved, d):
    logits, labels = saved
    _, gradient, _ = theirs.ctc_loss(numpy.asarray(logits), labels, is_prob=False)
    return d * gradient, None


@st.composite
def arguments(draw):
    rng = numpy.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    length, classes = draw(st.integers(1, 3)), draw(st.integers(2, 6))
    labels = rng.integers(1, classes, length)
    frames = 2 * length - 1 + draw(st.integers(0, 6))
    scale = draw(st.sampled_from((1.0, 3.0, 0.01)))
    return scale * rng.standard_normal((classes, frames)), labels


engine = function(forward, backward, arguments())
