"""Reading the names a person gives: with or without the register's prefix, and helpful when they fit nothing."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from graph.claims import Claim
from register.refusal import Refusal
from register.snapshot import Home


class UnknownName(Refusal, ValueError):
    """A name that fits nothing in the register, or more than one thing. The message says what was near."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A home that does not close by this failure, and is to be watched: which provider runs it, and why."""

    home: Home
    provider: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Failure:
    """What failed: the ids as read (sorted), a sentence saying so, and the homes it takes down, in order of id.

    ``watched`` are homes that only stand under what failed, in order of id; ``names`` are those of the ids, in their
    order; ``chain`` is every link from what failed down to the homes affected or watched. ``fallen`` are the parties
    that failed, where somebody did and not only a place was lost: nobody is sent to another home of theirs.
    """

    ids: tuple[str, ...]
    sentence: str
    homes: tuple[Home, ...]
    watched: tuple[Watched, ...] = ()
    names: tuple[str, ...] = ()
    chain: tuple[Claim, ...] = ()
    fallen: tuple[str, ...] | None = None


def read_id(text: str, known: Iterable[str], what: str, find: str = "longstop search TEXT finds ids") -> str:
    """The full id for what a person typed: exact, or without its prefix where only one id fits.

    ``find`` tells how ids of the kind are found. Raises UnknownName, naming the nearest ids or the several that fit.
    """
    ids = list(known)
    wanted = text.strip()
    if wanted in set(ids):
        return wanted
    fits = sorted(i for i in ids if i.partition(":")[2].upper() == wanted.upper() or i.upper() == wanted.upper())
    if len(fits) == 1:
        return fits[0]
    if fits:
        raise UnknownName(f"{text!r} could be {' or '.join(fits)}: write it with its prefix")
    near = difflib.get_close_matches(wanted, ids, n=3, cutoff=0.8)
    hint = f"; did you mean {' or '.join(near)}?" if near else f" ({find})"
    raise UnknownName(f"no {what} {text!r} in the register on this day{hint}")


def have(count: int) -> str:
    """The verb that goes with a count of homes."""
    return "has" if count == 1 else "have"


def standing(homes: Iterable[Home]) -> tuple[Home, ...]:
    """The homes that could still lose their residents on the snapshot's day: open or dormant, in order of id."""
    return tuple(sorted((h for h in homes if h.status in {"open", "dormant"}), key=lambda h: h.id))
