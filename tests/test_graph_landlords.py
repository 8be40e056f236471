"""Whose building a home is in: landlords, what lies between, whether they are related, and what is not known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_ownership import held, number, owned
from small_property import proprietor, seat, stands, title, traced, with_property

from graph.control import chains_above, ultimate_owners
from graph.groups import UnknownRule, groups_by
from graph.landlords import holding_of, holdings, landlord_groups, landlords
from graph.ownership import build_network
from graph.related import Kinships
from register.records import CharityRecord, CompanyRecord
from register.snapshot import Snapshot, Sourced

RUNS = [(1, 1), (2, 2), (3, 3), (3, 4), (4, 5), (4, 6)]
#: Home 1 is its provider's own; 2 and 3 are let by company 20, the second with a fund of Jersey as co-owner; home 4's
#: link waits; home 5's owner is a private person; home 6 was not searched for.
LET = with_property(
    owned(runs=RUNS),
    title(1, proprietor(1)),
    title(2, proprietor(20)),
    title(3, proprietor(20), proprietor("Exercise Reed Fund", "JERSEY")),
    title(4, proprietor(20)),
    traces={
        1: traced(stands(1, 1)),
        2: traced(stands(2, 2)),
        3: traced(stands(3, 3)),
        4: traced(stands(4, 4, "waiting")),
        5: traced(untraced="owner excluded from the data"),
    },
)


def home(which: int) -> str:
    return f"exercise:EX-{which}"


def test_every_home_is_in_one_stated_state_and_none_is_dropped():
    found = holdings(build_network(LET))
    assert [(one.home[-1], one.state, one.occupation) for one in found.values()] == [
        ("1", "traced", "owner-occupied"),
        ("2", "traced", "leased"),
        ("3", "traced", "leased"),
        ("4", "waiting", "unknown"),
        ("5", "untraced", "unknown"),
        ("6", "not searched", "unknown"),
    ]
    assert found[home(5)].reason == "owner excluded from the data"
    assert (found[home(4)].landlords, [one.party for one in found[home(4)].waiting]) == ((), [number(20)])


def test_a_landlord_is_told_with_its_homes_beds_tenants_and_jurisdiction():
    fund, here = sorted(landlords(build_network(LET)), key=lambda one: len(one.homes))
    assert (here.id, here.jurisdiction, here.homes, here.beds_known) == (
        number(20), "united kingdom", (home(2), home(3)), 80
    )  # fmt: skip
    assert here.tenants == ("exercise:EXP-2", "exercise:EXP-3") and here.titles == ("hmlr:EXT2", "hmlr:EXT3")
    assert here.rule == "the company number in the title"
    assert (fund.jurisdiction, fund.homes) == ("jersey", (home(3),))
    assert "inferred" in fund.rule


def test_a_lease_between_the_freeholder_and_the_provider_is_no_freehold():
    snapshot = with_property(
        owned(),
        title(1, proprietor(30)),
        title(2, proprietor(31), tenure="Leasehold"),
        title(3, proprietor(1), tenure="Leasehold"),
        traces={1: traced(stands(1, 1), stands(1, 2), stands(1, 3))},
    )
    holding = holding_of(build_network(snapshot), home(1))
    assert (holding.landlords, holding.between) == ((number(30),), (number(31),))
    assert [one.party for one in holding.leasehold] == [number(31), number(1)]
    by_id = {one.id: one for one in landlords(build_network(snapshot))}
    assert (by_id[number(31)].homes, by_id[number(31)].between) == ((), (home(1),))


def test_a_lease_of_somebody_else_without_its_freehold_makes_a_landlord_and_the_providers_own_lease_does_not():
    def only(owner: int) -> Snapshot:
        lease = title(1, proprietor(owner), tenure="Leasehold")
        return with_property(owned(), lease, traces={1: traced(stands(1, 1))})

    assert holding_of(build_network(only(30)), home(1)).landlords == (number(30),)
    own = holding_of(build_network(only(1)), home(1))
    assert (own.state, own.reason, own.occupation) == ("untraced", "lease chain broken", "unknown")


def test_a_provider_that_holds_a_lease_beside_somebody_elses_is_a_tenant_and_no_owner():
    snapshot = with_property(
        owned(),
        title(1, proprietor(1), tenure="Leasehold"),
        title(2, proprietor(31), tenure="Leasehold"),
        traces={1: traced(stands(1, 1), stands(1, 2))},
    )
    holding = holding_of(build_network(snapshot), home(1))
    assert (holding.state, holding.occupation, holding.landlords) == ("traced", "leased", (number(31),))
    shared = title(1, proprietor(1), proprietor(32), tenure="Leasehold")
    alone = with_property(owned(), shared, traces={1: traced(stands(1, 1))})
    holding = holding_of(build_network(alone), home(1))
    assert (holding.state, holding.reason, holding.landlords) == ("untraced", "lease chain broken", ())


def test_an_owner_without_a_number_that_bears_the_providers_name_is_the_provider():
    snapshot = with_property(owned(), title(1, proprietor("EXERCISE PROVIDER 1")), traces={1: traced(stands(1, 1))})
    assert holding_of(build_network(snapshot), home(1)).occupation == "owner-occupied"


def test_chains_and_groups_of_owners_never_run_through_a_landlord_a_director_or_a_waiting_link():
    bare = owned(held(1, 9), runs=[(1, 1), (2, 2)])
    tied = with_property(
        bare,
        title(1, proprietor(20)),
        title(2, proprietor(20)),
        traces={1: traced(stands(1, 1)), 2: traced(stands(2, 2))},
        officers=(seat(1, "Robin"), seat(2, "Robin")),
    )
    one, other = build_network(bare), build_network(tied)
    assert chains_above(one, home(1)) == chains_above(other, home(1))
    for rule in ("brand", "control50", "psc25"):
        assert groups_by(one, rule) == groups_by(other, rule)
    before, after = ultimate_owners(one), ultimate_owners(other)
    assert {node: after[node] for node in before} == before


def test_the_widest_rule_joins_whoever_shares_a_director_and_not_whoever_shares_a_secretary():
    snapshot = with_property(
        owned(runs=[(1, 1), (2, 2), (3, 3)]),
        officers=(
            seat(1, "Robin"),
            seat(2, "Robin"),
            seat(1, "Files", "corporate-secretary"),
            seat(3, "Files", "secretary"),
        ),
    )
    network = build_network(snapshot)
    assert [group.homes for group in groups_by(network, "affiliated")] == [(home(1), home(2)), (home(3),)]
    assert len(groups_by(network, "psc25")) == 3


@pytest.mark.parametrize("ended", [{"resigned": date(2025, 7, 1)}, {"appointed": date(2025, 9, 1)}])
def test_a_director_of_another_day_ties_nobody(ended: dict):
    snapshot = with_property(owned(runs=[(1, 1), (2, 2)]), officers=(seat(1, "Robin"), seat(2, "Robin", **ended)))
    assert len(groups_by(build_network(snapshot), "affiliated")) == 2


def relation(snapshot: Snapshot):
    network = build_network(snapshot)
    return Kinships(network).closest_of(holding_of(network, home(1)))


def let(*controls, officers=()) -> Snapshot:
    return with_property(
        owned(*controls, companies=[CompanyRecord(id=number(n), name=f"Exercise {n}") for n in (1, 20)]),
        title(1, proprietor(20)),
        traces={1: traced(stands(1, 1))},
        officers=officers,
    )


def test_a_landlord_under_the_same_quarter_holder_is_related_and_the_links_are_shown():
    found = relation(let(held(1, 9, "most"), held(20, 9, "quarter")))
    assert (found.kind, found.common) == ("related", number(9))
    assert [(tie.held, tie.holder) for tie in found.ties] == [(number(20), number(9)), (number(1), number(9))]
    assert all(tie.control is not None and tie.control.evidence for tie in found.ties)


def test_a_landlord_that_owns_its_tenant_is_related():
    assert relation(let(held(1, 20))).common == number(20)


def test_a_landlord_with_a_common_director_is_related_and_the_appointments_are_shown():
    found = relation(let(officers=(seat(1, "Robin"), seat(20, "Robin"))))
    assert found.kind == "related"
    assert [(one.record.company, other.record.company) for one, other in found.directors] == [(number(20), number(1))]


def test_unrelated_is_said_only_where_both_sides_are_known_to_the_end():
    people = held(1, "Alex", "most", "person"), held(20, "Kim", "most", "person")
    boards = seat(1, "Robin"), seat(20, "Sasha")
    assert relation(let(*people, officers=boards)).kind == "unrelated"
    unknown = relation(let(people[0], officers=boards))
    assert unknown.kind == "unknown" and "landlord is not known to the end" in unknown.why
    assert "directors of the landlord" in relation(let(*people, officers=boards[:1])).why


def test_landlords_under_one_owner_are_one_group_by_a_stated_rule():
    snapshot = with_property(
        owned(held(20, 9, "most"), held(21, 9, "quarter"), runs=[(1, 1), (2, 2)]),
        title(1, proprietor(20)),
        title(2, proprietor(21)),
        traces={1: traced(stands(1, 1)), 2: traced(stands(2, 2))},
    )
    network = build_network(snapshot)
    assert [group.landlords for group in landlord_groups(network, "control50")] == [(number(20),), (number(21),)]
    (together,) = landlord_groups(network, "psc25")
    assert (together.id, together.homes, together.beds_known) == (number(9), (home(1), home(2)), 80)
    with pytest.raises(UnknownRule):
        landlord_groups(network, "brand")


def test_a_charity_by_its_own_register_ends_a_chain_as_one():
    charity = CharityRecord(id="gb-chc:1", name="Exercise Trust", company=number(1))
    snapshot = replace(owned(), charities={charity.id: Sourced(charity, ())})
    (chain,) = chains_above(build_network(snapshot), home(1)).chains
    assert (chain.ending.kind, chain.ending.reason) == (
        "charity", "charity number 1 in the Charity Commission's register"
    )  # fmt: skip


@given(
    st.lists(
        st.tuples(st.integers(1, 6), st.integers(1, 4), st.booleans(), st.sampled_from(["accepted", "waiting"])),
        max_size=12,
        unique_by=lambda one: one[:2],
    )
)
def test_every_home_is_counted_once_by_occupation_whatever_titles_it_stands_on(rows: list):
    titles = [title(n, proprietor(20 + n), tenure="Freehold" if n % 2 else "Leasehold") for n in range(1, 5)]
    links: dict[int, list] = {}
    for where, which, _, state in rows:
        links.setdefault(where, []).append(stands(where, which, state))
    snapshot = with_property(owned(runs=RUNS), *titles, traces={one: traced(*some) for one, some in links.items()})
    network = build_network(snapshot)
    known = holdings(network)
    assert set(known) == set(snapshot.homes)
    leased = {one.home for one in known.values() if one.occupation == "leased"}
    assert leased == {one for landlord in landlords(network) for one in landlord.homes}
    for one in known.values():
        assert (one.reason is None) == (one.state != "untraced")
        assert (one.state == "traced") == (one.occupation != "unknown")
