"""Finding, among millions of rows of the land registry's lists, those that matter, without reading the others.

A row is 35 or 39 cells in quotation marks: counting the marks tells where every cell stands, and the postcodes and
company numbers of a whole block are looked up at once. Whatever does not look like that is read cell by cell; so is
whatever was found.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

import numpy as np

from crawler.land_registry import MOST_OWNERS, Layout
from crawler.short_keys import LONGEST, Mask, Places, ShortKeys, numbers_before, places_of, words_before
from register.identifiers import BadIdentifier, company_number, postcode
from register.wanted_titles import WantedTitles, plain_words

_QUOTE, _LINE_FEED = 34, 10
_ADDRESS, _DISTRICT, _COUNTY, _POSTCODE, _MULTIPLE = 2, 3, 4, 6, 7
#: For comparing words without decoding them: capitals, and blanks for what is neither letter nor digit.
_PLAIN = bytes(
    ord(chr(byte).upper()) if byte < 128 and chr(byte).isalnum() else byte if byte >= 128 else 32 for byte in range(256)
)
_DROPPED = b"'."
_AT_ONCE = 16


class TitleSearch:
    """Which rows of one kind of file concern the register. ``wanted`` must not be empty."""

    def __init__(self, wanted: WantedTitles, layout: Layout) -> None:
        self._wanted, self._layout, self._cells = wanted, layout, len(layout.columns)
        # A number that an owner from abroad gives is its own country's, unless it begins as Companies House's own do.
        cell = layout.owner_cell
        self._others = cell(MOST_OWNERS, 0) - cell(1, 0)
        self._places = np.array(
            [2 * at + mark for at in (_MULTIPLE, _POSTCODE, cell(0, 1)) for mark in (0, 1)]
            + [2 * cell(1, 0), 2 * cell(MOST_OWNERS, 0)]
        )
        others = range(1, MOST_OWNERS)
        self._numbers_of_others = np.array([2 * cell(owner, 1) + mark for owner in others for mark in (0, 1)])
        companies = [one.removeprefix("gb-coh:") for one in wanted.companies]
        self._companies = frozenset(one for one in companies if not layout.overseas or one.startswith("OE"))
        self._postcodes = ShortKeys(form.encode() for one in wanted.postcodes for form in (one, one.replace(" ", "")))
        self._numbers = ShortKeys(one.encode() for one in self._companies)
        phrases = [tuple(phrase.split(" ")) for phrase in wanted.phrases]
        self._pairs = frozenset((words[0].encode(), words[1].encode()) for words in phrases if len(words) > 1)
        self._alone = frozenset(words[0].encode() for words in phrases if len(words) == 1)
        self._by_start: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
        for words in phrases:
            self._by_start.setdefault(words[:2], []).append(words)

    def found_in(self, block: bytes) -> tuple[list[tuple[int, bytes]], int]:
        """The lines of a block that concern the register, or are no rows, by position (from 0), and how many it has.

        A line that cannot be told to be of another is among them.
        """
        feeds = places_of(block, _LINE_FEED)
        starts = np.concatenate(([0], feeds + 1))
        ends = np.concatenate((feeds, [len(block)]))
        if starts[-1] == len(block):
            starts, ends = starts[:-1], ends[:-1]
        maybe = self._maybe(block, starts)
        lines = [(at, block[starts[at] : ends[at]]) for at in maybe]
        return [(at, line) for at, line in lines if self._may_concern(line)], len(starts)

    def _maybe(self, block: bytes, starts: Places) -> Collection[int]:
        """The positions of the lines that cannot be told at a glance to be of no concern."""
        quotes, marks = places_of(block, _QUOTE), 2 * self._cells
        text = np.frombuffer(block, dtype=np.uint8)
        if len(quotes) == marks * len(starts) and (quotes[::marks] == starts).all():
            rows, begins = np.arange(len(starts)), np.arange(0, len(quotes), marks)  # every line is a row, as is usual
        else:
            first = np.searchsorted(quotes, starts)
            rows = (np.diff(first, append=len(quotes)) == marks).nonzero()[0]
            begins = first[rows]
        places = quotes[begins[:, None] + self._places]
        said = text[places[:, 0] + 1]
        length = places[:, 3] - places[:, 2] - 1
        wanted: Mask = self._postcodes.holds(words_before(block, places[:, 3], length))
        wanted |= ((said != ord("N")) & (said != ord("Y"))) | (places[:, 1] - places[:, 0] != 2) | (length > LONGEST)
        # Where nobody stands beside the first owner, all those cells are empty: two marks and a comma to each.
        shared = (places[:, 7] - places[:, 6] != 3 * self._others).nonzero()[0]
        of_others = quotes[begins[shared][:, None] + self._numbers_of_others]
        opened = np.concatenate((places[:, 4], of_others[:, 0::2].ravel()))
        closed = np.concatenate((places[:, 5], of_others[:, 1::2].ravel()))
        whose = np.concatenate((np.arange(len(rows)), shared.repeat(MOST_OWNERS - 1)))
        filled = (closed - opened > 1).nonzero()[0]
        closed, whose, widths = closed[filled], whose[filled], (closed - opened - 1)[filled]
        # Numbers filed without leading zeros are filled up; with letters and of another length, they are read.
        odd = (widths != LONGEST) & ((widths > LONGEST) | (text[closed - widths] > ord("9")))
        wanted[whose[odd | self._numbers.holds(numbers_before(block, closed, widths))]] = True
        read = set(rows[wanted].tolist())
        if len(rows) < len(starts):
            read.update(np.setdiff1d(np.arange(len(starts)), rows).tolist())
        if self._pairs or self._alone:
            nowhere = (((length == 0) | (said == ord("Y"))) & ~wanted).nonzero()[0]
            spans = quotes[begins[nowhere][:, None] + [2 * _ADDRESS, 2 * _ADDRESS + 1]].tolist()
            read.update(self._may_name(rows[nowhere].tolist(), [block[begin + 1 : end] for begin, end in spans]))
        return sorted(read)

    def _may_name(self, lines: list[int], addresses: list[bytes]) -> Iterator[int]:
        """The lines whose addresses hold the beginning of a phrase looked for: many are asked at once, then each."""
        for begin in range(0, len(lines), _AT_ONCE):
            some = addresses[begin : begin + _AT_ONCE]
            if self._names_any(b",".join(some)):
                yield from (lines[begin + at] for at, address in enumerate(some) if self._names_any(address))

    def _names_any(self, words: bytes) -> bool:
        plain = words.translate(_PLAIN, _DROPPED).split()
        return not self._pairs.isdisjoint(pairwise(plain)) or not self._alone.isdisjoint(plain)

    def _may_concern(self, line: bytes) -> bool:
        """Whether a line concerns the register, or is no row that can be told to be of another."""
        try:
            (cells,) = csv.reader([line.decode("utf-8", errors="replace").rstrip("\r")], strict=True)
        except (csv.Error, ValueError):
            return True
        return len(cells) != self._cells or self.concerns(cells)

    def concerns(self, cells: Sequence[str]) -> bool:
        """Whether a row concerns the register: by its postcode, a proprietor's number, or its words."""
        place = cells[_POSTCODE].strip()
        if place and _tidy(place) in self._wanted.postcodes:
            return True
        for owner in range(MOST_OWNERS):
            if (number := cells[self._layout.owner_cell(owner, 1)]) and _digits(number) in self._companies:
                return True
        unplaced = not place or cells[_MULTIPLE].strip().upper() != "N"
        return unplaced and self._names(cells)

    def _names(self, cells: Sequence[str]) -> bool:
        """Whether the address names a home, or its street, and the town where that is needed."""
        words = plain_words(cells[_ADDRESS]).split(" ")
        everywhere = f" {' '.join((*words, plain_words(cells[_DISTRICT]), plain_words(cells[_COUNTY])))} "
        for at, word in enumerate(words):
            for start in ((word,), (word, words[at + 1]) if at + 1 < len(words) else ()):
                for phrase in self._by_start.get(start, ()):
                    if tuple(words[at : at + len(phrase)]) == phrase:
                        towns = self._wanted.phrases[" ".join(phrase)]
                        if not towns or any(f" {town} " in everywhere for town in towns):
                            return True
        return False


def title_in(line: bytes) -> bytes:
    """The first cell of a line as it stands."""
    return line.partition(b",")[0].strip().strip(b'"')


def _tidy(words: str) -> str:
    try:
        return postcode(words)
    except BadIdentifier:
        return ""


def _digits(words: str) -> str:
    try:
        return company_number(re.sub(r"[\s./-]", "", words)).removeprefix("gb-coh:")
    except BadIdentifier:
        return ""
