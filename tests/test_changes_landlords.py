"""What changed in whose the buildings are: sold, joined, lost sight of, or only found out."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from small_changes import JUNE, LANDLORD, Register, a_register, company
from sqlalchemy import Engine

from register.records import (
    InsolvencyRecord,
    LinkRecord,
    Proprietor,
    TitleRecord,
    TraceRecord,
)


@pytest.fixture
def register(engine: Engine, tmp_path: Path) -> Register:
    return a_register(engine, tmp_path)


def a_title(owner: str, number: str) -> TitleRecord:
    return TitleRecord(
        id="ccod:EX1", title="hmlr:EX1", tenure="Freehold", proprietors=(Proprietor(name=owner, number=number),)
    )


def trace(outcome: str, **fields: object) -> TraceRecord:
    return TraceRecord(id="trace:exercise:EX-001", location="exercise:EX-001", outcome=outcome, **fields)  # type: ignore[arg-type]


LINK = LinkRecord(
    id="link:exercise:EX-001/EX1", location="exercise:EX-001", title="hmlr:EX1", state="accepted", method="by hand",
    reason="the same address",
)  # fmt: skip


def test_a_title_that_changed_hands_is_a_new_landlord(register):
    register.both("tracing/links", [LINK], [LINK])
    register.both("tracing/traces", [trace("accepted")], [trace("accepted")])
    register.both(
        "hmlr/ccod", [a_title("EXERCISE LAND LIMITED", "99000003")], [a_title("OTHER LAND LIMITED", "99000004")]
    )
    (change,) = register.changed()
    assert (change.kind, change.home, change.severity) == ("new landlord", "exercise:EX-001", 3)
    assert change.said == (
        "the owner of its building is now OTHER LAND LIMITED (gb-coh:99000004); before, EXERCISE LAND LIMITED "
        "(gb-coh:99000003)."
    )
    assert change.evidence_before is not None and change.evidence_before.feed == "hmlr/ccod"


def test_a_link_that_was_accepted_since_is_no_sale(register):
    register.both(
        "hmlr/ccod", [a_title("EXERCISE LAND LIMITED", "99000003")], [a_title("EXERCISE LAND LIMITED", "99000003")]
    )
    register.both("tracing/traces", [trace("untraced", untraced="no title found")], [trace("accepted")])
    register.lists(JUNE, "tracing/links", LINK)
    (change,) = register.changed()
    assert (change.kind, change.severity, change.before) == ("landlord found", 4, None)
    assert "that the building was sold is not said" in change.said


def test_a_first_search_for_landlords_is_no_change(register):
    register.lists(JUNE, "hmlr/ccod", a_title("EXERCISE LAND LIMITED", "99000003"))
    register.lists(JUNE, "tracing/traces", trace("accepted"))
    register.lists(JUNE, "tracing/links", LINK)
    assert register.changed() == ()


def test_a_landlords_failure_concerns_the_homes_in_its_buildings(register):
    register.both(
        "hmlr/ccod", [a_title("EXERCISE LAND LIMITED", "99000003")], [a_title("EXERCISE LAND LIMITED", "99000003")]
    )
    register.both("tracing/links", [LINK], [LINK])
    register.both("tracing/traces", [trace("accepted")], [trace("accepted")])
    landlord = company(LANDLORD)
    register.both("companies_house/profiles", [company(), landlord], [company(), landlord])
    register.lists(JUNE, "companies_house/insolvency", InsolvencyRecord(
        id="insolvency:99000003/1", company=LANDLORD, kind="administrative-receiver"))  # fmt: skip
    (change,) = register.changed()
    assert (change.company, change.homes, change.severity) == (LANDLORD, ("exercise:EX-001",), 2)
    assert "It holds no registration: it owns the building of Home 1" in change.said


def other_titles(*titles: TitleRecord) -> list[TitleRecord]:
    """Some titles beside another one, as no whole list is empty."""
    return [*titles, TitleRecord(id="ccod:EX2", title="hmlr:EX2", proprietors=(Proprietor(name="NOBODY'S LIMITED"),))]


ONE = Proprietor(name="EXERCISE LAND LIMITED", number="99000003")
TWO = Proprietor(name="SECOND LAND LIMITED", number="99000004")


@pytest.mark.parametrize(
    ("then", "now", "told"),
    [
        ([ONE], [ONE, TWO], ("new landlord", "are now EXERCISE LAND LIMITED (gb-coh:99000003) and SECOND")),
        ([ONE, TWO], [ONE], ("landlord left", "is now EXERCISE LAND LIMITED (gb-coh:99000003); before,")),
        ([ONE], None, ("landlord left", "whose it is now is not known: its title is no longer on the")),
        ([msgspec.structs.replace(ONE, number=None)], [msgspec.structs.replace(ONE, name="Exercise Land Ltd")], None),
        ([ONE], [msgspec.structs.replace(ONE, number=None)], None),
        ([ONE], [msgspec.structs.replace(ONE, name="EXERCISE LAND (RENAMED) LIMITED")], None),
    ],
)  # fmt: skip
def test_owners_who_join_leave_or_are_lost_sight_of_are_told_and_a_number_filled_in_is_no_sale(
    register, then, now, told
):
    def titles(owners: list[Proprietor] | None) -> list[TitleRecord]:
        named = [] if owners is None else [TitleRecord(id="ccod:EX1", title="hmlr:EX1", proprietors=tuple(owners))]
        return other_titles(*named)

    register.both("tracing/links", [LINK], [LINK])
    register.both("tracing/traces", [trace("accepted")], [trace("accepted")])
    register.both("hmlr/ccod", titles(then), titles(now))
    found = register.changed()
    if told is None:
        assert found == ()
    else:
        (change,) = found
        assert (change.kind, change.severity) == (told[0], 3)
        assert told[1] in change.said and "sold to SECOND" not in change.said
        assert change.evidence_after is not None and change.evidence_after.as_at == JUNE


def test_a_building_whose_link_is_not_accepted_any_more_is_not_said_to_be_sold(register):
    other = msgspec.structs.replace(LINK, id="link:exercise:EX-002/EX2", location="exercise:EX-002", title="hmlr:EX2")
    register.both("tracing/links", [LINK, other], [other])
    register.both("tracing/traces", [trace("accepted")], [trace("untraced", untraced="name not matched")])
    register.both(
        "hmlr/ccod",
        other_titles(a_title("EXERCISE LAND LIMITED", "99000003")),
        other_titles(a_title("EXERCISE LAND LIMITED", "99000003")),
    )
    (change,) = register.changed()
    assert (change.kind, change.after) == ("landlord left", None)
    assert "is not accepted any more; whether the building was sold is not said" in change.said
