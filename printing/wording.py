"""How the report writes numbers, distances, dates and other people's words: one place, so that pages agree.

Everything here is pure: text in, text out, no locale of the machine.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

#: The international mile, exactly (Weights and Measures Act 1985, schedule 1).
KM_IN_A_MILE = 1.609344

#: Categories that draw nothing and can make a name read as something else: controls, surrogates, turns of direction.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Cn", "Co"})
#: Two of them that some scripts cannot be written without: the joiners.
_JOINERS = frozenset("\u200c\u200d")


def clean(text: object, longest: int = 200) -> str:
    """Someone else's words made safe to print: one line, no control or direction-changing characters.

    Letters of every script stay as they are. Text longer than ``longest`` characters is cut and ends in an
    ellipsis, so that one bad field cannot fill a page. ``None`` gives an empty string.
    """
    if text is None:
        return ""
    words = str(text)
    seen = words if words.isprintable() else "".join(_as_shown(character) for character in words)
    line = " ".join(seen.split())
    if len(line) > longest:
        return line[: longest - 1].rstrip() + "…"
    return text if isinstance(text, str) and line == text else line  # no second copy of a million words


def sentence(text: object) -> str:
    """Other people's sentences made safe to print: as ``clean``, up to 2,000 characters."""
    return clean(text, 2_000)


def _as_shown(character: str) -> str:
    if character.isspace():
        return " "
    return "" if unicodedata.category(character) in _UNSEEN and character not in _JOINERS else character


def breakable(text: str, longest: int = 24) -> str:
    """The text with places to break (U+200B): after the marks inside long ids and addresses, and in every run of more
    than ``longest`` characters without a space.
    """
    at_marks = re.sub(r"\S{13,}", lambda run: re.sub(r"(?<=\w)([/:_>-])(?=\w)", "\\1\u200b", run.group()), text)
    return re.sub(rf"[^\s\u200b]{{{longest}}}(?=[^\s\u200b])", lambda run: run.group() + "\u200b", at_marks)


def number(value: float, decimals: int = 0) -> str:
    """A number with thousands separators: ``31,000``; ``4.2`` with one decimal."""
    return f"{value:,.{decimals}f}"


def count(value: int, one: str, many: str | None = None) -> str:
    """A count and its noun: ``1 person``, ``2 people``, ``1,204 homes`` (``many`` defaults to ``one`` + s)."""
    noun = one if value == 1 else many or f"{one}s"
    return f"{number(value)} {noun}"


def people(value: int) -> str:
    """``1 person``, ``1,204 people``."""
    return count(value, "person", "people")


def km(value: float) -> str:
    """A distance to 100 metres: ``4.2 km``."""
    return f"{number(value, 1)} km"


def km_and_miles(value: float) -> str:
    """A distance as a meeting wants it: ``4.2 km (2.6 miles)``."""
    return f"{km(value)} ({number(value / KM_IN_A_MILE, 1)} miles)"


def share(part: int, whole: int) -> str:
    """A share with its numbers: ``12 of 431 (2.8 %)``; without a percentage where the whole is nothing."""
    if whole == 0:
        return f"{number(part)} of 0"
    return f"{number(part)} of {number(whole)} ({percentage(part, whole)})"


def percentage(part: int, whole: int) -> str:
    """``2.8 %``; never rounded to nothing or to everything: ``under 0.1 %``, ``over 99.9 %``."""
    exact = 100 * part / whole
    if part in {0, whole}:
        return f"{exact:.0f} %"
    if 0 < exact < 0.05:
        return "under 0.1 %"
    if 99.95 <= exact < 100:
        return "over 99.9 %"
    return f"{exact:.1f} %"


def day(value: date) -> str:
    """A date in words: ``31 May 2025``."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def short_day(value: date) -> str:
    """A date for a narrow column: ``31 May 2025``, ``9 Feb 2025``."""
    return f"{value.day} {_MONTHS[value.month - 1][:3]} {value.year}"


def age(then: date, now: date) -> str:
    """How old something is on a day: ``the same day``, ``9 days``, ``14 months``, ``4 years 2 months``.

    A date after ``now`` says so: a future date in a register is an error worth seeing.
    """
    days = (now - then).days
    if days < 0:
        return f"{count(-days, 'day')} in the future"
    if days == 0:
        return "the same day"
    months = (now.year - then.year) * 12 + now.month - then.month - (now.day < then.day)
    if months < 3:
        return count(days, "day")
    if months < 24:
        return count(months, "month")
    years, rest = divmod(months, 12)
    return count(years, "year") + (f" {count(rest, 'month')}" if rest else "")


def listed(words: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
