"""What stands in the county and who runs it: plain frozen objects, from which every file format is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from exercise.land import Bank, Cell, Land

#: What a home mainly is. The setting and the client group follow from it, and from it the size and the specialisms.
Kind = Literal[
    "older people",
    "older people, nursing",
    "learning disability",
    "learning disability, nursing",
    "mental health",
    "younger physically disabled, nursing",
    "home care",
]
KeyQuestion = Literal["Safe", "Effective", "Caring", "Responsive", "Well-led"]
KEY_QUESTIONS: tuple[KeyQuestion, ...] = ("Safe", "Effective", "Caring", "Responsive", "Well-led")

NURSING = "Care home service with nursing"
RESIDENTIAL = "Care home service without nursing"
HOME_CARE = "Domiciliary care service"
#: CQC's short name for a service type, as the API gives it beside the description.
SERVICE_NAMES: Mapping[str, str] = {
    NURSING: "Nursing homes",
    RESIDENTIAL: "Residential homes",
    HOME_CARE: "Homecare agencies",
}
ACCOMMODATION = "Accommodation for persons who require nursing or personal care"
TREATMENT = "Treatment of disease, disorder or injury"
PERSONAL_CARE = "Personal care"
ACTIVITY_CODES: Mapping[str, str] = {PERSONAL_CARE: "RA1", ACCOMMODATION: "RA2", TREATMENT: "RA5"}


@dataclass(frozen=True, slots=True)
class Council:
    """A council with social-services duties: ONS-style ``code`` (``X10000001``), its area and its towns' positions."""

    code: str
    name: str
    cell: Cell
    towns: tuple[tuple[str, float, float], ...]

    @property
    def bank(self) -> Bank:
        """The bank of the estuary that it lies on."""
        return self.cell.bank


@dataclass(frozen=True, slots=True)
class Building:
    """One place: it keeps its address, UPRN and coordinates through every registration. Coordinates are WGS 84."""

    number: int
    council: Council
    street: str
    town: str
    postcode: str
    uprn: str
    longitude: float
    latitude: float


@dataclass(frozen=True, slots=True)
class Brand:
    """CQC's own grouping of providers. The prefix ``BRAND`` is CQC's."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Provider:
    """A legal person registered to run services. ``company`` is None for partnerships, individuals and councils."""

    id: str
    name: str
    ownership: Literal["Organisation", "Partnership", "Individual"]
    registered_on: date
    building: Building
    company: str | None = None
    charity: str | None = None
    brand: Brand | None = None
    deregistered_on: date | None = None


@dataclass(frozen=True, slots=True)
class Rating:
    """A published rating. ``earned_by`` is the predecessor's id where the rating is inherited from it."""

    overall: str
    key_questions: tuple[tuple[KeyQuestion, str], ...]
    published_on: date
    earned_by: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A recorded succession: ``HSCA Predecessor`` or ``HSCA Successor``, the other registration and the reason."""

    kind: Literal["HSCA Predecessor", "HSCA Successor"]
    id: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Registration:
    """One registration of a service in a building with a provider. ``beds`` is the registered maximum.

    ``amended_on`` is the day its record last changed in something that carries no date of its own, such as the beds.
    """

    id: str
    provider: str
    name: str
    building: Building
    kind: Kind
    beds: int
    services: tuple[str, ...]
    specialisms: tuple[str, ...]
    registered_on: date
    deregistered_on: date | None = None
    dormant: bool = False
    manager_absent_on: date | None = None
    rating: Rating | None = None
    links: tuple[Link, ...] = ()
    dual_with: str | None = None
    dual_primary: bool = False
    amended_on: date | None = None

    @property
    def care_home(self) -> bool:
        """Whether it is a care home, by its service types."""
        return NURSING in self.services or RESIDENTIAL in self.services

    @property
    def nursing(self) -> bool:
        """Whether it is registered with nursing."""
        return NURSING in self.services

    @property
    def active(self) -> bool:
        """Whether it is registered as at the county's day."""
        return self.deregistered_on is None

    @property
    def counted(self) -> bool:
        """Whether its beds count: a registered care home, and of a dual pair the primary registration only."""
        return self.active and self.care_home and (self.dual_with is None or self.dual_primary)

    @property
    def activities(self) -> tuple[str, ...]:
        """Regulated activities in CQC's words; CQC empties the list when a registration ends."""
        if not self.active:
            return ()
        if not self.care_home:
            return (PERSONAL_CARE,)
        return (ACCOMMODATION, TREATMENT) if self.nursing else (ACCOMMODATION,)


@dataclass(frozen=True, slots=True)
class Landlord:
    """Who owns a building: a company, ``jurisdiction`` as a land register writes it."""

    name: str
    jurisdiction: str
    company: str | None


@dataclass(frozen=True, slots=True)
class Title:
    """A registered title over a building. ``landlord`` None: the owner cannot be traced from public records."""

    number: str
    building: int
    tenure: Literal["Freehold", "Leasehold"]
    landlord: Landlord | None


@dataclass(frozen=True, slots=True)
class Stock:
    """Everything there is, in order of id."""

    land: Land
    councils: tuple[Council, ...]
    providers: Mapping[str, Provider]
    registrations: Mapping[str, Registration]
    titles: tuple[Title, ...]

    def amended(self, entries: Iterable[Provider | Registration]) -> Stock:
        """A copy with entries added, or put in place of those with the same id; of two entries the later stands."""
        providers, registrations = dict(self.providers), dict(self.registrations)
        for entry in entries:
            if isinstance(entry, Provider):
                providers[entry.id] = entry
            else:
                registrations[entry.id] = entry
        return replace(
            self, providers=dict(sorted(providers.items())), registrations=dict(sorted(registrations.items()))
        )

    def brand(self, registration: Registration) -> Brand | None:
        """The brand of a registration: its provider's."""
        return self.providers[registration.provider].brand
