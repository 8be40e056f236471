"""Values as the regulators and their spreadsheets write them: words, counts, dates, flags, lists, names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from contextlib import suppress
from datetime import date, timedelta

#: No care home in the United Kingdom is near this size (the largest have about 350 places): a larger figure is damage.
MOST_PLACES = 2_000
MOST_TEXT = 1_000
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ][\d:.]*(?:Z|[+-]\d{2}:?\d{2})?)?")
_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: +\d{1,2}:\d{2}(?::\d{2})?( *[AP]M)?)?", re.IGNORECASE)
_SERIAL = re.compile(r"[2-6]\d{4}(?:\.0+)?")
_MONTHS = dict(
    zip(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), range(1, 13), strict=True)
)
_MONTH_ALONE = re.compile(r"(?<![A-Za-z])([A-Za-z]{3,9})[\s_-]+(20\d{2})(?!\d)")
_YEAR_FIRST = re.compile(r"(?<!\d)((?:19|20)\d{2})[-_]([01]\d)(?:[-_]([0-3]\d))?(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)([0-3]\d)[-_]([01]\d)[-_]((?:19|20)\d{2})(?!\d)")
_WORDS = re.compile(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th)?[\s_-]+([A-Za-z]{3,9})[\s_-]+(\d{4})(?!\d)")


def text(value: object) -> str:
    """Words with single spaces between them; characters that show nothing are dropped.

    Raises ValueError for a list or an object, for control characters, and for over 1,000 characters.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("is not text")
    words = " ".join(str(value).split())
    if not words.isprintable():
        words = "".join(c for c in words if unicodedata.category(c) != "Cf")
        if any(unicodedata.category(c) in ("Cc", "Cs") for c in words):
            raise ValueError("holds control characters: the file is damaged here")
    if len(words) > MOST_TEXT:
        raise ValueError(f"is longer than {MOST_TEXT:,} characters")
    return words


def count(value: object) -> int:
    """A whole number of places, 0 to 2,000: ``60``, ``60.0``. ``12 beds``, ``-3`` and ``7.5`` raise ValueError."""
    if isinstance(value, bool) or not re.fullmatch(r"\d{1,9}(\.0+)?", str(value).strip()):
        raise ValueError("is not a whole number")
    number = int(float(str(value)))
    if number > MOST_PLACES:
        raise ValueError(f"is more than {MOST_PLACES:,}")
    return number


def yes(value: object) -> bool:
    """``Y`` or ``Yes`` is true, ``N`` or ``No`` false. Raises ValueError for anything else."""
    match text(value).lower():
        case "y" | "yes" | "true":
            return True
        case "n" | "no" | "false":
            return False
    raise ValueError("is neither Y nor N")


def flag(value: object) -> bool:
    """True or false as JSON writes it, or as a database handed through writes it: 0 and 1. Raises ValueError."""
    match value:
        case bool():
            return value
        case 0 | "0" | "false":
            return False
        case 1 | "1" | "true":
            return True
    raise ValueError("is neither true nor false")


def day(value: object) -> date:
    """A date as the regulators write them: ``2026-05-13`` (with or without a time), ``13/05/2026``, ``13 May 2026``.

    With AM or PM it is American, as a re-published spreadsheet writes it (``5/13/2026 12:00:00 AM``); a bare number of
    five digits is a spreadsheet's day number. Raises ValueError.
    """
    words = text(value)
    try:
        if match := _ISO.fullmatch(words):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := _SLASHES.fullmatch(words):
            first, second, year = int(match[1]), int(match[2]), int(match[3])
            return date(year, first, second) if match[4] else date(year, second, first)
        if match := _WORDS.fullmatch(words):
            return date(int(match[3]), _MONTHS[match[2][:3].lower()], int(match[1]))
        if _SERIAL.fullmatch(words):
            return date(1899, 12, 30) + timedelta(days=int(float(words)))
    except (ValueError, KeyError) as problem:
        raise ValueError("is not a day of the calendar") from problem
    raise ValueError("is not a date")


def day_in(words: str) -> date | None:
    """The day that a sentence or a file's name gives: ``05_May_2026``, ``31 May 2025``, ``2025-05-31``, ``2021-02``.

    A month alone is its first day. ``None`` where there is no such thing.
    """
    found = _day_in(words)
    return found[0] if found else None


def names_a_day(words: str) -> bool:
    """Whether a file's name gives a full day, and not only a month."""
    found = _day_in(words)
    return found is not None and found[1]


def _day_in(words: str) -> tuple[date, bool] | None:
    """The day, and whether it is given in full."""
    words = words.replace("%20", " ")
    forms = (
        (_WORDS.search(words), (3, 2, 1)),
        (_YEAR_FIRST.search(words), (1, 2, 3)),
        (_DAY_FIRST.search(words), (3, 2, 1)),
        (_MONTH_ALONE.search(words), (2, 1, None)),
    )
    for match, (year, month, in_month) in forms:
        if match is None:
            continue
        named = match[in_month] if in_month else None
        with suppress(ValueError):
            number = _MONTHS.get(match[month][:3].lower()) or int(match[month])
            return date(int(match[year]), number, int(named or 1)), named is not None
    return None


def separate(words: str, vocabulary: Collection[str]) -> tuple[str, ...]:
    """Split a comma-joined list whose own entries may hold commas, by the entries that are known.

    ``Diagnostic and screening procedures,Treatment of disease, disorder or injury`` is two entries.
    """
    known = sorted(vocabulary, key=len, reverse=True)
    found: list[str] = []
    rest = words.strip().strip(",").strip()
    while rest:
        lowered = rest.lower()
        starts = (k for k in known if lowered.startswith(k.lower()) and lowered[len(k) : len(k) + 1] in ("", ","))
        length = next((len(k) for k in starts), len(rest.partition(",")[0]))
        entry = rest[:length]
        if entry.strip() and entry.strip() not in found:
            found.append(entry.strip())
        rest = rest[len(entry) :].lstrip(", ")
    return tuple(found)


#: Words that only the name of a body of people carries. Personal names that stand alone carry none of them.
_BODY = re.compile(
    r"\b(limited|ltd|llp|plc|cic|cio|company|incorporated|council|borough|county|nhs|trust|society|association|"
    r"foundation|charity|charitable|university|college|board|authority|federation|fellowship|church|diocese|"
    r"congregation|order|sisters|brothers|corporation|union|institute|committee|trustees|gmbh|inc)\b",
    re.IGNORECASE,
)
_PERSON = re.compile(r"^(mr|mrs|ms|miss|mx|dr|sir|lady|rev|reverend)\b", re.IGNORECASE)


def organisation_name(name: str | None) -> str | None:
    """A provider's name where it names a body and not a person, for files that do not say which a provider is.

    ``Rose Care Limited`` and ``Kent County Council`` are kept; ``Mrs A Smith``, ``A Smith trading as Rose Care`` and
    whatever else carries no legal form are withheld: a missing name is better than a person's name.
    """
    return name if name and _BODY.search(name) and not _PERSON.match(name) else None
