"""The register's tables by noun: what is kept, from which run, and for how long it was believed."""

from __future__ import annotations

from sqlalchemy import Table

from register.models.base import Base, Version
from register.models.care import LocationVersion, ProviderVersion, ResidentsVersion, VacancyVersion
from register.models.companies import CompanyVersion, ControlVersion
from register.models.places import AreaVersion, PostcodePlace
from register.models.provenance import DeliveryRow, QuarantineRow, RunRow, Sighting
from register.records import (
    AreaRecord,
    CompanyRecord,
    ControlRecord,
    LocationRecord,
    ProviderRecord,
    Record,
    ResidentsRecord,
    VacancyRecord,
)

#: Which table keeps the history of which kind of record. A further kind of record is one line here and one table.
VERSIONS: dict[type[Record], type[Version]] = {
    LocationRecord: LocationVersion,
    ProviderRecord: ProviderVersion,
    AreaRecord: AreaVersion,
    VacancyRecord: VacancyVersion,
    ResidentsRecord: ResidentsVersion,
    CompanyRecord: CompanyVersion,
    ControlRecord: ControlVersion,
}

#: The same by the record's class name, as a staged line names it.
KINDS: dict[str, type[Record]] = {kind.__name__: kind for kind in VERSIONS}


def table_of(model: type[Base]) -> Table:
    """The Core table of a model, for set-based statements."""
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{model.__name__} is not mapped to a table")
    return table


__all__ = [
    "KINDS",
    "VERSIONS",
    "AreaVersion",
    "Base",
    "CompanyVersion",
    "ControlVersion",
    "DeliveryRow",
    "LocationVersion",
    "PostcodePlace",
    "ProviderVersion",
    "QuarantineRow",
    "ResidentsVersion",
    "RunRow",
    "Sighting",
    "VacancyVersion",
    "Version",
    "table_of",
]
