"""The certificate of a judgement of a cell, which ``python -m rnn train`` looks up."""

import sys
from datetime import UTC, datetime

from rnn.app.certificate import Certificate, engine_digest, keep, versions_of
from verification.judging.judgement import Judgement


def certificate_of(judgement: Judgement, verdict: str, cell: str, loops: str, profile: str) -> Certificate:
    """The certificate of a finished run; its ``verdict`` may be worse than the judgement's own."""
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
    """Writes it to the user's cache; prints one line if that fails, since the user did not request it."""
    try:
        path = keep(certificate)
    except OSError as error:
        print(f"The certificate is not kept: {error.strerror or error}", file=sys.stderr)
    else:
        print(f"Certificate: {path}", file=sys.stderr)
