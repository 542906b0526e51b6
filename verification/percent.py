"""A share in per cent, as every table, page and picture of the verifier writes it."""


def percent(share: float, digits: int = 0) -> str:
    """``share``, from 0 to 1, rounded to so many digits; only what is none is 0, only what is all is 100.

    A share that rounds to either without being it is told by the last number short of it.

    >>> percent(1 / 3), percent(2 / 3, 1), percent(0.0), percent(1.0, 1)
    ('33%', '66.7%', '0%', '100%')
    >>> percent(0.996), percent(0.003), percent(0.9996, 1), percent(0.0004, 1)
    ('>99%', '<1%', '>99.9%', '<0.1%')
    """
    if share in (0, 1):
        return f"{share:.0%}"
    least = 10.0 ** (-2 - digits)
    rounded = round(share, 2 + digits)
    if rounded <= 0:
        return f"<{least:.{digits}%}"
    if rounded >= 1:
        return f">{1 - least:.{digits}%}"
    return f"{share:.{digits}%}"
