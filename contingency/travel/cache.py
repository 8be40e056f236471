"""A small file beside the register that saves testing two million steps against the coast each time.

Not a pickle, and never trusted: its name carries the digest of the land it belongs to, and its content its own.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import zlib
from pathlib import Path

import numpy as np

from contingency.problem import BoolArray

_DIGEST_BYTES = 32


def read(folder: Path | None, key: str, shape: tuple[int, int]) -> BoolArray | None:
    """The stored array of this shape, or ``None`` where there is none or the file is damaged."""
    if folder is None:
        return None
    try:
        content = _path(folder, key).read_bytes()
        digest, packed = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
        if hashlib.sha256(key.encode() + packed).digest() != digest:
            return None
        bits = np.frombuffer(zlib.decompress(packed), dtype=np.uint8)
    except (OSError, zlib.error):
        return None
    size = shape[0] * shape[1]
    if len(bits) != (size + 7) // 8:
        return None
    return np.unpackbits(bits, count=size).astype(bool).reshape(shape)


def write(folder: Path | None, key: str, array: BoolArray) -> None:
    """Store the array whole or not at all. A folder that cannot be written costs time, not the plan: no error."""
    if folder is None:
        return
    packed = zlib.compress(np.packbits(array).tobytes(), 6)
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=".land-grid-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(key.encode() + packed).digest() + packed)
            Path(temporary).replace(_path(folder, key))
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise


def _path(folder: Path, key: str) -> Path:
    return folder / f"land-grid-{key[:16]}.bin"
