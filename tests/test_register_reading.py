"""The register as at a day: several feeds as one, vanished homes, figures by home, evidence to the file and row."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from intake_cases import a_list, a_location, load
from sqlalchemy import Engine

from register.reading import load_snapshot, register_digest
from register.records import AreaRecord, LocationRecord, ProviderRecord, ResidentsRecord, VacancyRecord
from register.search import search

MAY, JUNE, JULY = date(2025, 5, 31), date(2025, 6, 30), date(2025, 7, 31)
ONE = "exercise:EX-001"
RANKS = {"cqc_api/locations": 0, "cqc_directory/locations": 1, "cqc_directory/ratings": 3}


def _load(engine: Engine, folder: Path, feed: str, day: date, *records: LocationRecord, complete: bool = True) -> None:
    source = feed.partition("/")[0]
    items = a_list(day, records, feed=feed, complete=complete, origin=f"{feed} of {day}")
    assert load(engine, folder, items, source=source, ranks=RANKS).state == "published"


def test_an_empty_register_is_a_snapshot_without_homes(engine: Engine) -> None:
    snapshot = load_snapshot(engine)
    assert (dict(snapshot.homes), snapshot.feeds) == ({}, ())


def test_the_newest_list_is_followed_and_never_blanks_what_it_does_not_speak_of(engine: Engine, tmp_path: Path) -> None:
    _load(engine, tmp_path, "cqc_api/locations", MAY, a_location(1, beds=20, town="Oldham", rating="Good"))
    _load(engine, tmp_path, "cqc_directory/locations", JUNE, a_location(1, beds=22))
    registration = load_snapshot(engine).homes[ONE].current
    assert (registration.record.beds, registration.record.town, registration.record.rating) == (22, "Oldham", "Good")
    told = registration.evidence[registration.field_evidence["town"]]
    assert (told.feed, told.as_at, told.row) == ("cqc_api/locations", MAY, 2)
    assert registration.evidence[registration.field_evidence["beds"]].feed == "cqc_directory/locations"


def test_of_two_lists_of_one_day_the_feed_of_lower_rank_is_followed(engine: Engine, tmp_path: Path) -> None:
    _load(engine, tmp_path, "cqc_directory/locations", MAY, a_location(1, beds=22))
    _load(engine, tmp_path, "cqc_api/locations", MAY, a_location(1, beds=20))
    assert load_snapshot(engine).homes[ONE].beds(MAY) == 20


def test_a_list_that_says_the_same_again_is_newer_than_another_that_differed_before(
    engine: Engine, tmp_path: Path
) -> None:
    _load(engine, tmp_path, "cqc_directory/locations", MAY, a_location(1, beds=22))
    _load(engine, tmp_path, "cqc_api/locations", JUNE, a_location(1, beds=20), complete=False)
    assert load_snapshot(engine).homes[ONE].beds(JUNE) == 20
    _load(engine, tmp_path, "cqc_directory/locations", JULY, a_location(1, beds=22))
    assert load_snapshot(engine).homes[ONE].beds(JULY) == 22


def test_a_home_that_vanished_from_a_complete_list_has_ended_and_its_successor_is_unknown(
    engine: Engine, tmp_path: Path
) -> None:
    both = [a_location(1, registered_on=date(2011, 1, 1)), a_location(2)]
    _load(engine, tmp_path, "cqc_directory/locations", MAY, *both)
    _load(engine, tmp_path, "cqc_directory/locations", JUNE, a_location(2))
    snapshot = load_snapshot(engine)
    home = snapshot.homes[ONE]
    assert home.status == "ended, successor unknown"
    assert home.current.record.deregistered_on == JUNE
    evidence = home.current.evidence[home.current.field_evidence["deregistered_on"]]
    assert (evidence.as_at, evidence.origin) == (JUNE, f"cqc_directory/locations of {JUNE}")
    assert load_snapshot(engine, on=MAY).homes[ONE].status == "open"


def test_a_list_of_ratings_ends_nothing_that_the_register_still_holds(engine: Engine, tmp_path: Path) -> None:
    rated = LocationRecord(id=ONE, care_home=True, rating="Good")
    other = LocationRecord(id="exercise:EX-002", care_home=True, rating="Good")
    _load(engine, tmp_path, "cqc_directory/locations", MAY, a_location(1), a_location(2))
    _load(engine, tmp_path, "cqc_directory/ratings", MAY, rated, other)
    _load(engine, tmp_path, "cqc_directory/ratings", JULY, other)
    home = load_snapshot(engine).homes[ONE]
    assert (home.status, home.current.record.rating) == ("open", None)


def test_a_list_of_ratings_alone_has_unknown_beds_and_not_none_of_them(engine: Engine, tmp_path: Path) -> None:
    _load(engine, tmp_path, "cqc_directory/ratings", MAY, LocationRecord(id=ONE, care_home=True, rating="Good"))
    home = load_snapshot(engine).homes[ONE]
    assert (home.status, home.beds(MAY)) == ("open", None)


def test_before_the_first_list_a_homes_own_dates_decide_whether_it_stood(engine: Engine, tmp_path: Path) -> None:
    old = a_location(1, registered_on=date(2011, 1, 1), deregistered_on=date(2014, 1, 1), status="Deregistered")
    new = a_location(2, registered_on=date(2024, 1, 1))
    _load(engine, tmp_path, "cqc_api/locations", MAY, old, new)
    then = load_snapshot(engine, on=date(2012, 6, 1))
    assert {home.id: home.status for home in then.homes.values()} == {ONE: "open", "exercise:EX-002": "not yet open"}


def test_a_deregistered_home_without_a_date_is_not_alive(engine: Engine, tmp_path: Path) -> None:
    _load(engine, tmp_path, "cqc_api/locations", MAY, a_location(1, status="Deregistered"))
    assert load_snapshot(engine).homes[ONE].status == "ended, successor unknown"


def test_services_that_are_no_care_homes_are_no_homes(engine: Engine, tmp_path: Path) -> None:
    dentist = LocationRecord(id="exercise:EX-900", care_home=False, service_types=("Dental service",))
    _load(engine, tmp_path, "cqc_api/locations", MAY, a_location(1), dentist)
    assert list(load_snapshot(engine).homes) == [ONE]


def test_a_provider_holds_the_homes_of_its_current_registrations(engine: Engine, tmp_path: Path) -> None:
    provider = ProviderRecord(id="exercise:EXP-1", name="Grey Care Limited", company="gb-coh:01234567")
    _load(
        engine, tmp_path, "cqc_api/locations", MAY,
        a_location(1, provider_id=provider.id), a_location(2, provider_id="exercise:EXP-2"),
    )  # fmt: skip
    load(engine, tmp_path, a_list(MAY, [provider], feed="cqc_api/providers"), source="cqc_api")
    providers = load_snapshot(engine).providers
    assert providers[provider.id].homes == (ONE,)
    assert providers[provider.id].record == provider
    assert providers["exercise:EXP-2"].record == ProviderRecord(id="exercise:EXP-2")


def test_council_figures_stand_under_the_home_and_never_come_from_a_later_day(engine: Engine, tmp_path: Path) -> None:
    _load(engine, tmp_path, "cqc_api/locations", MAY, a_location(1))
    beds = VacancyRecord(id=f"{ONE}/total", location_id=ONE, bed_type="total", vacant_accepting_admissions=2)
    people = ResidentsRecord(id=f"{ONE}/nursing", location_id=ONE, need="nursing", people=3)
    load(engine, tmp_path, a_list(JUNE, [beds], feed="council/vacancies", complete=False), source="council")
    load(engine, tmp_path, a_list(JULY, [people], feed="council/residents", complete=False), source="council")
    june = load_snapshot(engine, on=JUNE)
    assert (june.vacancies, june.residents) == ({ONE: (beds,)}, {})
    assert load_snapshot(engine).on == JULY
    assert load_snapshot(engine).residents == {ONE: (people,)}


def test_figures_filed_under_two_registrations_of_one_home_are_not_added_up(engine: Engine, tmp_path: Path) -> None:
    place = {"postcode": "OL4 5HG", "address": ("1 Dove Street",), "name": "Avalon Park"}
    old = a_location(1, registered_on=date(2011, 1, 1), deregistered_on=MAY, **place)
    new = a_location(2, registered_on=MAY, **place)
    _load(engine, tmp_path, "cqc_api/locations", JUNE, old, new)
    figures = [
        VacancyRecord(id=f"{home.id}/total", location_id=home.id, bed_type="total", vacant_accepting_admissions=n)
        for n, home in enumerate((old, new), start=1)
    ]
    load(engine, tmp_path, a_list(JUNE, figures, feed="council/vacancies", complete=False), source="council")
    snapshot = load_snapshot(engine)
    assert snapshot.vacancies == {new.id: (figures[1],)}


def test_the_digest_tells_content_apart_and_not_files_runs_or_clocks(engine: Engine, tmp_path: Path) -> None:
    from register.database import open_database

    twin = open_database(f"sqlite:///{tmp_path / 'twin.db'}")
    load(engine, tmp_path, a_list(MAY, [a_location(1)], origin="by hand.csv"))
    load(twin, tmp_path, a_list(MAY, [a_location(2)], origin="x", feed="other/list"), source="other")
    assert load_snapshot(engine).digest != load_snapshot(twin).digest
    third = open_database(f"sqlite:///{tmp_path / 'third.db'}")
    load(third, tmp_path, [], learnt=datetime(2026, 5, 1, tzinfo=UTC))
    load(third, tmp_path, a_list(MAY, [a_location(1)], origin="https://example.org/list.csv"))
    assert load_snapshot(engine).digest == load_snapshot(third).digest
    assert register_digest(engine) == register_digest(third)
    for one in (twin, third):
        one.dispose()


def test_boundaries_do_not_move_the_day_of_the_register(engine: Engine, tmp_path: Path) -> None:
    _load(engine, tmp_path, "cqc_api/locations", MAY, a_location(1, authority="Westmarch"))
    area = AreaRecord(id="ons:utla:X1", layer="utla", code="X1", name="Westmarch", geometry="00")
    load(engine, tmp_path, a_list(JULY, [area], feed="ons_boundaries/areas"), source="ons_boundaries")
    snapshot = load_snapshot(engine)
    assert (snapshot.on, snapshot.areas) == (MAY, (area,))
    assert snapshot.homes[ONE].current.place.authority == "X1"


def test_a_home_is_found_by_id_postcode_former_name_and_provider(engine: Engine, tmp_path: Path) -> None:
    place = {"postcode": "OL4 5HG", "address": ("1 Dove Street",)}
    old = a_location(1, name="St George's", registered_on=date(2011, 1, 1), deregistered_on=MAY, **place)
    new = a_location(2, name="Oak View", registered_on=MAY, **place)
    _load(engine, tmp_path, "cqc_api/locations", JUNE, old, new)
    snapshot = load_snapshot(engine)
    for text in ("EX-001", "exercise:ex-002", "ol45hg", "st georges", "view OAK"):
        assert [hit.id for hit in search(snapshot, text)] == ["exercise:EX-002"]
    assert search(snapshot, "  ") == ()
    assert search(snapshot, "nothing like it") == ()
