"""From which product of sizes on an engine is wrong."""

import pytest

from verification.diagnosis.product_of_sizes import threshold

LEAST = {"N": 3, "T": 4, "D": 2, "H": 2}
MOST = {"N": 129, "T": 512, "D": 512, "H": 512}

# A condition, sizes at which it holds, and what is found; None where no product matters.
CONDITIONS = {
    "N * T >= 2**15": ((129, 512, 2, 2), "from N · T = 32,768 on"),
    "N * T > 2**15": ((129, 300, 2, 2), "beyond N · T = 32,768"),
    "N * T > 2**15 + 2": ((129, 300, 2, 2), "from about N · T = 33,100 on"),
    "N * T >= 2**15 - 500": ((129, 512, 2, 2), "from about N · T = 32,800 on"),
    "N * T >= 50_000": ((129, 400, 2, 2), "from about N · T = 50,400 on"),
    "N * T * D >= 2**20": ((65, 131, 128, 2), "from N · T · D = 1,048,576 on"),
    "N * H >= 2**12 and T >= 9": ((129, 16, 2, 64), "from N · H = 4,096 on"),
    "T * H >= 64": ((3, 9, 2, 9), "from T · H = 64 on"),
    # With so many steps and units any number of records is wrong.
    "N * T * H >= 4096": ((64, 64, 2, 50), "from N · T · H = 4,096 on"),
    "N >= 5 and T >= 7": ((40, 30, 2, 2), None),
    "N == 4 * H": ((32, 4, 2, 8), None),
    "D == H": ((3, 4, 64, 64), None),
    # There is no room to exchange one for the other.
    "N * T >= 66_000": ((129, 512, 2, 2), None),
}


@pytest.mark.parametrize(("condition", "given"), CONDITIONS.items(), ids=CONDITIONS)
def test_a_product_is_found(condition, given):
    """With sizes that may be tried, in few calls; and what is returned is wrong."""
    calls, (sizes, words) = [], given
    now = dict(zip(LEAST, sizes, strict=True))

    def wrong(sizes):
        calls.append(sizes)
        return bool(eval(condition, {}, dict(sizes)))

    for name, size in LEAST.items():
        now[name] = size if wrong({**now, name: size}) else now[name]
    found = threshold(now, LEAST, MOST, wrong)
    assert (found and found.words) == words
    assert len(calls) <= 35
    assert all(LEAST[name] <= size <= MOST[name] for sizes in calls for name, size in sizes.items())
    if found:
        assert wrong(found.sizes)
        assert " · ".join(found.names) in found.words
