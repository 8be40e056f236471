"""How many people live in a home and what they need, known or estimated; and whom another home could take.

Public files hold no residents. What people need is read from what their home is registered for: the setting (with or
without nursing), the client groups and the age bands. That is an estimate and is labelled so; a council's own count
(``longstop load residents``) takes its place wherever there is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Literal

import numpy as np
import yaml

from contingency.apportion import apportion
from register.records import LocationRecord

Setting = Literal["nursing", "residential", "care home"]

#: CQC's two care-home service types, as the API, the monthly files and the weekly directory write them; Care
#: Inspectorate Wales's sub-types; and RQIA's categories, told from the beginnings of its codes (NH-, RC-).
NURSING_TYPES = frozenset(
    {
        "nursing homes", "care home service with nursing", "nursing home", "adults with nursing",
        "adults and children with nursing", "nursing (nh)",
    }
)  # fmt: skip
RESIDENTIAL_TYPES = frozenset(
    {
        "residential homes", "care home service without nursing", "residential home", "adults without nursing",
        "adults and children without nursing", "childrens home", "residential (rc)",
    }
)  # fmt: skip

#: The regulated activity without which nobody may be given a room and care in England (HSCA 2008 regulations, RA2).
ACCOMMODATION = "accommodation for persons who require nursing or personal care"

CONDITIONS = (
    "learning disability",
    "mental health",
    "physical disability",
    "sensory impairment",
    "substance misuse",
    "eating disorder",
)
#: Conditions that make a home a specialist one, even where it takes people over 65 too.
SPECIALIST = frozenset({"learning disability", "mental health", "substance misuse", "eating disorder"})

AgeBand = Literal["65+", "18-64", "adult", "0-17"]

#: A home that says nothing of whom it serves: its people are counted, and no other home is guessed to suit them.
NOT_STATED = "not stated"


class UnknownNeed(ValueError):
    """A need that is not written as setting/client group[/age band]. The message says what may stand there."""


@dataclass(frozen=True, slots=True, order=True)
class Need:
    """What one person needs of a home: the setting, the client group and the age band.

    Written ``nursing/dementia`` or ``residential/learning disability/18-64``. Older people's and dementia care mean
    people of 65 and over unless another band is written; other groups mean adults of any age unless one is.
    """

    setting: Setting
    client: str
    age: AgeBand

    def __str__(self) -> str:
        usual: AgeBand = "65+" if self.client in {"older", "dementia"} else "adult"
        if self.client == "children":
            usual = "0-17"
        return f"{self.setting}/{self.client}" + ("" if self.age == usual else f"/{self.age}")

    @classmethod
    def parse(cls, text: str) -> Need:
        """Read ``setting/client[/age]``. Raises UnknownNeed, naming what is allowed."""
        parts = [part.strip().lower() for part in text.split("/")]
        if len(parts) > 1 and parts[1] == "older people":
            parts[1] = "older"
        clients = (*CONDITIONS, "older", "dementia", "children")
        ages = ("65+", "18-64", "adult", "0-17")
        if (
            not 2 <= len(parts) <= 3
            or parts[0] not in ("nursing", "residential", "care home")
            or parts[1] not in clients
        ):
            raise UnknownNeed(
                f"{text!r} is not a need: write nursing/…, residential/… or care home/… and one of {', '.join(clients)}"
            )
        if len(parts) == 3 and parts[2] not in ages:
            raise UnknownNeed(f"{text!r}: the age band must be one of {', '.join(ages)}")
        default = "65+" if parts[1] in {"older", "dementia"} else "0-17" if parts[1] == "children" else "adult"
        return cls(parts[0], parts[1], parts[2] if len(parts) == 3 else default)  # type: ignore[arg-type]


@cache
def _client_groups() -> dict[str, frozenset[str]]:
    """The sources' words (lower case) -> our client groups, from client_groups.yml; a word may say more than one."""
    text = resources.files("contingency").joinpath("client_groups.yml").read_text(encoding="utf-8")
    groups: dict[str, set[str]] = {}
    for group, words in yaml.safe_load(text).items():
        for word in words:
            groups.setdefault(word, set()).add(group)
    return {word: frozenset(some) for word, some in groups.items()}


@dataclass(frozen=True, slots=True)
class Offer:
    """What a home is registered to offer. ``words_not_understood`` are the source's words that no list has."""

    nursing: bool
    residential: bool
    clients: frozenset[str]
    ages: frozenset[str]
    words_not_understood: tuple[str, ...] = ()

    @property
    def pool(self) -> str:
        """The kind of bed an estimated vacancy is: nursing, residential, either, or care home (not told apart)."""
        if self.nursing and self.residential:
            return "either"
        return "nursing" if self.nursing else "residential" if self.residential else "care home"


def offer_of(record: LocationRecord) -> Offer:
    """Read a home's registration: settings, client groups and ages it serves.

    Scotland's regulator registers "care home service" without saying whether there are nurses: neither is set.
    """
    return _offer(record.service_types or (), record.bands or (), record.client_group)


@lru_cache(maxsize=65_536)
def _offer(service_types: tuple[str, ...], bands: tuple[str, ...], client_group: str | None) -> Offer:
    """One reading for all homes registered alike: England's 15,000 homes share a few thousand combinations."""
    types = {word.lower() for word in service_types}
    nursing, residential = bool(types & NURSING_TYPES), bool(types & RESIDENTIAL_TYPES)
    groups: set[str] = set()
    strange: list[str] = []
    for word in bands:
        found = _client_groups().get(word.strip().lower())
        if found is None:
            strange.append(word)
        else:
            groups |= found
    groups.discard("no client group")
    clients = groups - {"younger adults", "over 65", "everyone"}
    if "everyone" in groups:
        clients |= {"older", "dementia", *CONDITIONS}
    return Offer(
        nursing,
        residential,
        frozenset(clients),
        _ages(groups, client_group),
        tuple(sorted(strange)),
    )


def _ages(groups: set[str], client_group: str | None) -> frozenset[str]:
    """Age bands served. CQC flags them; the Care Inspectorate only tells adults from children."""
    ages: set[str] = set()
    if groups & {"older", "over 65"}:
        ages.add("65+")
    if "younger adults" in groups:
        ages.add("18-64")
    if "everyone" in groups:
        ages |= {"65+", "18-64"}
    if "children" in groups or client_group == "Children":
        ages.add("0-17")
    if not ages & {"65+", "18-64"} and (client_group == "Adults" or groups & set(CONDITIONS)):
        ages |= {"65+", "18-64"}
    if not ages and "dementia" in groups:
        ages.add("65+")
    if client_group == "Adults" and "older" in groups and groups & set(CONDITIONS):
        ages.add("18-64")
    return frozenset(ages)


def main_clients(offer: Offer) -> tuple[tuple[str, ...], AgeBand]:
    """Whom a home mainly looks after, as client groups and age band; ``("not stated",)`` where it does not say.

    "Caring for adults over 65" is an age band, not a diagnosis: a six-bed home for people with a learning disability
    ticks it too. So a home that names a specialist condition, takes younger adults and does not name dementia is read
    as that specialist's; any other home that takes people over 65 is read as an older people's home.
    """
    conditions = tuple(c for c in CONDITIONS if c in offer.clients)
    if offer.ages == {"0-17"} or (offer.clients == {"children"}):
        return ("children",), "0-17"
    general = "older" in offer.clients or "dementia" in offer.clients
    specialist = [c for c in conditions if c in SPECIALIST]
    if specialist and "dementia" not in offer.clients and ("18-64" in offer.ages or not general):
        return tuple(specialist), "18-64" if "65+" not in offer.ages else "adult"
    if general:
        older: AgeBand = "65+" if "65+" in offer.ages or not offer.ages else "18-64"
        return (("older", "dementia") if "dementia" in offer.clients else ("older",)), older
    if conditions:
        return conditions, "18-64" if "65+" not in offer.ages else "adult"
    return (NOT_STATED,), "adult"


def split(people: int, offer: Offer, *, dementia_share: float, nursing_share: float) -> tuple[tuple[Need, int], ...]:
    """Split a home's people into needs, whole people, adding up exactly; in the order of the needs' names.

    ``dementia_share``: people with dementia among those living where older people and people with dementia are both
    served. ``nursing_share``: people with nursing needs where a home is registered both with and without nursing.
    """
    clients, age = main_clients(offer)
    if clients == ("older", "dementia"):
        client_shares = {"older": 1 - dementia_share, "dementia": dementia_share}
    else:
        client_shares = dict.fromkeys(clients, 1 / len(clients))
    settings: dict[Setting, float]
    if offer.nursing and offer.residential:
        settings = {"nursing": nursing_share, "residential": 1 - nursing_share}
    else:
        settings = {"nursing" if offer.nursing else "residential" if offer.residential else "care home": 1.0}
    shares = sorted((Need(s, c, age), x * y) for s, x in settings.items() for c, y in client_shares.items())
    quotas = np.array([people * share for _, share in shares])
    given = apportion(people, quotas, np.full(len(shares), people, dtype=np.int64))
    return tuple((need, int(n)) for (need, _), n in zip(shares, given, strict=True) if n)
