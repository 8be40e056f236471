"""CQC's API night by night: what has changed is asked for and nothing else, and no night loses what another changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from nights import FIRST, Register

from exercise import build_county
from exercise.county import County
from exercise.site import Fault, Site, serve

HOMES = 24
API = "/public/v1"


@pytest.fixture
def site() -> Iterator[Site]:
    """A small county of the summer before the nights."""
    with serve(build_county(HOMES, 7, as_at=FIRST), directory_format="csv") as running:
        yield running


@pytest.fixture
def register(tmp_path: Path) -> Register:
    return Register(tmp_path / "register")


def night(register: Register, site: Site, **more: object):
    """One night's crawl; the paths that it asked for, without the record's ids."""
    site.requests.clear()
    report = register.night("cqc_api", site.url("cqc_api"), key=site.key, **more)
    return report, dict(site.requests)


def with_beds(county: County, *homes: int, beds: int) -> County:
    """The county with other numbers of beds in some homes."""
    some = [r for r in county.registrations(active=True) if r.care_home]
    return replace(county, stock=county.stock.amended(replace(some[n], beds=beds) for n in homes))


def at_noon(register: Register) -> datetime:
    """A moment between the last night and the next."""
    return datetime.combine(register.today, time(12), UTC)


def records_asked(requests: dict[str, int]) -> list[str]:
    kinds = (f"{API}/locations/", f"{API}/providers/")
    return sorted(path.rpartition("/")[2] for path in requests if path.startswith(kinds))


def test_a_quiet_night_asks_for_the_changes_alone_and_writes_no_row_but_its_own(register: Register, site: Site) -> None:
    first, asked = night(register, site)
    assert first.state == "published" and all(one.complete for one in first.deliveries)
    everything = len(records_asked(asked))
    assert everything > 2 * HOMES
    before, digest = register.rows(), register.digest
    for _ in range(2):
        report, asked = night(register, site)
        assert (report.state, report.deliveries, report.notes) == ("published", (), ())
        assert records_asked(asked) == []
        assert sum(asked.values()) == 5 and report.cost and report.cost.requests == 5, asked
    after = register.rows()
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == {"run": 2}
    assert register.digest == digest
    state = register.state("cqc_api")
    assert not state.stale and not state.partial and state.learnt == datetime.combine(register.today, time(3))


def test_what_changed_costs_in_proportion_and_makes_the_register_of_a_full_pass(
    register: Register, site: Site, tmp_path: Path
) -> None:
    night(register, site)
    other = register.copy(tmp_path / "other")
    site.publish(with_beds(site.county, 1, 4, beds=33), "csv", entered=at_noon(register))
    report, asked = night(register, site)
    assert len(records_asked(asked)) == 2
    assert [(one.feed, one.handed, one.published, one.complete) for one in report.deliveries] == [
        ("cqc_api/locations", 2, 2, False)
    ]
    night(other, site, full=True)
    assert register.digest == other.digest
    report, asked = night(register, site)
    assert records_asked(asked) == [] and report.deliveries == (), "what was fetched since it changed is not again"


def test_a_home_that_changes_twice_is_fetched_twice_however_late_the_second_change_is_named(
    register: Register, site: Site
) -> None:
    night(register, site)
    site.publish(with_beds(site.county, 1, beds=33), "csv", entered=at_noon(register))
    night(register, site)
    second = at_noon(register)
    night(register, site)
    site.publish(with_beds(site.county, 1, beds=34), "csv", entered=second)
    _, asked = night(register, site)
    assert len(records_asked(asked)) == 1


def test_a_month_that_passes_is_told_the_same_by_nights_and_by_a_full_pass(
    register: Register, site: Site, tmp_path: Path
) -> None:
    night(register, site)
    other = register.copy(tmp_path / "other")
    site.publish(site.county.later(), "csv", entered=at_noon(register))
    # The files' own day lies a month ahead: both registers wait for it.
    night(register, site, later=31)
    report, _ = night(other, site, later=31, full=True)
    assert report.state == "published", report.reasons
    assert register.digest == other.digest


def test_after_a_month_everything_is_read_again_and_what_is_gone_ends(register: Register, site: Site) -> None:
    night(register, site)
    gone = next(iter(r for r in site.county.stock.registrations.values() if not r.care_home))
    fewer = {i: r for i, r in site.county.stock.registrations.items() if i != gone.id}
    site.publish(replace(site.county, stock=replace(site.county.stock, registrations=fewer)), "csv")
    report, _ = night(register, site, later=2)
    assert report.deliveries == () and "the list counts" in " ".join(report.nothing_new), "one record less is no alarm"
    report, asked = night(register, site, later=31)
    assert [one.ended for one in report.deliveries] == [1, 1]
    assert len(records_asked(asked)) > 2 * HOMES


def test_a_list_that_counts_far_fewer_records_is_read_whole_at_once(register: Register, site: Site) -> None:
    site.publish(build_county(2 * HOMES, 7, as_at=FIRST), "csv", entered=at_noon(register))
    night(register, site)
    digest = register.digest
    site.publish(build_county(HOMES, 7, as_at=FIRST), "csv", entered=at_noon(register))
    report, _ = night(register, site)
    assert report.state == "kept aside" and "where the list before it had" in " ".join(report.reasons)
    assert register.digest == digest and register.state("cqc_api").stale


def test_an_id_that_is_not_to_be_had_is_named_and_asked_for_every_night_until_it_is_back(
    register: Register, site: Site
) -> None:
    night(register, site)
    changed = with_beds(site.county, 2, beds=33)
    identifier = next(i for i, r in changed.stock.registrations.items() if r.beds == 33 and r.care_home)
    site.publish(changed, "csv", entered=at_noon(register))
    for _ in range(2):
        site.inject(Fault(f"{API}/locations/{identifier}", status=404, times=None))
        report, asked = night(register, site)
        assert report.state == "published" and records_asked(asked) == [identifier]
        state = register.state("cqc_api")
        assert state.partial and not state.stale
        assert "1 of the 1 records that changed could not be had" in " ".join(state.issues)
        assert "has changed, and not to be had (404)" in " ".join(state.issues)
    site.recover()
    report, asked = night(register, site)
    assert (report.changed, records_asked(asked)) == (1, [identifier])
    assert not register.state("cqc_api").partial
    assert records_asked(night(register, site)[1]) == []


def test_a_night_that_was_not_published_leaves_its_changes_to_the_next(register: Register, site: Site) -> None:
    night(register, site)
    site.publish(with_beds(site.county, 1, beds=33), "csv", entered=at_noon(register))
    site.inject(Fault(f"{API}/providers", status=500, times=None))
    report, _ = night(register, site)
    assert report.state == "abandoned" and register.state("cqc_api").stale
    site.recover()
    report, _ = night(register, site)
    assert report.changed == 1 and not register.state("cqc_api").stale


def test_where_changes_cannot_be_asked_for_everything_is_read_and_it_is_said(register: Register, site: Site) -> None:
    night(register, site)
    site.inject(Fault(f"{API}/changes/location", status=404, times=None))
    report, _ = night(register, site)
    assert report.state == "published" and all(one.complete for one in report.deliveries)
    assert "what has changed cannot be asked for (404), so everything was read" in " ".join(
        register.state("cqc_api").issues
    )


def test_files_handed_over_in_between_and_another_address_are_followed_by_a_full_pass(
    register: Register, site: Site
) -> None:
    night(register, site)
    with serve(site.county, directory_format="csv") as elsewhere:
        _, asked = night(register, elsewhere)
        assert len(records_asked(asked)) > 2 * HOMES
    _, asked = night(register, site)
    assert len(records_asked(asked)) > 2 * HOMES


def test_full_reads_everything_whatever_has_changed(register: Register, site: Site) -> None:
    night(register, site)
    report, asked = night(register, site, full=True)
    assert len(records_asked(asked)) > 2 * HOMES and report.changed == 0


def test_a_night_weeks_after_the_last_asks_for_the_weeks_between(register: Register, site: Site) -> None:
    night(register, site)
    site.publish(with_beds(site.county, 3, beds=33), "csv", entered=at_noon(register) + timedelta(days=2))
    report, asked = night(register, site, later=20)
    assert len(records_asked(asked)) == 1 and report.changed == 1
