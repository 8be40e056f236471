"""What a nature of control means: an interest, and a share as an interval whose ends are open or closed.

The facts stand in ``natures.yml``. A share is never a single figure, because the register gives bands: an interval is
carried through every calculation and printed as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import product

import yaml

#: More than half: what makes a controller rather than an owner.
HALF = 0.5
#: What carries a share of the wealth, and what a share of the votes.
ECONOMIC = frozenset({"shareholding", "rightsToSurplusAssetsOnDissolution"})
VOTES = frozenset({"votingRights"})
UNKNOWN_INTEREST = "unknownInterest"
NO_GAP = "no gap"


@dataclass(frozen=True, slots=True)
class Share:
    """A share of the whole, 0 to 1, known only to lie in an interval.

    ``above``: the minimum itself is left out; ``below``: the maximum itself is.
    """

    minimum: float
    maximum: float
    above: bool = False
    below: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.minimum <= self.maximum <= 1:
            raise ValueError(f"{self.minimum} to {self.maximum} is not an interval of shares")

    def times(self, other: Share) -> Share:
        """The share of a share: ends multiply, and an end is reached only where both are.

        The official bands are quarters, so the products are exact in binary numbers.
        """
        most = self.maximum * other.maximum
        nought_may_be = any(one.minimum == 0 and not one.above for one in (self, other))
        return Share(
            self.minimum * other.minimum,
            most,
            (self.above or other.above) and not nought_may_be,
            (self.below or other.below) and most > 0,
        )

    def hull(self, other: Share) -> Share:
        """The smallest interval that holds both. Shares of one owner are not added: they may be the same shares."""
        low = min((self.minimum, self.above), (other.minimum, other.above))
        high = max((self.maximum, not self.below), (other.maximum, not other.below))
        return Share(low[0], high[0], low[1], not high[1])

    def within(self, other: Share) -> bool:
        """Whether every share that this may be is one that the other may be."""
        return self.hull(other) == other

    @property
    def majority(self) -> bool:
        """Whether it is more than half for certain."""
        return self.minimum > HALF or (self.minimum == HALF and self.above)

    def document(self) -> dict[str, float | bool]:
        """As JSON: per cent, and whether an end is left out."""
        return {
            "minimum": self.minimum * 100,
            "maximum": self.maximum * 100,
            "exclusive_minimum": self.above,
            "exclusive_maximum": self.below,
        }

    def __str__(self) -> str:
        """``over 25 % to 50 %``, ``50 % to under 75 %``, ``over 0 %``…"""
        low, high = f"{self.minimum * 100:.6g} %", f"{self.maximum * 100:.6g} %"
        if low == high:
            return low
        return f"{'over ' if self.above else ''}{low} to {'under ' if self.below else ''}{high}"


#: All of it: a provider is its company, and a home is its provider's.
WHOLE = Share(1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Interest:
    """One nature of control. ``type`` is BODS 0.4's; ``via``: directly, as trustees, as a firm …"""

    slug: str
    type: str
    share: Share | None
    via: str
    of: str


@dataclass(frozen=True, slots=True)
class Stake:
    """What one entry of a register of control gives its holder.

    ``economic`` and ``votes`` are the intervals of the shares and of the votes filed; None where none are, which is
    not nought. Several bands of one kind in one entry widen the interval: they are never added.
    """

    interests: tuple[Interest, ...]
    economic: Share | None
    votes: Share | None

    @property
    def majority(self) -> bool:
        """More than half of the shares, of the votes or of the surplus for certain (the rule "control50")."""
        return any(share is not None and share.majority for share in (self.economic, self.votes))

    @property
    def ways(self) -> tuple[str, ...]:
        """How it is held, where not directly: as trustees, as a firm …"""
        return tuple(sorted({one.via for one in self.interests} - {"direct", "unknown"}))


def _read() -> tuple[dict[str, Interest], dict[str, str]]:
    """The table of natures by slug, and the reason that each statement gives for naming nobody."""
    facts = yaml.safe_load(files("graph").joinpath("natures.yml").read_text("utf-8"))
    bands = {name: _interval(text) for name, text in facts["bands"].items()}
    natures: dict[str, Interest] = {}
    for one in facts["natures"]:
        for band, way in product(facts["sets"].get(one.get("bands"), [""]), facts["sets"].get(one.get("ways"), [""])):
            slug = one["stem"] + (f"-{band}" if band else "") + way + one.get("end", "")
            if slug in natures:
                raise ValueError(f"natures.yml gives {slug} twice")
            natures[slug] = Interest(slug, one["interest"], bands.get(band), facts["ways"][way], one["of"])
    return natures, {slug: reason for reason, slugs in facts["statements"].items() for slug in slugs}


def _interval(text: str) -> Share:
    match = re.fullmatch(r"([(\[])([\d.]+), ([\d.]+)([)\]])", text)
    if match is None:
        raise ValueError(f"natures.yml: {text!r} is not an interval like (0.25, 0.5]")
    return Share(float(match[2]), float(match[3]), match[1] == "(", match[4] == ")")


NATURES: Mapping[str, Interest]
STATEMENTS: Mapping[str, str]
NATURES, STATEMENTS = _read()


@lru_cache(maxsize=4096)
def stake_of(natures: tuple[str, ...] | None) -> Stake:
    """What the slugs of one entry give. A slug never seen before is kept as an interest of unknown kind and size."""
    interests = tuple(
        NATURES.get(slug) or Interest(slug, UNKNOWN_INTEREST, None, "unknown", "unknown")
        for slug in sorted(set(natures or ()))
    )
    return stake_from(interests)


def stake_from(interests: tuple[Interest, ...]) -> Stake:
    """What some interests give together: of several bands of one kind the widest interval, never their sum."""
    return Stake(interests, _hull(interests, ECONOMIC), _hull(interests, VOTES))


def _hull(interests: Iterable[Interest], types: frozenset[str]) -> Share | None:
    found: Share | None = None
    for one in interests:
        if one.type in types and one.share is not None:
            found = one.share if found is None else found.hull(one.share)
    return found


def reason_of(statement: str) -> str:
    """Why a company's register names nobody, in BODS's words; ``unknown`` for a statement never seen before."""
    return STATEMENTS.get(statement, "unknown")
