"""The Care Quality Commission's vocabulary, shared by its API and its files. Words are compared in lower case."""

from __future__ import annotations

from collections.abc import Collection

from crawler.reading import Row
from crawler.values import organisation_name

#: The two service types that make a location a care home (Health and Social Care Act 2008: guidance on service types).
CARE_HOME_TYPES = frozenset({"care home service with nursing", "care home service without nursing"})
#: The same in the words of the weekly directory and of the API's short names.
CARE_HOME_NAMES = frozenset({"nursing homes", "residential homes"})

STATUSES = frozenset({"registered", "deregistered"})
#: Ownership types of providers who are natural persons, alone or together: their names are personal data.
PERSONS = frozenset({"individual", "partnership"})
OWNERSHIP = PERSONS | {"organisation", "nhs body", "local authority"}
#: Words in the place of a rating that are none.
UNRATED = frozenset(
    {
        "inspected but not rated",
        "no published rating",
        "do not include in report",
        "insufficient evidence to rate",
        "regulations met",
        "not applicable",
        "not rated",
        "not formally rated",
        "unrated",
    }
)
RATINGS = frozenset({"outstanding", "good", "requires improvement", "inadequate"}) | UNRATED
#: Marks that the files write for "none".
NONE = frozenset({"-", "*"})


def care_home(row: Row, types: Collection[str] | None, flag: bool | None, beds: int | None, field: str) -> bool | None:
    """Whether a location is a care home, from its service types; from the flag only where it lists none.

    The API's flag is ``N`` whenever the service types are missing, so an ``N`` without types says nothing; but beds
    are 0 on all that is no care home. Flag and types that disagree are reported, and the types are followed.
    """
    if types:
        derived = any(name.lower() in CARE_HOME_TYPES | CARE_HOME_NAMES for name in types)
        if flag is not None and flag is not derived:
            row.lost(field, "does not agree with the service types, which are followed", "Y" if flag else "N")
        elif flag is None and beds and not derived:
            row.lost(
                field, f"{beds} care home beds stand beside no service type of a care home; not read as one", types
            )
        return derived
    if flag:
        return True
    return True if beds else None


def provider_name(name: str | None, ownership: str | None) -> str | None:
    """A provider's name, unless the provider is a person or persons; where the source does not say, by its form."""
    if ownership is None:
        return organisation_name(name)
    return None if is_person(ownership) else name


def is_person(ownership: str | None) -> bool:
    """Whether a provider is known to be a natural person or persons, whose address may be where they live."""
    return ownership is not None and ownership.lower() in PERSONS
