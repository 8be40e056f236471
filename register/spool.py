"""A run on its way in: what a source says, staged in a file until the whole run is published at once.

Nothing of a run is in the database while it is being fetched, however long that takes; memory stays small. A spool
is locked while its process lives, so that what a killed run left behind can be told from a run that is going on.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import msgspec

from register.records import Delivery, Fault, Observation, Record
from register.turns import lock

_PREFIX = "staged-"
#: What was staged by a run that was kept aside, one file a source: for whoever wants to know why.
KEPT_ASIDE = "aside-*.jsonl"
_ENCODER = msgspec.json.Encoder(order="deterministic")


class Header(msgspec.Struct, frozen=True, tag="run"):
    """The first line of a spool: whose run it is."""

    source: str
    learnt: datetime


class StagedRecord(msgspec.Struct, frozen=True, tag="record"):
    """One observation as staged: the record in canonical JSON, its kind and its digest."""

    feed: str
    kind: str
    id: str
    record_digest: str
    raw_digest: str
    origin: str
    row: int | None
    record: msgspec.Raw


class StagedDelivery(msgspec.Struct, frozen=True, tag="delivery"):
    """A list announced."""

    delivery: Delivery


class StagedFault(msgspec.Struct, frozen=True, tag="fault"):
    """Something that could not be read."""

    fault: Fault


Line = Header | StagedRecord | StagedDelivery | StagedFault


@dataclass(frozen=True, slots=True)
class LeftOver:
    """A run that was killed before it ended: its file, its source, and when it began if its first line says so."""

    path: Path
    source: str
    learnt: datetime | None

    def remove(self) -> None:
        """Delete what it had staged, and what it had fetched."""
        shutil.rmtree(files_beside(self.path), ignore_errors=True)
        self.path.unlink(missing_ok=True)


def files_beside(spool: Path) -> Path:
    """The folder of what a run fetches, beside its spool: whoever clears one up clears up the other."""
    return spool.with_suffix("")


class Spool:
    """The file of one run. ``write_*`` while fetching, ``lines`` and ``record_at`` while publishing.

    Writing raises OSError where the disk is full. Make one only while holding ``Turn.of_folder``: between the making
    of the file and its locking, another run would take it for one that was left behind.
    """

    def __init__(self, folder: Path, source: str, learnt: datetime) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(prefix=f"{_PREFIX}{source}-", suffix=".jsonl", dir=folder)
        self.path = Path(name)
        self._file: BinaryIO = os.fdopen(number, "w+b")
        self._length = 0
        lock(self._file)
        self._write(Header(source, learnt))
        self._file.flush()

    def _write(self, line: Line) -> int:
        offset = self._length
        self._length += self._file.write(_ENCODER.encode(line) + b"\n")
        return offset

    def write_delivery(self, delivery: Delivery) -> int:
        """Stage a list's announcement, and give the byte offset at which it stands."""
        return self._write(StagedDelivery(delivery))

    def write_fault(self, fault: Fault) -> None:
        """Stage what could not be read."""
        self._write(StagedFault(fault))

    def write_observation(self, seen: Observation) -> None:
        """Stage a record. The digest is of the same bytes as ``register.records.record_digest`` takes."""
        content = _ENCODER.encode(seen.record)
        digest = hashlib.sha256(content).hexdigest()
        kind = type(seen.record).__name__
        raw = msgspec.Raw(content)
        self._write(StagedRecord(seen.feed, kind, seen.record.id, digest, seen.raw_digest, seen.origin, seen.row, raw))

    def lines(self) -> Iterator[tuple[int, Line]]:
        """Every line with the byte offset at which it begins, in order."""
        decoder = msgspec.json.Decoder(Line)
        self._file.flush()
        self._file.seek(0)
        offset = 0
        for raw in self._file:
            yield offset, decoder.decode(raw)
            offset += len(raw)
        self._file.seek(0, os.SEEK_END)

    def records_at(self, offsets: Iterable[int], kind: type[Record]) -> Iterator[tuple[StagedRecord, Record]]:
        """The records that stand at some offsets, in the order of the offsets given."""
        decoder = msgspec.json.Decoder(StagedRecord)
        content = msgspec.json.Decoder(kind)
        for offset in offsets:
            self._file.seek(offset)
            staged = decoder.decode(self._file.readline())
            yield staged, content.decode(staged.record)

    def remove(self) -> None:
        """Close and delete the file, even where what it still held in memory does not fit on the disk."""
        with suppress(OSError):
            self._file.close()
        shutil.rmtree(files_beside(self.path), ignore_errors=True)
        with suppress(OSError):
            self.path.unlink()

    def keep_as(self, name: str) -> None:
        """Close the file and keep it under another name beside the others, in place of one of that name."""
        shutil.rmtree(files_beside(self.path), ignore_errors=True)
        with suppress(OSError):
            self._file.close()
            self.path.replace(self.path.with_name(name))


def left_overs(folder: Path) -> list[LeftOver]:
    """What killed runs left behind, in order of name; spools of runs that are going on are no such thing."""
    found = []
    for path in sorted(folder.glob(f"{_PREFIX}*.jsonl")):
        with suppress(OSError), path.open("r+b") as file:
            lock(file)
            header = None
            with suppress(msgspec.DecodeError):
                header = msgspec.json.decode(file.readline(), type=Header)
            named = path.stem.removeprefix(_PREFIX).rpartition("-")[0]
            found.append(LeftOver(path, header.source if header else named, header.learnt if header else None))
    return found
