"""Very large text files as published: zipped, gzipped or plain, read as a stream of whole lines in constant memory."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from crawler.workbooks import Damaged

#: The largest file read this way is some 12 GB of JSON and shrinks to an eighth; neither ever comes near this.
MOST_BYTES = 64 * 1024**3
MOST_RATIO = 250
#: No line of any such file is near this long: a longer one is damage, or made to fill the memory.
MOST_LINE_BYTES = 4 * 1024**2
_CHUNK = 1 << 20


@contextmanager
def text_stream(path: Path) -> Iterator[tuple[IO[bytes] | gzip.GzipFile, int]]:
    """The one text in a file, and the most bytes it may hold. Raises Damaged for a zip of none or several."""
    with path.open("rb") as file:
        head = file.read(4)
    most = min(MOST_BYTES, max(_CHUNK * 64, path.stat().st_size * MOST_RATIO))
    if head[:2] == b"\x1f\x8b":
        with gzip.open(path, "rb") as unzipped:
            yield unzipped, most
    elif head == b"PK\x03\x04":
        try:
            with zipfile.ZipFile(path) as archive:
                members = [one for one in archive.infolist() if not one.is_dir() and not one.filename.startswith("__")]
                if len(members) != 1:
                    raise Damaged(f"is a zip of {len(members)} files where one was expected")
                with archive.open(members[0]) as member:
                    yield member, most
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as problem:
            raise Damaged(f"is cut short or a broken zip ({problem})") from problem
    else:
        with path.open("rb") as file:
            yield file, most


def chunks_of(path: Path) -> Iterator[bytes]:
    """The text of a file in pieces. Raises Damaged where it is cut short, broken, or unpacks to a bomb."""
    size = 0
    try:
        with text_stream(path) as (stream, most):
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                if size > most:
                    raise Damaged(f"unpacks to more than {most:,} bytes")
                yield chunk
    except (zipfile.BadZipFile, zlib.error, EOFError, gzip.BadGzipFile) as problem:
        raise Damaged(f"is cut short or broken ({problem})") from problem


def lines_of(path: Path) -> Iterator[list[bytes]]:
    """The lines of a file, many at a time, without their line feeds: a loop a line costs more than the reading.

    Raises Damaged as ``chunks_of`` does, and for a line longer than any real one.
    """
    rest = b""
    for chunk in chunks_of(path):
        lines = (rest + chunk).split(b"\n")
        rest = lines.pop()
        if len(rest) > MOST_LINE_BYTES:
            raise Damaged(f"holds a line of more than {MOST_LINE_BYTES:,} bytes")
        yield lines
    if rest:
        yield [rest]


def first_line(path: Path) -> bytes:
    """The first line that is not blank, without a byte order mark; empty where there is none. Raises Damaged."""
    for lines in lines_of(path):
        for line in lines:
            if plain := line.removeprefix(b"\xef\xbb\xbf").strip():
                return plain
    return b""
