"""A few invented homes as a Snapshot, for tests of what planning does with what the register says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from register.records import LocationRecord, ProviderRecord, ResidentsRecord, VacancyRecord
from register.snapshot import Evidence, Home, HomeStatus, Place, Provider, Registration, Snapshot

ON = date(2025, 7, 31)
EVIDENCE = Evidence("cqc_api/locations", ON, "made for a test", 1, "0" * 64, 1)


def a_home(
    number: int,
    *,
    beds: int | None = 40,
    provider: str = "exercise:EXP-1",
    bands: Sequence[str] = ("Caring for adults over 65 yrs", "Dementia"),
    types: Sequence[str] = ("Residential homes",),
    at: tuple[float, float] | None = (54.5, 2.5),
    authority: str | None = "X10000001",
    status: HomeStatus = "open",
    rating: str | None = "Good",
    brand: str | None = None,
) -> Home:
    """One open home; ``at`` is (latitude, longitude)."""
    identifier = f"exercise:EX-{number}"
    record = LocationRecord(
        id=identifier,
        provider_id=provider,
        name=f"Home {number}",
        nation="England",
        care_home=True,
        status="Registered",
        registered_on=date(2011, 1, 1),
        dormant=status == "dormant",
        beds=beds,
        service_types=tuple(types),
        activities=("Accommodation for persons who require nursing or personal care",),
        bands=tuple(bands),
        rating=rating,
        brand_id=brand,
        brand_name=brand and f"BRAND {brand}",
    )
    place = Place(
        at[0] if at else None,
        at[1] if at else None,
        "source" if at else "none",
        authority,
        f"Council {authority}" if authority else None,
        None,
        "England",
        "made for a test",
    )
    registration = Registration(record, (EVIDENCE,), place)
    return Home(identifier, (registration,), registration, (), status)


def a_snapshot(
    *homes: Home, vacancies: Sequence[VacancyRecord] = (), residents: Sequence[ResidentsRecord] = ()
) -> Snapshot:
    """A snapshot of these homes, with their providers."""
    ids: dict[str, list[str]] = {}
    for home in homes:
        ids.setdefault(home.current.record.provider_id or "", []).append(home.id)
    providers = {
        p: Provider(
            ProviderRecord(id=p, name=f"Provider {p}", company=f"gb-coh:9900000{p[-1]}"), (EVIDENCE,), tuple(sorted(h))
        )
        for p, h in sorted(ids.items())
        if p
    }
    by_home: dict[str, list[VacancyRecord]] = {}
    for vacancy in vacancies:
        by_home.setdefault(vacancy.location_id, []).append(vacancy)
    counted: dict[str, list[ResidentsRecord]] = {}
    for row in residents:
        counted.setdefault(row.location_id, []).append(row)
    return Snapshot(
        on=ON,
        known=None,
        digest="d" * 64,
        homes={h.id: h for h in sorted(homes, key=lambda h: h.id)},
        home_of={h.id: h.id for h in homes},
        providers=providers,
        areas=(),
        vacancies={k: tuple(v) for k, v in by_home.items()},
        residents={k: tuple(v) for k, v in counted.items()},
        feeds=(),
    )
