"""A process that has an engine and looks at blocks: a line of JSON in, and one out, until its input ends.

``python -m verification.campaign.serving FILE.py:NAME``. The first line out says what it has, or why it has
nothing. What the engine's file prints does not get among the lines.
"""

import json
import os
import select
import sys
import tempfile
from contextlib import redirect_stdout
from dataclasses import asdict
from typing import IO, Any

from verification.processes.namesakes import ours

# Seconds without a request after which nobody is there any more. A broken connection ends it at once; this is
# for a worker of a cluster that lives on when a campaign has been killed.
IDLE = 600.0


def main(argv: list[str]) -> int:
    """Serve until the input ends."""
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    with ours(), tempfile.TemporaryDirectory(prefix="verified-rnn-") as folder, redirect_stdout(sys.stderr):
        from hypothesis.configuration import set_hypothesis_home_dir

        set_hypothesis_home_dir(folder)
        _serve(argv[0], sys.stdin, replies)
    return 0


def _serve(target: str, requests: IO[str], replies: IO[str]) -> None:
    from verification.campaign.blocks import Block
    from verification.campaign.identity import identity_of, job_of
    from verification.campaign.looking import looked_at
    from verification.judge import subject_of
    from verification.processes.loading import engine_at

    def reply(**values: Any) -> None:
        replies.write(json.dumps(values) + "\n")
        replies.flush()

    try:
        job = job_of(target)
        subject = subject_of(engine_at(target))
    except (OSError, ValueError) as error:
        reply(refused=str(error))
        return
    reply(identity=asdict(identity_of(job)))
    while select.select([requests], [], [], IDLE)[0] and (line := requests.readline()):
        try:
            reply(record=looked_at(subject, Block(**json.loads(line))).to_json())
        except Exception as error:
            reply(broken=f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
