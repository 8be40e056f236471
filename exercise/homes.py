"""What a home is: its kind, size, services, specialisms and rating, in the proportions of England's homes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random

from exercise.stock import HOME_CARE, KEY_QUESTIONS, NURSING, RESIDENTIAL, KeyQuestion, Kind, Rating

#: Homes by kind, per cent: 70 without nursing to 30 with (England, 2022-23). The split by client group is our own,
#: set so that the median home has 25 to 30 beds and homes for people with a learning disability have 6 to 8.
MIX: Mapping[Kind, float] = {
    "older people": 50.0,
    "older people, nursing": 28.0,
    "learning disability": 15.5,
    "learning disability, nursing": 0.8,
    "mental health": 4.2,
    "younger physically disabled, nursing": 1.5,
}
OVER_65, UNDER_65 = "Caring for adults over 65 yrs", "Caring for adults under 65 yrs"
#: Registered beds: fewest, median, most, and the spread of the logarithm. Real nursing homes in Devon and Somerset
#: (2021) had a median of 45.
_SIZES: Mapping[Kind, tuple[int, float, int, float]] = {
    "older people": (12, 27.5, 80, 0.38),
    "older people, nursing": (22, 46, 110, 0.33),
    "mental health": (8, 11, 16, 0.25),
    "younger physically disabled, nursing": (14, 22, 32, 0.25),
}
#: Overall ratings, per cent of rated homes: about three quarters Good (start of 2024).
_RATINGS = {"Outstanding": 4.0, "Good": 75.0, "Requires improvement": 18.0, "Inadequate": 3.0}


def kinds(homes: int, chance: Random) -> list[Kind]:
    """``homes`` kinds in the proportions of MIX (largest remainders), in an order by chance."""
    quotas = {kind: homes * share / 100 for kind, share in MIX.items()}
    counts = {kind: int(quota) for kind, quota in quotas.items()}
    for kind in sorted(quotas, key=lambda k: counts[k] - quotas[k])[: homes - sum(counts.values())]:
        counts[kind] += 1
    drawn = [kind for kind, count in counts.items() for _ in range(count)]
    chance.shuffle(drawn)
    return drawn


def beds(kind: Kind, chance: Random, *, new_build: bool = False) -> int:
    """Registered beds of one home. A corporate new-build has 60 to 88, whatever its kind."""
    if new_build:
        return chance.randint(60, 88)
    if kind in _SIZES:
        fewest, middle, most, spread = _SIZES[kind]
        return min(most, max(fewest, round(middle * chance.lognormvariate(0, spread))))
    return 0 if kind == "home care" else chance.choice((4, 6, 6, 6, 7, 7, 8, 8, 10))


def services(kind: Kind, chance: Random) -> tuple[str, ...]:
    """Service types in CQC's words. Two in five nursing homes for older people are registered without nursing too."""
    if kind == "home care":
        return (HOME_CARE,)
    if kind == "older people, nursing" and chance.random() < 0.4:
        return (NURSING, RESIDENTIAL)
    return (NURSING,) if kind.endswith("nursing") else (RESIDENTIAL,)


def specialisms(kind: Kind, chance: Random) -> tuple[str, ...]:
    """Specialisms in CQC's words: flags for the whole service, not counts of people."""
    if kind.startswith("learning disability"):
        return (UNDER_65, "Learning disabilities", *(("Physical disabilities",) if chance.random() < 0.3 else ()))
    if kind == "mental health":
        return (UNDER_65, "Mental health conditions")
    if kind.startswith("younger physically disabled"):
        return (UNDER_65, "Physical disabilities", *(("Sensory impairment",) if chance.random() < 0.4 else ()))
    if kind == "home care":
        return (OVER_65, UNDER_65, "Dementia", "Physical disabilities")
    drawn = [OVER_65]
    if chance.random() < 0.8:
        drawn.append("Dementia")
    drawn += [word for word in ("Physical disabilities", "Sensory impairment") if chance.random() < 0.35]
    return tuple(drawn)


def rating(published_on: date, chance: Random, *, earned_by: str | None = None) -> Rating:
    """A rating with its five key questions, three of which agree with the overall rating."""
    overall = chance.choices(list(_RATINGS), weights=list(_RATINGS.values()))[0]
    low = {"Outstanding": "Good", "Inadequate": "Requires improvement"}.get(overall, "Good")
    answers: list[tuple[KeyQuestion, str]] = [
        (question, low if chance.random() < 0.25 and turn > 1 else overall)
        for turn, question in enumerate(KEY_QUESTIONS)
    ]
    return Rating(overall, tuple(answers), published_on, earned_by)


def day_between(first: date, last: date, chance: Random) -> date:
    """A day by chance, both ends included; ``first`` where ``last`` is before it."""
    return first + timedelta(days=chance.randint(0, max(0, (last - first).days)))
