"""Looking up millions of short keys (postcodes, company numbers) at once, in the bytes of a file as they stand.

A key of at most eight bytes is a number of 64 bits: the bytes before a place in the text, what stands before the key
masked away, letters in lower case. A table of bits tells nearly all that are not wanted, and the rest are compared.
Some punctuation marks are taken for others: whoever uses this to find lines must look at those that it finds.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

LONGEST = 8
_BITS = 20
#: Knuth's multiplier for hashing by multiplication: 2 to the 64th divided by the golden ratio.
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
#: Sets the bit in which capitals and small letters differ; of digits, blanks and noughts it is set already.
_SMALL = np.uint64(0x2020202020202020)
#: By a key's length: which of the eight bytes are the key's.
_KEEP = np.array([(1 << 8 * length) - 1 for length in range(LONGEST + 1)], dtype=np.uint64)
#: By a key's length: zeros (the digit) in the bytes before it.
_ZEROS = np.array([int.from_bytes((b"0" * (8 - n)).ljust(8, b"\0"), "big") for n in range(9)], dtype=np.uint64)


class ShortKeys:
    """A set of keys of one to eight bytes. Raises ValueError for a longer or an empty one."""

    def __init__(self, keys: Iterable[bytes]) -> None:
        wanted = sorted({key.lower() for key in keys})
        if any(not 0 < len(key) <= LONGEST for key in wanted):
            raise ValueError("a key has one to eight bytes")
        self._words = np.sort(np.array([int.from_bytes(key, "big") for key in wanted], dtype=np.uint64))
        self._table = np.zeros(1 << _BITS, dtype=np.bool_)
        self._table[self._places(self._words)] = True

    def holds(self, words: Words) -> Mask:
        """For each word whether it is one of the keys."""
        found: Mask = self._table[self._places(words)]
        at = found.nonzero()[0]
        if len(at):
            where = np.minimum(np.searchsorted(self._words, words[at]), len(self._words) - 1)
            found[at] = self._words[where] == words[at]
        return found

    @staticmethod
    def _places(words: Words) -> npt.NDArray[np.int64]:
        return ((words * _GOLDEN) >> np.uint64(64 - _BITS)).astype(np.int64)


def words_before(block: bytes, ends: Places, lengths: Places) -> Words:
    """The keys of the given lengths (longer ones: their last eight bytes) that end before the places ``ends``.

    ``ends`` are at least 8. The keys of a ``ShortKeys`` of the same bytes have the same words.
    """
    return (eight_before(block, ends) | _SMALL) & _KEEP[np.minimum(lengths, LONGEST)]


def numbers_before(block: bytes, ends: Places, lengths: Places) -> Words:
    """The same, filled up with zeros in front to eight characters: "123" is the key "00000123"."""
    short = np.minimum(lengths, LONGEST)
    return ((eight_before(block, ends) | _SMALL) & _KEEP[short]) | _ZEROS[short]


def alphanumeric(words: Words) -> Mask:
    """Whether all eight bytes of each word are digits or letters, or what stands between and after them in ASCII.

    No blank, quotation mark or comma is: each is less than the digit nought.
    """
    noughts, highest = np.uint64(0x3030303030303030), np.uint64(0x8080808080808080)
    mask: Mask = (((words - noughts) & ~words | words) & highest) == 0
    return mask


def folded(words: Words) -> Words:
    """Words of eight bytes with their letters in lower case, as the keys of a ``ShortKeys`` are."""
    return words | _SMALL


def eight_before(block: bytes, ends: Places) -> Words:
    """The eight bytes before each place (at least 8), as words whose highest byte is the first of them."""
    windows = np.ndarray((len(block) - LONGEST + 1,), dtype=">u8", buffer=block, strides=(1,))
    return windows[ends - LONGEST].astype(np.uint64)


def places_of(block: bytes, byte: int) -> Places:
    """Where a byte stands in a block, ascending."""
    found: Places = (np.frombuffer(block, dtype=np.uint8) == byte).nonzero()[0]
    return found
