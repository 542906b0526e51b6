"""The border of two chunks: an engine that is right within a chunk, and wrong from the first step beyond it.

This applies to an engine that declares the length of its chunks. It runs healthy cases of one chunk, of one
more step, and of two chunks. An error in both of the longer ones is at the border. One that occurs only with
one more step, or with less than a chunk as well, is in an incomplete last chunk.
"""

from collections.abc import Sequence
from dataclasses import replace

from verification.diagnosis.probe import STEPS, Seen, healthy_case, look_at
from verification.diagnosis.stages import Diagnosis, at_place
from verification.models.case import Case
from verification.properties.engine import Engine
from verification.sampling.chunks import chunk_of

AT_BORDER, NOT_WHOLE = "the border of two chunks", "a last chunk that is not whole"


def at_border(engine: Engine, seen: Seen) -> str:
    """The clause that this number of steps is one beyond a chunk; "" if it is not."""
    case = seen.truth.case
    chunk = chunk_of(engine.claim, case)
    return f", {AT_BORDER}" if chunk is not None and case.steps == chunk + 1 else ""


def if_whole(engine: Engine, seen: Seen, wrong: Sequence[int], right: Sequence[int]) -> str:
    """The clause that only incomplete chunks are wrong, if these numbers of steps show it; else ""."""
    chunk = chunk_of(engine.claim, seen.truth.case)
    if chunk is None or any(T % chunk for T in right) or not all(T % chunk for T in wrong):
        return ""
    return f" where T is no multiple of {chunk}, {NOT_WHOLE}"


def of_border(engine: Engine, case: Case, small: bool) -> Diagnosis | None:
    """The diagnosis of an error at a border of chunks; None if there is none.

    ``small``: are small cases wrong as well? Then only an incomplete last chunk can be the reason. Chunks so
    short that small cases have a border are left to those cases.
    """
    chunk, (least, most) = chunk_of(engine.claim, case), engine.claim.steps
    if chunk is None or chunk < max(least, *STEPS) or 2 * chunk > most:
        return None

    def seen(steps: int) -> Seen:
        return look_at(engine, replace(healthy_case(engine, steps), chunk=case.chunk))

    if seen(chunk).wrong or not (beyond := seen(chunk + 1)).wrong or beyond.raised:
        return None
    whole_alone = not seen(2 * chunk).wrong
    if small and not whole_alone:
        return None
    if whole_alone:
        where, bug = f" where T is no multiple of {chunk}", f"the bug is at {NOT_WHOLE}"
    else:
        where, bug = f" from T = {chunk + 1} on", f"the bug is at {AT_BORDER}"
    return at_place("border", bug, beyond, where, ("chunk",))
