"""The contract between the crawlers and the register: what one source says of one thing, in the field's own terms.

Records are frozen and hold values as the source gives them, normalised in form (ids, dates, postcodes) but not in
meaning: service types, user bands and ratings stay in the source's words and are mapped once, late, where they are
used. ``None`` means that the source does not say; it never means zero.
"""

from __future__ import annotations

from register.records.base import Record, raw_digest, record_digest
from register.records.care import AreaRecord, Link, LocationRecord, ProviderRecord, ResidentsRecord, VacancyRecord
from register.records.companies import (
    AccountsRecord,
    ChargeRecord,
    CharityRecord,
    CompanyRecord,
    ControlRecord,
    InsolvencyRecord,
    NoticeRecord,
    OfficerRecord,
)
from register.records.delivery import Delivery, Fault, Observation
from register.records.property import LinkRecord, LinkState, Proprietor, TitleRecord, TraceRecord, Untraced

__all__ = [
    "AccountsRecord",
    "AreaRecord",
    "ChargeRecord",
    "CharityRecord",
    "CompanyRecord",
    "ControlRecord",
    "Delivery",
    "Fault",
    "InsolvencyRecord",
    "Link",
    "LinkRecord",
    "LinkState",
    "LocationRecord",
    "NoticeRecord",
    "Observation",
    "OfficerRecord",
    "Proprietor",
    "ProviderRecord",
    "Record",
    "ResidentsRecord",
    "TitleRecord",
    "TraceRecord",
    "Untraced",
    "VacancyRecord",
    "raw_digest",
    "record_digest",
]
