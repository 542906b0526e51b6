"""Bugs that are known and not in the collection: source, what was wrong, why it cannot be said here."""

LEFT_OUT = (
    (
        "pytorch/pytorch#153679",
        "two scans, compiled by Inductor, share what one of them still needs",
        "a compiler's reuse of memory: the eager backward is right",
    ),
    (
        "pytorch/pytorch#703",
        "a second backward through cuDNN's RNN finds what was saved freed",
        "it raises, and gives no wrong gradient",
    ),
    (
        "state-spaces/mamba#1015, #1036",
        "offsets of long sequences overflow 32 bits",
        "needs arrays of more than 2³¹ numbers",
    ),
    (
        "sjtu-medialab/RwkvCompress#11",
        "lanes of a warp read each other's values without a barrier",
        "a race: it has no one result",
    ),
    (
        "fla-org/flash-linear-attention#1156",
        "a convolution's backward is wrong on one GPU",
        "a compiler's code for that GPU; the text is right",
    ),
    (
        "fla-org/flash-linear-attention#955",
        "a convolution's weight gradient is some multiple where packed sequences come in a batch",
        "here packed sequences are one record",
    ),
    (
        "pytorch/pytorch#172568",
        "associative_scan's gradient of several leaves, one of which is discarded",
        "its thread does not say which line: only the outcome could be copied",
    ),
    (
        "state-spaces/mamba#368",
        "steps behind the end have decays other than 1",
        "those steps have no cotangent there: no wrong number could be made of it here",
    ),
    (
        "state-spaces/mamba#537",
        "of tiles that overshoot a row's rest is not set to zero",
        "what it adds is what is in memory: it has no one result",
    ),
    (
        "fla-org/flash-linear-attention#1142, loads",
        "rows behind the end are read; their values are discarded",
        "arrays have no numbers behind their end; the term that is dropped as well is fla-577",
    ),
    (
        "apache/mxnet#17898, both directions",
        "the inputs' gradient is written over the outputs' before the other direction has read that",
        "a model's step goes one way",
    ),
    (
        "rsokl/MyGrad#4 (review)",
        "of a truncated way back the last steps alone are gone through, not those of each loss",
        "no difference of the forward is a truncated gradient; the field study has MyGrad's",
    ),
)
