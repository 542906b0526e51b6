"""JSON texts that end with a SHA-256 of themselves, by which any changed character is noticed.

It is no signature: whoever can write the file can seal another text.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

# What the last field begins with.
_SEAL = ', "sha256": "'


class BadSeal(ValueError):
    """A text that holds no sealed values, or one that was cut or changed."""


def sealed(values: Mapping[str, Any]) -> str:
    """The values, of which there is at least one, as one line of JSON. ValueError for what JSON lacks."""
    text = json.dumps(values, allow_nan=False)
    return f'{text[:-1]}{_SEAL}{_digest(text)}"}}\n'


def unsealed(text: str) -> dict[str, Any]:
    """The values of such a text, or ``BadSeal``; the end of its line may be missing."""
    body, seal, digest = text.rpartition(_SEAL)
    if not seal:
        raise BadSeal("no sha256 at its end, needed a text as it was written")
    if digest.removesuffix("\n") != f'{_digest(body + "}")}"}}':
        raise BadSeal("its sha256 is another, needed a text as it was written")
    try:
        values: Any = json.loads(body + "}")
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        raise BadSeal("no JSON object, needed a text as it was written")
    return values


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
