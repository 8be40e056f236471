"""Very large text files as published: zipped, gzipped or plain, read as a stream of whole lines in constant memory.

ISA-L unpacks some two or three times as fast as zlib does, which is what ``unzip`` and Python's own modules use.
"""

from __future__ import annotations

import gzip
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from isal import isal_zlib
from isal.igzip import IGzipFile
from isal.igzip_lib import IsalError

from crawler.workbooks import Damaged

#: The largest file read this way is some 12 GB of JSON and shrinks to an eighth; neither ever comes near this.
MOST_BYTES = 64 * 1024**3
MOST_RATIO = 250
#: No line of any such file is near this long: a longer one is damage, or made to fill the memory.
MOST_LINE_BYTES = 4 * 1024**2
#: A quarter of a megabyte stays in the processor's own memory while it is looked through.
_CHUNK = 1 << 18
#: What systems put into a zip beside its files: ``__MACOSX/…``, ``.DS_Store``.
_BESIDE = re.compile(r"^__|(?:^|/)\.[^/]*$")
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_BROKEN: tuple[type[Exception], ...] = (  # type: ignore[assignment]  # isal's stub calls its class an instance
    *(zipfile.BadZipFile, zlib.error, EOFError, gzip.BadGzipFile, struct.error),
    IsalError,
)


def members_of(path: Path) -> tuple[str | None, ...]:
    """The names of the files in a zip, in its order; one ``None`` for a file that is no zip. Raises Damaged."""
    with path.open("rb") as file:
        if file.read(4) != b"PK\x03\x04":
            return (None,)
    return tuple(one.filename for one in _entries(path))


def chunks_of(path: Path, member: str | None = None) -> Iterator[bytes]:
    """The text of a file in pieces. Raises Damaged where it is cut short, broken, or unpacks to a bomb.

    ``member`` names one file of a zip; without it the zip must hold one file only.
    """
    size, most = 0, min(MOST_BYTES, max(64 << 20, path.stat().st_size * MOST_RATIO))
    try:
        for chunk in _unpacked(path, member):
            size += len(chunk)
            if size > most:
                raise Damaged(f"unpacks to more than {most:,} bytes")
            yield chunk
    except _BROKEN as problem:
        raise Damaged(f"is cut short or broken ({problem})") from problem


def blocks_of(path: Path, member: str | None = None) -> Iterator[bytes]:
    """The text of a file in pieces that end with a line feed, all but the last.

    Raises Damaged as ``chunks_of`` does, and for a line longer than any real one.
    """
    rest = b""
    for chunk in chunks_of(path, member):
        cut = chunk.rfind(b"\n") + 1
        if cut:
            yield rest + chunk[:cut]
            rest = chunk[cut:]
        else:
            rest += chunk
            if len(rest) > MOST_LINE_BYTES:
                raise Damaged(f"holds a line of more than {MOST_LINE_BYTES:,} bytes")
    if rest:
        yield rest


def lines_of(path: Path, member: str | None = None) -> Iterator[list[bytes]]:
    """The lines of a file, many at a time, without their line feeds: a loop a line costs more than the reading.

    Raises Damaged as ``blocks_of`` does.
    """
    for block in blocks_of(path, member):
        yield block.removesuffix(b"\n").split(b"\n")


def first_line(path: Path, member: str | None = None) -> bytes:
    """The first line that is not blank, without a byte order mark; empty where there is none. Raises Damaged."""
    for lines in lines_of(path, member):
        for line in lines:
            if plain := line.removeprefix(b"\xef\xbb\xbf").strip():
                return plain
    return b""


def _unpacked(path: Path, member: str | None) -> Iterator[bytes]:
    with path.open("rb") as file:
        head = file.read(4)
        if head[:2] == b"\x1f\x8b":
            with IGzipFile(path, "rb") as unzipped:  # type: ignore[no-untyped-call]  # its stub gives no types
                yield from iter(lambda: unzipped.read(_CHUNK), b"")
        elif head == b"PK\x03\x04":
            yield from _inflated(file, _entry(path, member))
        else:
            file.seek(0)
            yield from iter(lambda: file.read(_CHUNK), b"")


def _entries(path: Path) -> list[zipfile.ZipInfo]:
    """The files in a zip, without folders and what some systems put beside them. Raises Damaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            return [one for one in archive.infolist() if not one.is_dir() and not _BESIDE.search(one.filename)]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, struct.error) as problem:
        raise Damaged(f"is cut short or a broken zip ({problem})") from problem


def _entry(path: Path, member: str | None) -> zipfile.ZipInfo:
    entries = [one for one in _entries(path) if member in (None, one.filename)]
    if len(entries) != 1:
        raise Damaged(f"is a zip of {len(entries)} files where one was expected")
    return entries[0]


def _inflated(file: IO[bytes], entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of one file in a zip, checked against the size and the checksum that the zip gives it."""
    if entry.flag_bits & 1:
        raise Damaged(f"holds {entry.filename} locked with a password")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Damaged(f"holds {entry.filename} packed in a way that is not read (method {entry.compress_type})")
    file.seek(entry.header_offset)
    magic, name, extra = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
    if magic != b"PK\x03\x04":
        raise Damaged(f"is a broken zip: {entry.filename} is not where it says")
    file.seek(name + extra, 1)
    size, checksum = 0, 0
    for chunk in _raw(file, entry):
        size += len(chunk)
        checksum = isal_zlib.crc32(chunk, checksum)
        yield chunk
    if (size, checksum) != (entry.file_size, entry.CRC):
        raise Damaged(f"is cut short or broken: {entry.filename} is not what its checksum says")


def _raw(file: IO[bytes], entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes of one file in a zip, unpacked; never more than a chunk at once, whatever it shrank to."""
    inflate = isal_zlib.decompressobj(wbits=-15) if entry.compress_type == zipfile.ZIP_DEFLATED else None
    left = entry.compress_size
    while left and not (inflate and inflate.eof):
        piece = file.read(min(_CHUNK, left))
        if not piece:
            raise Damaged("is cut short")
        left -= len(piece)
        if inflate is None:
            yield piece
        while inflate is not None and piece and not inflate.eof:
            if chunk := inflate.decompress(piece, _CHUNK):
                yield chunk
            piece = inflate.unconsumed_tail
    while inflate is not None and not inflate.eof and (chunk := inflate.decompress(b"", _CHUNK)):
        yield chunk
