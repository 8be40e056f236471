"""Files go to the disk as they come, unpacked and counted on the way: the largest has three gigabytes.

Scrapy holds an answer in memory until all of it is there, and tells by signal of each piece that comes. The pieces of a
file are written down from those signals, and what Scrapy would hold beside them is let go.
"""

from __future__ import annotations

import hashlib
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Self

from scrapy import Request, signals
from scrapy.core.downloader.handlers import http11
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, StopDownload
from scrapy.http import Headers, Response

#: Where a request for a file keeps its Download.
DOWNLOAD = "longstop_download"
#: How a file that is still coming is named; whoever reads a folder of files passes over names that begin so.
COMING = ".coming-"
#: What one step of unpacking may give, however much was packed into few bytes.
_STEP = 1 << 20


class CutShort(ValueError):
    """A compressed answer that ends before its end, or is none."""


class Unpacking:
    """Takes the gzip off an answer, piece by piece. ``encoding`` is what its header says, ``most`` bytes its ceiling.

    Scrapy's own way to unpack gives what there is of an answer that was cut: half a list that looks like a whole one.
    """

    def __init__(self, encoding: bytes, most: int) -> None:
        self._encoding, self._most = encoding.strip().lower(), most
        self._member: zlib._Decompress | None = None
        self.size = 0

    def take(self, data: bytes) -> Iterator[bytes]:
        """What a piece unpacks to. Raises CutShort; IgnoreRequest beyond the ceiling, or for another way of packing."""
        if self._encoding in (b"", b"identity"):
            yield self._counted(data)
            return
        if self._encoding not in (b"gzip", b"x-gzip"):
            way = self._encoding.decode("latin-1")[:40]
            raise IgnoreRequest(f"the answer is packed in a way that was not asked for ({way})")
        while data:
            if self._member is None or self._member.eof:
                self._member = zlib.decompressobj(wbits=31)
            try:
                yield self._counted(self._member.decompress(data, _STEP))
            except zlib.error as problem:
                raise CutShort(f"the answer is no gzip ({problem})") from problem
            data = self._member.unconsumed_tail or self._member.unused_data

    def end(self) -> None:
        """Say that nothing more comes. Raises CutShort where more should have."""
        if self._member is not None and not self._member.eof:
            raise CutShort("the answer was cut short")

    def _counted(self, data: bytes) -> bytes:
        self.size += len(data)
        if self.size > self._most:
            raise IgnoreRequest(
                f"the answer unpacks to more than {self._most:,} bytes, larger than any file of this source"
            )
        return data


def unpacked(request: Request, response: Response, most: int) -> Response:
    """An answer without its gzip; one whose file lies on the disk, as it is. Raises as ``Unpacking`` does."""
    download: Download | None = request.meta.get(DOWNLOAD)
    if download is not None:
        download.end()
        return response
    encoding = response.headers.get("Content-Encoding") or b""
    if not encoding or not response.body:
        return response
    unpacking = Unpacking(encoding, most)
    body = b"".join(unpacking.take(response.body))
    unpacking.end()
    headers = {name: value for name, value in response.headers.items() if name.lower() != b"content-encoding"}
    return response.replace(body=body, headers=headers)


class Download:
    """A file on its way to a folder. It begins anew with each answer: the request may be redirected, or tried again.

    ``size`` bytes have come, unpacked; ``head`` are the first of them; ``blank`` while nothing in them can be read.
    """

    def __init__(self, folder: Path, most: int) -> None:
        self._folder, self._most = folder, most
        self._file: IO[bytes] | None = None
        self._path: Path | None = None
        self._problem: Exception | None = None
        self.begin(b"")

    def begin(self, encoding: bytes) -> None:
        """An answer comes, packed as its header says: what came of another before it is let go."""
        self.let_go()
        self._unpacking = Unpacking(encoding, self._most)
        self._total = hashlib.sha256()
        self.head, self.blank = b"", True

    def take(self, data: bytes) -> None:
        """Write a piece. Raises StopDownload where it is of no use to go on; ``end`` then says why."""
        try:
            for piece in self._unpacking.take(data):
                self._write(piece)
        except (CutShort, IgnoreRequest) as problem:
            self._problem = problem
            raise StopDownload(fail=False) from problem
        except OSError as problem:
            self._problem = IgnoreRequest(f"it cannot be kept on the disk ({problem.strerror or problem})")
            raise StopDownload(fail=False) from problem

    def end(self) -> None:
        """All has come that will come. Raises what stopped it: CutShort, or IgnoreRequest with a sentence."""
        try:
            if self._file is not None:
                self._file.close()
            if self._problem is None:
                self._unpacking.end()
        except OSError as problem:
            self._problem = IgnoreRequest(f"it cannot be kept on the disk ({problem.strerror or problem})")
        if self._problem is not None:
            raise self._problem

    def keep_as(self, path: Path) -> Path:
        """Give the file its name, in place of one that had it; gives the path. Raises OSError."""
        if self._path is None:
            path.write_bytes(b"")
        else:
            self._path.replace(path)
            self._path = None
        return path

    def let_go(self) -> None:
        """Delete what has come."""
        with suppress(OSError):
            if self._file is not None:
                self._file.close()
            if self._path is not None:
                self._path.unlink(missing_ok=True)
        self._file = self._path = self._problem = None

    @property
    def size(self) -> int:
        """How many bytes have come, unpacked."""
        return self._unpacking.size

    @property
    def sha256(self) -> str:
        """SHA-256 of what has come, unpacked."""
        return self._total.hexdigest()

    def _write(self, piece: bytes) -> None:
        if self._file is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            number, name = tempfile.mkstemp(prefix=COMING, dir=self._folder)
            self._file, self._path = open(number, "wb"), Path(name)  # noqa: PTH123, SIM115 - it is open already
        self._file.write(piece)
        self._total.update(piece)
        if len(self.head) < 8:
            self.head = (self.head + piece)[:8]
        self.blank = self.blank and not piece.strip()


class ToDisk:
    """Scrapy's extension: hands each piece of a file to the request's Download, and counts the bytes of it."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made once for a crawl."""
        extension = cls(crawler)
        crawler.signals.connect(extension.begun, signals.headers_received)
        crawler.signals.connect(extension.came, signals.bytes_received)
        _hold_no_files()
        return extension

    def begun(self, headers: Headers, request: Request) -> None:
        """An answer begins."""
        if (download := request.meta.get(DOWNLOAD)) is not None:
            download.begin(headers.get("Content-Encoding") or b"")

    def came(self, data: bytes, request: Request) -> None:
        """A piece has come. Raises StopDownload, which Scrapy knows."""
        if (download := request.meta.get(DOWNLOAD)) is not None:
            if self._crawler.stats is not None:
                self._crawler.stats.inc_value("longstop/file_bytes", len(data))
            download.take(data)


class _Nothing(BytesIO):
    """Takes what is written, and holds none of it."""

    def write(self, data: Any, /) -> int:
        return len(data)


def _hold_no_files() -> None:
    """Let Scrapy hold nothing of an answer that goes to the disk.

    There is no public way to say so (Scrapy 2.19). Where a later Scrapy names these things otherwise, files still go to
    the disk, and lie in memory beside it until they are whole.
    """
    reader: Any = getattr(http11, "_ResponseReader", None)
    if reader is None or getattr(reader, "holds_no_files", False):
        return

    class Reader(reader):  # type: ignore[misc]  # known when it runs
        holds_no_files = True

        def __init__(self, *more: Any, **named: Any) -> None:
            super().__init__(*more, **named)
            request = getattr(self, "_request", None)
            if request is not None and DOWNLOAD in request.meta:
                self._bodybuf = _Nothing()

    setattr(http11, reader.__name__, Reader)
