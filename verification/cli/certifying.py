"""What a judgement of a cell of ``rnn`` certifies, for ``python -m rnn train``, which looks for it."""

import sys
from datetime import UTC, datetime

from rnn.app.certificate import Certificate, engine_digest, keep, versions_of
from verification.judging.judgement import Judgement


def certificate_of(judgement: Judgement, verdict: str, cell: str, loops: str, profile: str) -> Certificate:
    """Of a run that is over; the ``verdict`` may be worse than the judgement's own."""
    return Certificate(
        cell=cell,
        loops=loops,
        engine=engine_digest(),
        versions=versions_of(loops),
        profile=profile,
        seed=judgement.seed,
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        cases=judgement.cases,
        informative=judgement.informative,
        scope=judgement.scope,
        verdict=verdict,
    )


def keep_or_tell(certificate: Certificate) -> None:
    """Keep it in the user's cache. Where that cannot be, one line says so: nobody has asked for the file."""
    try:
        path = keep(certificate)
    except OSError as error:
        print(f"The certificate is not kept: {error.strerror or error}", file=sys.stderr)
    else:
        print(f"Certificate: {path}", file=sys.stderr)
