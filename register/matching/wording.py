"""Says in a sentence what agreed and what did not between a home and a title."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from register.matching.evidence import Evidence

_WORDS: Mapping[str, Mapping[str, str]] = {
    "postcode": {
        "same": "the postcode agrees",
        "one letter off": "the postcodes differ in one letter",
        "same sector": "the postcodes differ in the last two letters",
        "same district": "the postcodes differ within one district",
        "another": "the postcodes differ",
        "not given": "the title has no postcode",
    },
    "place": {
        "agrees": "the town agrees",
        "same area": "only council or county agree",
        "another": "the town is told otherwise",
        "another town": "another town is named",
    },
    "street": {
        "same": "the street agrees",
        "misspelt": "the street agrees but for a slip",
        "of another kind": "a street of that name but of another kind is named",
        "another": "another street is named",
        "unknown": "the title's street is not known of the home",
        "not given": "no street is named",
    },
    "number": {
        "same": "the number agrees",
        "overlaps": "the ranges of numbers overlap",
        "same without a street": "the number agrees",
        "neither has one": "neither has a number",
        "only the home's": "the title has no number",
        "only the title's": "only the title has a number",
        "unknown of the home": "the title's number is not known of the home",
        "tells no house": "neither a number nor a name tells which house it is",
        "but for a letter": "the numbers agree but for a letter",
        "another": "the numbers differ",
    },
    "name": {
        "same": "the name agrees",
        "rare": "the name agrees, and no other home bears it",
        "common": "the name agrees but is a common one",
        "misspelt": "the name agrees but for a slip",
        "in part": "the name agrees in part",
        "in part of another": "another name is given, which agrees in part",
        "of another building": "the name stands in that of another kind of building",
        "of a namesake": "the name is rather that of another home at the postcode",
        "with more": "the name stands beside other words",
        "another": "another name is given",
        "another at the number": "another name is given at the same number",
        "not given": "the title gives no name",
    },
    "owner": {
        "the provider": "the owner is the home's provider, by company number",
        "by name the provider": "the owner bears the provider's name",
        "of its group": "the owner is of the provider's group",
        "alike in name": "the owner's name begins as the provider's does",
    },
    "extent": {
        "land by a street": "the title is of land on a side of a street",
        "beside": "the title is of something beside the place it names",
        "within": "the title is of a part of the place it names",
        "several addresses": "the title covers several addresses",
    },
    "model": {
        "agrees": "uk-address-matcher finds the addresses to be one",
        "undecided": "uk-address-matcher is undecided",
        "doubts": "uk-address-matcher doubts it",
    },
}
#: Levels that speak against a pair, which a reader must see set apart from those that speak for it.
_AGAINST = frozenset(
    {"same sector", "same district", "another", "another town", "only the home's", "only the title's",
     "unknown of the home", "tells no house", "but for a letter", "unknown", "another at the number", "with more",
     "in part of another", "of another building", "of a namesake", "of another kind", "common", "land by a street",
     "beside", "within", "doubts", "not given", "in part"}
)  # fmt: skip


def reason_sentence(evidence: Evidence) -> str:
    """What agreed; but what did not. Of levels that say nothing, nothing is said."""
    agreed, not_agreed = _said(evidence, against=False), _said(evidence, against=True)
    if agreed and not_agreed:
        return _sentence(f"{_listed(agreed)}; but {_listed(not_agreed)}")
    return _sentence(_listed(agreed or not_agreed) or "nothing in particular agrees")


def nearest_sentence(evidence: Evidence, compared: int) -> str:
    """Why none of the titles compared was taken: what the nearest of them has against it."""
    how_many = "The one title compared" if compared == 1 else f"Of {compared:,} titles compared the nearest"
    return f"{how_many}, {evidence.title}: {reason_sentence(evidence)}"


def _said(evidence: Evidence, *, against: bool) -> list[str]:
    return [
        words
        for aspect, level in evidence.levels.items()
        if (level in _AGAINST) is against and (words := _WORDS[aspect].get(level))
    ]


def _listed(parts: Sequence[str]) -> str:
    return ", ".join(parts[:-1]) + f" and {parts[-1]}" if len(parts) > 1 else "".join(parts)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
