"""The invented county: consistent with itself, like England in its sizes, and like nobody in its names."""

from __future__ import annotations

import csv
import gzip
import itertools
import json
import re
import time
from collections import Counter
from datetime import date

import pytest

from exercise import cqc_api
from exercise.capacity import allot
from exercise.county import County, build_county, chance_for
from exercise.stock import Registration

SIZES = ((20, 1), (60, 7), (80, 7), (300, 3))


@pytest.fixture(scope="module")
def county() -> County:
    return build_county(80, 7)


def open_homes(county: County) -> list[Registration]:
    return [r for r in county.registrations() if r.counted]


@pytest.mark.parametrize(("homes", "seed"), SIZES)
def test_as_many_homes_are_open_as_were_asked_for(homes, seed):
    county = build_county(homes, seed)
    assert len(open_homes(county)) == homes == len({r.building.number for r in open_homes(county)})


@pytest.mark.parametrize("homes", [19, 15_001])
def test_a_county_of_another_size_is_refused(homes):
    with pytest.raises(ValueError, match=r"20 to 15,000"):
        build_county(homes)


def test_every_code_says_that_it_is_invented_and_has_the_registers_form(county):
    for registration in county.registrations():
        assert re.fullmatch(r"EX-\d{9}", registration.id)
        assert re.fullmatch(r"[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}", registration.building.postcode)
        assert registration.building.postcode[:2] in {"ZX", "ZY"}
        assert re.fullmatch(r"99\d{10}", registration.building.uprn)
        assert registration.building.council.code.startswith("X1")
    for provider in county.stock.providers.values():
        assert re.fullmatch(r"EXP-\d{9}", provider.id)
        assert provider.company is None or re.fullmatch(r"99\d{6}", provider.company)
    buildings = {r.building for r in county.registrations()}
    assert len({b.postcode for b in buildings}) == len({b.number for b in buildings}) == len(buildings)


@pytest.fixture(scope="module")
def largest():
    """The largest county there can be, and the processor's seconds that it took."""
    began = time.process_time()
    return build_county(15_000, 7), time.process_time() - began


def test_no_town_and_no_provider_is_named_like_a_real_one(shared_data, largest):
    county, _ = largest
    with gzip.open(shared_data / "cqc" / "ratings_england_2021-02.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    real_towns = {row["Location City"].casefold() for row in rows}
    real_names = {row[column].casefold() for row in rows for column in ("Provider Name", "Location Name")}
    boundaries = json.loads((shared_data / "geo" / "onsvisual-uk-topojson-2014-2025.topo.json").read_text())
    real_areas = {
        geometry["properties"]["areanm"].casefold()
        for layer in boundaries["objects"].values()
        for geometry in layer["geometries"]
    }
    assert not {r.building.town.casefold() for r in county.registrations()} & (real_towns | real_areas)
    assert not {c.name.casefold() for c in county.stock.councils} & (real_towns | real_areas)
    assert not {p.name.casefold() for p in county.stock.providers.values()} & real_names
    assert not {r.name.casefold() for r in county.registrations()} & real_names


def test_the_first_towns_of_the_two_banks_face_each_other_across_the_water(county):
    north, south = county.stock.councils
    (_, x0, y0), (_, x1, y1) = north.towns[0], south.towns[0]
    assert abs(x0 - x1) < 2 and y0 - y1 < 10
    bridge = county.stock.land.width * 0.2
    assert x0 - bridge > 10, "the way round by the bridge is more than 20 km"


def test_fifteen_thousand_homes_fill_the_dogger_bank_within_twenty_seconds(tmp_path, largest):
    county, took = largest
    began = time.process_time()
    cqc_api.write_api(county.stock, tmp_path)
    assert took + time.process_time() - began < 20
    assert 100 <= len(county.stock.councils) <= 150
    for registration in county.registrations():
        assert 54.0 < registration.building.latitude < 56.5 and 1.5 < registration.building.longitude < 4.5
    assert len(list((tmp_path / "locations").iterdir())) == len(county.stock.registrations)


def test_sizes_and_settings_are_like_englands(county):
    homes = open_homes(build_county(1_000, 7))
    beds = sorted(r.beds for r in homes)
    assert 25 <= beds[500] <= 30
    assert sum(r.nursing for r in homes) == pytest.approx(300, abs=15)
    small = sorted(r.beds for r in homes if r.kind == "learning disability")
    assert small[len(small) // 4] >= 6 and small[3 * len(small) // 4] <= 8
    assert any(b >= 60 for b in beds)
    assert 2_200 <= county.beds <= 2_600


@pytest.mark.parametrize(("homes", "seed"), SIZES)
def test_one_chain_is_the_largest_and_many_providers_run_one_home(homes, seed):
    county = build_county(homes, seed)
    held = Counter(r.provider for r in open_homes(county))
    largest, count = held.most_common(1)[0]
    assert county.stock.providers[largest].brand.id == "EXB1" and count >= 3
    assert sum(1 for n in held.values() if n == 1) > homes / 4
    forms = {p.ownership for p in county.stock.providers.values()}
    assert "Organisation" in forms and any(p.company is None for p in county.stock.providers.values())


def test_the_chains_landlords_are_offshore_here_and_untraced_there(county):
    chain = {
        r.building.number for r in open_homes(county) if (b := county.stock.brand(r)) is not None and b.id == "EXB1"
    }
    titles = [t for t in county.stock.titles if t.building in chain]
    assert len(titles) == len(chain)
    offshore = [t for t in titles if t.landlord and t.landlord.jurisdiction != "ENGLAND"]
    assert len(offshore) >= len(titles) / 3
    assert any(t.landlord is None for t in county.stock.titles)


@pytest.mark.parametrize(("homes", "seed"), SIZES)
def test_successions_hold_every_oddity_of_the_real_registers(homes, seed):
    county = build_county(homes, seed)
    by_building: dict[int, list[Registration]] = {}
    for registration in county.registrations():
        if registration.care_home and (registration.dual_with is None or registration.dual_primary):
            by_building.setdefault(registration.building.number, []).append(registration)
    chains = [sorted(rs, key=lambda r: r.registered_on) for rs in by_building.values() if len(rs) > 1]
    steps = [(a, b) for chain in chains for a, b in itertools.pairwise(chain)]
    overlaps = {(a.deregistered_on - b.registered_on).days for a, b in steps}
    assert {159, 18, 1, -8} <= overlaps
    recorded = {(bool(a.links), any(k.kind == "HSCA Predecessor" for k in b.links)) for a, b in steps}
    assert recorded == {(True, True), (True, False), (False, True), (False, False)}
    assert any(a.beds != b.beds for a, b in steps)
    assert any(len(chain) == 3 for chain in chains)
    assert any(r.rating and r.rating.earned_by for r in county.registrations())
    closed = [rs[0] for rs in by_building.values() if len(rs) == 1 and not rs[0].active]
    assert closed and all(not r.links for r in closed)
    for registration in county.registrations():
        for link in registration.links:
            assert county.stock.registrations[link.id].building == registration.building


def test_there_are_dormant_unrated_and_managerless_homes(county):
    homes = open_homes(county)
    assert any(r.dormant for r in homes)
    assert any(r.manager_absent_on for r in homes)
    assert any(r.rating is None for r in homes)


@pytest.mark.parametrize(("homes", "seed"), SIZES)
def test_hardly_a_nursing_bed_is_open_on_the_north_bank(homes, seed):
    county = build_county(homes, seed)

    def share(bank: str) -> float:
        here = [
            f
            for f in county.filings
            if "nursing" in f.bed_type and county.stock.registrations[f.location].building.council.bank == bank
        ]
        return sum(f.accepting for f in here) / sum(f.maximum for f in here)

    assert share("north") < 0.03 < share("south")


def test_parts_add_up_and_stay_within_their_room():
    chance = chance_for(1, "allot")
    for total in (0, 1, 17, 60):
        parts = allot(total, [5.0, 1.0, 0.0, 9.0, 2.5], [10, 20, 30, 20, 10], chance)
        assert sum(parts) == total and parts[2] == 0
        assert all(0 <= part <= most for part, most in zip(parts, [10, 20, 30, 20, 10], strict=True))
    with pytest.raises(ValueError, match="room for 60"):
        allot(61, [5.0, 1.0, 0.0, 9.0, 2.5], [10, 20, 30, 20, 10], chance)


def test_a_month_brings_a_sale_a_closure_an_opening_and_more_beds(county):
    after = county.later()
    assert after == county.later() and after.as_at == date(2026, 12, 1)
    before = county.stock.registrations
    new = [r for r in after.registrations() if r.id not in before]
    ended = [r for r in after.registrations(active=False) if r.id in before and before[r.id].active]
    assert len(new) == 2 and len(ended) == 2 and len(after.changes) == 5
    bought = next(r for r in new if r.links)
    sold = next(r for r in ended if r.links)
    closed = next(r for r in ended if not r.links)
    assert bought.building == sold.building and bought.links[0].id == sold.id and sold.links[0].id == bought.id
    assert county.as_at < bought.registered_on < sold.deregistered_on < after.as_at
    assert county.as_at < closed.deregistered_on < after.as_at
    assert len(open_homes(after)) == county.homes, "one opened, one closed"
    assert sum(1 for r in after.registrations() if r.id in before and r.beds != before[r.id].beds) == 1


@pytest.mark.parametrize("seed", range(5))
def test_half_a_year_passes_even_in_the_smallest_county(seed):
    county = build_county(20, seed)
    after = county.later(6)
    assert after.as_at == date(2027, 5, 1)
    assert len(after.stock.registrations) >= len(county.stock.registrations) + 6
    assert all(r.deregistered_on is None or r.deregistered_on < after.as_at for r in after.registrations())
