"""The register's tables by noun: what is kept, from which run, and for how long it was believed."""

from __future__ import annotations

from sqlalchemy import Table

from register.models.base import Base, Version
from register.models.care import LocationVersion, ProviderVersion, ResidentsVersion, VacancyVersion
from register.models.companies import (
    AccountsVersion,
    ChargeVersion,
    CharityVersion,
    CompanyVersion,
    ControlVersion,
    InsolvencyVersion,
    NoticeVersion,
    OfficerVersion,
)
from register.models.places import AreaVersion, PostcodePlace
from register.models.property import JudgementRow, LinkVersion, TitleVersion, TraceVersion
from register.models.provenance import AcceptanceRow, BookmarkRow, DeliveryRow, QuarantineRow, RunRow, Sighting
from register.records import (
    AccountsRecord,
    AreaRecord,
    ChargeRecord,
    CharityRecord,
    CompanyRecord,
    ControlRecord,
    InsolvencyRecord,
    LinkRecord,
    LocationRecord,
    NoticeRecord,
    OfficerRecord,
    ProviderRecord,
    Record,
    ResidentsRecord,
    TitleRecord,
    TraceRecord,
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
    OfficerRecord: OfficerVersion,
    ChargeRecord: ChargeVersion,
    InsolvencyRecord: InsolvencyVersion,
    AccountsRecord: AccountsVersion,
    NoticeRecord: NoticeVersion,
    CharityRecord: CharityVersion,
    TitleRecord: TitleVersion,
    LinkRecord: LinkVersion,
    TraceRecord: TraceVersion,
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
    "AcceptanceRow",
    "AccountsVersion",
    "AreaVersion",
    "Base",
    "BookmarkRow",
    "ChargeVersion",
    "CharityVersion",
    "CompanyVersion",
    "ControlVersion",
    "DeliveryRow",
    "InsolvencyVersion",
    "JudgementRow",
    "LinkVersion",
    "LocationVersion",
    "NoticeVersion",
    "OfficerVersion",
    "PostcodePlace",
    "ProviderVersion",
    "QuarantineRow",
    "ResidentsVersion",
    "RunRow",
    "Sighting",
    "TitleVersion",
    "TraceVersion",
    "VacancyVersion",
    "Version",
    "table_of",
]
