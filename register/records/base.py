"""What every record is: a frozen statement of one source about one thing, with a canonical form and a digest."""

from __future__ import annotations

import hashlib

import msgspec


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a source says of one thing. ``id`` carries its register (``cqc:…``)."""

    id: str


def raw_digest(raw: bytes) -> str:
    """SHA-256 of a raw record, in hexadecimal: lets anyone check a fact against the publisher's own file."""
    return hashlib.sha256(raw).hexdigest()


_ENCODER = msgspec.json.Encoder(order="deterministic")


def record_digest(record: Record) -> str:
    """SHA-256 of a record's content in a canonical form: equal content, equal digest, on any machine."""
    return hashlib.sha256(_ENCODER.encode(record)).hexdigest()
