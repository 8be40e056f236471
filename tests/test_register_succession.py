"""Which registrations are one home, and what became of it."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from register.records import Link, LocationRecord
from register.snapshot import Evidence, Home, Place, Registration
from register.succession import Sight, homes_of

ON = date(2025, 8, 1)
NOWHERE = Place(None, None, "none", None, None, None, None, "made for a test")


def registered(identifier: str, start: str | None, end: str | None = None, **fields: object) -> Registration:
    """One registration of a care home."""
    record = LocationRecord(
        id=identifier,
        care_home=True,
        registered_on=date.fromisoformat(start) if start else None,
        deregistered_on=date.fromisoformat(end) if end else None,
        **{"name": f"Home {identifier}", "beds": 20, "provider_id": f"provider of {identifier}", **fields},  # type: ignore[arg-type]
    )
    return Registration(record, (Evidence("f", ON, "o", 1, "", 1),), NOWHERE)


def homes(
    *registrations: Registration,
    on: date = ON,
    sights: Mapping[str, Sight] | None = None,
    listed_until: Mapping[str, date] | None = None,
) -> list[Home]:
    """The homes of some registrations, every one last seen on the day unless said otherwise."""
    seen = {r.id: Sight(on) for r in registrations} | dict(sights or {})
    return list(homes_of(registrations, on=on, sights=seen, listed_until=listed_until)[0].values())


HERE = {"postcode": "OL4 5HG", "address": ("12 Dove Street",)}


@pytest.fixture(scope="module")
def oldham(shared_data: Path) -> list[Registration]:
    """The real care-home registrations of one council area."""
    found = []
    for path in sorted((shared_data / "cqc" / "api_oldham_2025" / "locations").glob("*.json")):
        raw = json.loads(path.read_text(encoding="utf-8"))
        if not any(s["description"].startswith("Care home service") for s in raw.get("gacServiceTypes", [])):
            continue
        links = tuple(
            Link(kind=r["type"].removeprefix("HSCA ").lower(), id=f"cqc:{r['relatedLocationId']}", reason=r["reason"])
            for r in raw.get("relationships", [])
        )
        found.append(
            registered(
                f"cqc:{raw['locationId']}",
                raw["registrationDate"],
                raw.get("deregistrationDate"),
                name=raw["name"],
                beds=raw.get("numberOfBeds"),
                postcode=raw["postalCode"],
                address=(raw["postalAddressLine1"],),
                uprn=raw.get("uprn"),
                provider_id=f"cqc:{raw['providerId']}",
                links=links,
            )
        )
    return found


CHAINS = {
    "Treelands": ["1-124940339", "1-325393804", "1-9513445383"],
    "Avalon Park": ["1-135286954", "1-319143351"],
    "Shaw Side": ["1-127515012", "1-3134639286", "1-6355044561"],
    "Limecroft": ["1-146777390", "1-448867949", "1-1700750315"],
    "Franklin House": ["1-122386733", "1-5312102242"],
}


@pytest.mark.parametrize("name", CHAINS)
def test_the_real_chains_are_one_home_each(oldham: list[Registration], name: str) -> None:
    by_id, home_of = homes_of(oldham, on=ON, sights={r.id: Sight(ON) for r in oldham})
    chain = [f"cqc:{one}" for one in CHAINS[name]]
    home = by_id[home_of[chain[0]]]
    assert [r.id for r in home.registrations] == chain
    assert home.id == chain[-1]


def test_southern_cross_to_hc_one_is_one_home_with_sixty_beds(oldham: list[Registration]) -> None:
    day = date(2011, 11, 10)
    by_id, home_of = homes_of(oldham, on=day, sights={r.id: Sight(ON) for r in oldham})
    home = by_id[home_of["cqc:1-135286954"]]
    assert home is by_id[home_of["cqc:1-319143351"]]
    assert all(r.active(day) for r in home.registrations)
    assert home.beds(day) == 60
    assert home.status == "open"
    assert [join.basis for join in home.joins] == ["recorded"]


def test_a_link_that_the_regulator_never_recorded_is_inferred_and_says_so(oldham: list[Registration]) -> None:
    by_id, home_of = homes_of(oldham, on=ON, sights={r.id: Sight(ON) for r in oldham})
    limecroft = by_id[home_of["cqc:1-146777390"]]
    assert [(join.earlier, join.basis) for join in limecroft.joins] == [
        ("cqc:1-146777390", "inferred"),
        ("cqc:1-448867949", "recorded"),
    ]
    assert limecroft.status == "ended, successor unknown"
    between = homes_of(oldham, on=date(2014, 10, 24), sights={r.id: Sight(ON) for r in oldham})[0]
    assert [h.status for h in between.values() if h.id == "cqc:1-448867949"] == ["open"]


def test_beds_of_franklin_house_change_with_its_owner(oldham: list[Registration]) -> None:
    by_id, home_of = homes_of(oldham, on=ON, sights={r.id: Sight(ON) for r in oldham})
    home = by_id[home_of["cqc:1-122386733"]]
    assert [home.beds(day) for day in (date(2018, 6, 1), date(2018, 8, 1), ON)] == [38, 40, 40]


def test_oldhams_44_registered_homes_have_1574_beds_and_no_registered_home_is_lost(oldham: list[Registration]) -> None:
    by_id, _ = homes_of(oldham, on=ON, sights={r.id: Sight(ON) for r in oldham})
    standing = [home for home in by_id.values() if home.status == "open"]
    assert len(standing) == 44
    assert sum(home.beds(ON) or 0 for home in standing) == 1574
    assert sum(len(home.registrations) for home in by_id.values()) == 87


def test_two_homes_in_one_building_stay_two() -> None:
    one = registered("cqc:1-1001", "2011-01-01", **HERE, name="The Dairy House")
    other = registered("cqc:1-1002", "2014-08-01", **HERE, name="Rivers")
    assert len(homes(one, other)) == 2


def test_one_providers_two_homes_at_one_address_and_uprn_stay_two() -> None:
    shared = {**HERE, "uprn": "10032964375", "provider_id": "cqc:1-101725645", "name": "Penhayes"}
    assert (
        len(homes(registered("cqc:1-1001", "2011-01-01", **shared), registered("cqc:1-1002", "2018-04-13", **shared)))
        == 2
    )


def test_a_home_registered_by_the_new_owner_before_the_old_one_is_taken_off_counts_once() -> None:
    shared = {**HERE, "uprn": "100040904001", "name": "Holly Tree Cottage", "beds": 6}
    old, new = registered("cqc:1-1001", "2019-01-11", **shared), registered("cqc:1-1002", "2020-12-01", **shared)
    (home,) = homes(old, new, on=date(2021, 1, 20))
    assert (home.id, home.beds(date(2021, 1, 20))) == ("cqc:1-1002", 6)
    assert home.joins[0].basis == "inferred"


def test_one_home_listed_under_two_providers_for_a_year_counts_once_only_where_name_address_and_beds_agree() -> None:
    shared = {**HERE, "name": "Gracewell of Frome", "beds": 70}
    one, two = registered("cqc:1-1001", "2012-12-13", **shared), registered("cqc:1-1002", "2020-01-30", **shared)
    assert len(homes(one, two, on=date(2021, 1, 20))) == 1
    smaller = registered("cqc:1-1002", "2020-01-30", **{**shared, "beds": 69})
    assert len(homes(one, smaller, on=date(2021, 1, 20))) == 2


def test_dual_registration_counts_the_primary_record_only() -> None:
    primary = registered("cqc:1-1001", "2012-01-01", beds=40, dual_with="cqc:1-1002", dual_primary=True)
    partner = registered("cqc:1-1002", "2015-01-01", beds=44, dual_with="cqc:1-1001", dual_primary=False)
    (home,) = homes(partner, primary)
    assert (home.id, home.beds(ON), home.dual) == ("cqc:1-1001", 40, ("cqc:1-1002",))


def test_one_sides_link_is_enough_and_so_is_a_link_through_a_registration_that_is_not_held() -> None:
    old = registered("cqc:1-1001", "2011-01-01", "2015-01-01")
    new = registered(
        "cqc:1-1003", "2015-01-02", links=(Link(kind="predecessor", id="cqc:1-1001", reason="New Provider"),)
    )
    assert len(homes(old, new)) == 1
    first = registered(
        "cqc:1-1001",
        "2011-01-01",
        "2012-01-01",
        links=(Link(kind="successor", id="cqc:1-1002", reason="NHS Transfer"),),
    )
    third = registered(
        "cqc:1-1003", "2016-01-02", links=(Link(kind="predecessor", id="cqc:1-1002", reason="New Provider"),)
    )
    assert len(homes(first, third)) == 1


def test_a_home_split_in_two_keeps_both_halves() -> None:
    link = Link(kind="predecessor", id="cqc:1-1001", reason="New Provider")
    old = registered("cqc:1-1001", "2011-01-01", "2020-01-01", **HERE, beds=60)
    same_place = registered("cqc:1-1002", "2020-01-01", links=(link,), **HERE, beds=40)
    elsewhere = registered("cqc:1-1003", "2020-01-01", links=(link,), beds=20)
    found = homes(old, same_place, elsewhere)
    assert sorted(home.id for home in found) == ["cqc:1-1002", "cqc:1-1003"]
    assert sum(home.beds(ON) or 0 for home in found) == 60


def test_a_move_to_another_building_is_the_same_home_at_another_place() -> None:
    old = registered("cqc:1-1001", "2011-01-01", "2020-01-01", **HERE)
    move = Link(kind="predecessor", id="cqc:1-1001", reason="Location Move")
    new = registered("cqc:1-1002", "2020-01-01", links=(move,), postcode="OL1 2DP", address=("1 Elsewhere",))
    (home,) = homes(old, new)
    assert home.current.record.postcode == "OL1 2DP"
    assert home.joins[0].reason == "Location Move"


def test_scotland_a_number_that_vanished_and_one_that_appeared_at_the_address_are_one_home() -> None:
    first_list_without, last_list_with = date(2024, 3, 31), date(2021, 3, 22)
    old = registered("ci:CS2003010429", "2002-04-01", "2024-03-31", **HERE, name="Stobhill Nursing Home")
    new = registered("ci:CS2022000211", "2022-08-01", **HERE, name="Stobhill")
    sights = {old.id: Sight(last_list_with, vanished=True)}
    (home,) = homes(old, new, sights=sights, on=first_list_without)
    assert (home.id, home.status) == ("ci:CS2022000211", "open")


def test_two_units_that_change_hands_together_are_not_crossed() -> None:
    old = [
        registered("ci:CS1", "2003-01-01", "2025-04-23", **HERE, name="Gilmerton", beds=60),
        registered("ci:CS2", "2014-01-01", "2025-04-23", **HERE, name="Gilmerton Neurological Care Centre", beds=15),
    ]
    new = [
        registered("ci:CS3", "2025-04-23", **HERE, name="Gilmerton Neurological Care Centre", beds=15),
        registered("ci:CS4", "2025-04-23", **HERE, name="Gilmerton", beds=60),
    ]
    pairs = {home.id: [r.id for r in home.registrations] for home in homes(*old, *new)}
    assert pairs == {"ci:CS4": ["ci:CS1", "ci:CS4"], "ci:CS3": ["ci:CS2", "ci:CS3"]}


def test_neighbours_in_a_street_without_numbers_are_not_one_home() -> None:
    street = {"postcode": "TQ1 3HA", "address": ("Bronshill Road",)}
    one = registered("cqc:1-1001", "2010-12-14", "2011-05-01", **street, name="Sesame", beds=4)
    other = registered("cqc:1-1002", "2011-01-10", **street, name="New Redvers", beds=19)
    assert len(homes(one, other)) == 2


def test_an_ended_home_is_a_closure_only_after_half_a_year_of_lists_without_a_successor() -> None:
    gone = registered("cqc:1-1001", "2011-01-01", "2025-01-10", **HERE)
    assert homes(gone)[0].status == "ended, successor unknown"
    assert homes(gone, listed_until={"cqc": date(2025, 6, 1)})[0].status == "ended, successor unknown"
    assert homes(gone, listed_until={"cqc": date(2025, 8, 1)})[0].status == "closed"
    assert homes(gone, on=date(2024, 1, 1), listed_until={"cqc": date(2024, 1, 1)})[0].status == "open"


def test_a_home_listed_without_its_address_is_never_called_closed() -> None:
    hidden = registered("ci:CS1", "2011-01-01", "2024-01-10")
    assert homes(hidden, listed_until={"ci": date(2025, 8, 1)})[0].status == "ended, successor unknown"


def test_status_says_dormant_and_not_yet_open() -> None:
    assert homes(registered("cqc:1-1001", "2011-01-01", dormant=True))[0].status == "dormant"
    assert homes(registered("cqc:1-1001", "2025-12-01"))[0].status == "not yet open"


DAYS = st.integers(0, 900).map(lambda days: date(2020, 1, 1) + timedelta(days=days))


@st.composite
def registers(draw: st.DrawFn) -> list[Registration]:
    """A few registrations with links, dual flags and shared places, right and wrong."""
    count = draw(st.integers(1, 8))
    ids = [f"cqc:1-{1000 + n}" for n in range(count)]
    found = []
    for identifier in ids:
        start = draw(st.none() | DAYS)
        end = draw(st.none() | DAYS)
        links = draw(
            st.lists(
                st.builds(
                    Link,
                    kind=st.sampled_from(["predecessor", "successor"]),
                    id=st.sampled_from([*ids, "cqc:1-9999"]),
                    reason=st.sampled_from(["New Provider", "Location Move"]),
                ),
                max_size=2,
            )
        )
        found.append(
            registered(
                identifier,
                start.isoformat() if start else None,
                end.isoformat() if end else None,
                name=draw(st.sampled_from(["Avalon Park", "Treelands", "The Care Home"])),
                postcode=draw(st.sampled_from(["OL4 5HG", "OL8 2QH", None])),
                address=draw(st.sampled_from([("Dove Street",), ("1 Dove Street",), None])),
                uprn=draw(st.sampled_from(["1", "2", None])),
                beds=draw(st.sampled_from([10, 20, None])),
                provider_id=draw(st.sampled_from(["cqc:1-101", "cqc:1-102"])),
                links=tuple(links) or None,
                dual_with=draw(st.sampled_from([None, None, *ids])),
                dual_primary=draw(st.sampled_from([None, True, False])),
            )
        )
    return found


@given(registers(), DAYS)
def test_every_registration_is_in_exactly_one_home_and_no_beds_count_twice(some: list[Registration], day: date) -> None:
    by_id, home_of = homes_of(some, on=day, sights={r.id: Sight(ON) for r in some})
    assert Counter(r.id for home in by_id.values() for r in home.registrations) == Counter(r.id for r in some)
    assert all(home_of[r.id] == home.id for home in by_id.values() for r in home.registrations)
    for home in by_id.values():
        assert home.current in home.registrations
        alive = [r.record.beds for r in home.registrations if r.active(day)]
        assert home.beds(day) in alive or not alive
        if alive:
            assert home.status in ("open", "dormant")
            assert home.current.active(day)
        assert home.status != "closed"
    total = sum(home.beds(day) or 0 for home in by_id.values())
    assert total <= sum(r.record.beds or 0 for r in some if r.active(day))


@given(registers(), st.randoms(use_true_random=False))
def test_the_order_of_registrations_does_not_matter(some: list[Registration], shuffler: random.Random) -> None:
    sights = {r.id: Sight(ON) for r in some}
    shuffled = list(some)
    shuffler.shuffle(shuffled)
    assert homes_of(some, on=ON, sights=sights) == homes_of(shuffled, on=ON, sights=sights)


def test_30_000_registrations_are_sorted_into_homes_within_seconds() -> None:
    some = []
    for n in range(10_000):
        place = {"postcode": f"AB{n % 90 + 1} {n % 10}AA", "address": (f"{n} High Street",), "name": f"House {n}"}
        for owner, (start, end) in enumerate(
            (("2011-01-01", "2015-01-01"), ("2015-01-01", "2019-01-01"), ("2019-01-02", None))
        ):
            some.append(registered(f"cqc:1-{n:05d}{owner}", start, end, **place))
    begun = process_time()
    by_id, _ = homes_of(some, on=ON, sights={r.id: Sight(ON) for r in some})
    assert len(by_id) == 10_000
    assert process_time() - begun < 15
