"""The plan as one JSON document: codes, counts and distances, sorted, with no clock inside (``longstop/plan/1``)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Container, Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from contingency.plan import HomeNeeds, Plan, make_plan
from contingency.problem import IntArray
from contingency.same_hands import RULED_OUT, SAME_HANDS, UNKNOWN_OWNERS
from contingency.scenarios import RULED_KINDS
from graph.claims import claim_document

DECIMETRES_PER_KM = 10_000


def km(decimetres: float) -> float:
    """Kilometres to three decimals from decimetres."""
    return round(decimetres / DECIMETRES_PER_KM, 3)


def document(plan: Plan) -> dict[str, Any]:
    """The plan as plain JSON values, keys sorted on writing, every list in a stated order.

    ``affected`` by home; ``moves`` by from, need, to, pool; ``unplaced`` by from, need, reason; ``by_authority`` by
    code, homes without one last.
    """
    return {
        "schema": "longstop/plan/1",
        "snapshot": plan.snapshot.digest,
        "on": plan.snapshot.on.isoformat(),
        "invented": plan.snapshot.invented,
        "scenario": {
            "kind": plan.kind,
            "ids": list(plan.failure.ids),
            "sentence": plan.failure.sentence,
            "options": plan.options.document() | _rule(plan),
        },
        "failed": {
            "names": dict(zip(plan.failure.ids, plan.failure.names, strict=False)),
            "chain": [claim_document(claim) for claim in plan.failure.chain],
        },
        "assumptions": _assumptions(plan),
        "travel": {"engine": plan.engine.name, "unit": plan.engine.unit, "method": plan.engine.method},
        "affected": [_affected(entry) for entry in plan.affected],
        "watched": [
            {"home": w.home.id, "name": w.home.current.record.name, "provider": w.provider, "why": w.why}
            for w in plan.failure.watched
        ],
        "moves": _moves(plan),
        "unplaced": [{"from": u.home, "need": u.need, "people": u.people, "reason": u.reason} for u in plan.unplaced],
        "summary": _summary(plan),
        "optimality": {
            "proved": plan.placement.proved,
            "objective": km(plan.placement.objective),
            "bound": km(plan.placement.bound),
            "candidate_arcs": plan.placement.arcs,
            "rounds": plan.placement.rounds,
        },
    }


def _rule(plan: Plan) -> dict[str, Any]:
    """The rule by which the names stand for more than themselves, where they do."""
    if plan.kind == "group":
        return {"rule": plan.options.rule or "brand"}
    return {"rule": plan.options.rule} if plan.options.rule and plan.kind in RULED_KINDS else {}


def dumps(plan_document: dict[str, Any]) -> str:
    """The document as text: sorted keys, two-space indent, ending in a line feed."""
    return json.dumps(plan_document, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _affected(entry: HomeNeeds) -> dict[str, Any]:
    record, beds = entry.home.current.record, entry.beds
    return {
        "home": entry.home.id,
        "name": record.name,
        "authority": entry.home.current.place.authority,
        "beds": beds.registered,
        "people": sum(people for _, people in entry.needs),
        "basis": beds.people_basis or "unknown",
        "needs": [{"need": str(need), "people": people} for need, people in entry.needs],
    }


def _moves(plan: Plan) -> list[dict[str, Any]]:
    needs, vacancies, solved = plan.problem.needs, plan.problem.vacancies, plan.placement
    rows = [
        {
            "from": needs[n].home,
            "to": vacancies[v].home,
            "need": needs[n].need,
            "pool": vacancies[v].pool,
            "people": int(people),
            "km": km(float(cost)),
            "minutes": None,
        }
        for n, v, people, cost in zip(solved.need, solved.vacancy, solved.people, solved.cost, strict=True)
    ]
    return sorted(rows, key=lambda m: (m["from"], m["need"], m["to"], m["pool"]))


def distances(cost: IntArray, people: IntArray) -> dict[str, float | None]:
    """Total, mean, median, 90th percentile and longest km over people (not over moves); None where nobody moves.

    The median is the mean of the two middle people; the 90th percentile is the nearest rank.
    """
    each = np.sort(np.repeat(cost, people))
    if not len(each):
        return {"total_km": 0.0, "mean_km": None, "median_km": None, "p90_km": None, "max_km": None}
    return {
        "total_km": km(int(each.sum())),
        "mean_km": km(int(each.sum()) / len(each)),
        "median_km": km((int(each[(len(each) - 1) // 2]) + int(each[len(each) // 2])) / 2),
        "p90_km": km(int(each[-(-9 * len(each) // 10) - 1])),
        "max_km": km(int(each[-1])),
    }


def _summary(plan: Plan) -> dict[str, Any]:
    people = sum(n for entry in plan.affected for _, n in entry.needs)
    unplaced = sum(u.people for u in plan.unplaced)
    return {
        "people": people,
        "placed": people - unplaced,
        "unplaced": unplaced,
        **distances(plan.placement.cost, plan.placement.people),
        "homes": len(plan.affected),
        "homes_beds_unknown": sum(entry.beds.registered is None for entry in plan.affected),
        "admitting_beds_offered": sum(v.beds for v in plan.problem.vacancies),
        "homes_offered": len({v.home for v in plan.problem.vacancies}),
        "homes_not_offered": [{"reason": r.reason, "homes": r.homes, "beds": r.beds} for r in plan.refused],
        "people_sent_to_same_hands": _people_sent(plan, plan.tied),
        "placed_if_same_hands_offered": _placed_if_offered(plan),
        "by_authority": _by_authority(plan),
    }


def _placed_if_offered(plan: Plan) -> int | None:
    """How many would be placed if beds in the same hands as what fails were offered too: what the rule costs.

    None where nobody is left without a bed, or no such bed is withheld: then it costs nobody a bed.
    """
    if plan.options.offer_same_owner or not plan.placement.unplaced.any():
        return None
    if not any(row.beds for row in plan.refused if row.reason in RULED_OUT):
        return None
    options = replace(plan.options, offer_same_owner=True)
    again = make_plan(
        plan.snapshot, plan.kind, (), options=options, assumptions=plan.assumptions, engine=plan.engine, before=plan
    )
    return int(again.placement.people.sum())


def _people_sent(plan: Plan, homes: Container[str]) -> int:
    """How many people are placed in certain homes."""
    solved, places = plan.placement, plan.problem.vacancies
    return sum(int(n) for v, n in zip(solved.vacancy, solved.people, strict=True) if places[v].home in homes)


def _by_authority(plan: Plan) -> list[dict[str, Any]]:
    """Per council: people its homes lose (its duty), where they go, and who arrives from elsewhere."""
    homes = plan.snapshot.homes
    code = {home_id: homes[home_id].current.place.authority for home_id in plan.beds}
    names = {p.authority: p.authority_name for p in (homes[h].current.place for h in plan.beds) if p.authority}
    counts: defaultdict[str | None, dict[str, int]] = defaultdict(
        lambda: dict.fromkeys(("homes", "people", "placed_inside", "placed_outside", "unplaced", "arrivals"), 0)
    )
    journeys: defaultdict[str | None, list[tuple[int, int]]] = defaultdict(list)
    for entry in plan.affected:
        counts[code[entry.home.id]]["homes"] += 1
        counts[code[entry.home.id]]["people"] += sum(people for _, people in entry.needs)
    for gone in plan.unplaced:
        counts[code[gone.home]]["unplaced"] += gone.people
    solved = plan.placement
    for n, v, people, cost in zip(solved.need, solved.vacancy, solved.people, solved.cost, strict=True):
        here, there = code[plan.problem.needs[n].home], code[plan.problem.vacancies[v].home]
        counts[here]["placed_inside" if here == there else "placed_outside"] += int(people)
        counts[there]["arrivals"] += int(people)
        journeys[here].append((int(cost), int(people)))
    rows = []
    for authority in sorted(counts, key=lambda a: (a is None, a or "")):
        cost, weight = _columns(journeys[authority])
        figures = distances(cost, weight)
        rows.append(
            {
                "authority": authority,
                "name": names.get(authority) if authority else None,
                **counts[authority],
                "placed": counts[authority]["placed_inside"] + counts[authority]["placed_outside"],
                "median_km": figures["median_km"],
                "max_km": figures["max_km"],
            }
        )
    return rows


def _columns(rows: Iterable[tuple[int, int]]) -> tuple[IntArray, IntArray]:
    table = np.array(list(rows), dtype=np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _some(names: Collection[str], most: int = 12) -> str:
    """Names in order, as a list a person would read; only their number where there are many."""
    return ", ".join(sorted(names)) if len(names) <= most else f"{len(names):,} councils"


def _assumption(name: str, value: object, basis: str, source: str, day: str | None) -> dict[str, Any]:
    return {"name": name, "value": value, "basis": basis, "source": source, "date": day}


def _hands(plan: Plan) -> list[dict[str, Any]]:
    """What is known of whose hands the beds offered are in."""
    offered = sorted({vacancy.home for vacancy in plan.problem.vacancies})
    holdings = plan.ownership.holdings
    unknown = sum(home not in holdings or holdings[home].occupation == "unknown" for home in offered)
    words = "offered too, as asked for" if plan.options.offer_same_owner else "not offered"
    register, on = "the register, counted for this plan", plan.snapshot.on.isoformat()
    return [
        _assumption(SAME_HANDS, words, "recorded", register, on),
        _assumption(UNKNOWN_OWNERS, unknown, "recorded", register, on),
    ]


def _assumptions(plan: Plan) -> list[dict[str, Any]]:
    """Every figure the plan rests on, in a fixed order: shares, imported figures, rules, then what was not known."""
    given, homes, rows = plan.assumptions, plan.snapshot.homes, []
    for row in plan.occupancy:
        source = row.source + (f"; {row.borrowed}" if row.borrowed else "")
        if plan.options.occupancy is not None:
            source = f"given with --occupancy in place of: {row.source}"
        occupied = plan.options.occupancy if plan.options.occupancy is not None else row.occupied
        admitting = (
            round((1 - occupied) * given.admitting_share_of_empty.value, 6)
            if plan.options.occupancy is not None
            else row.admitting
        )
        day = row.date.isoformat()
        rows.append(_assumption(f"beds occupied, {row.area}", occupied, "estimated", source, day))
        rows.append(_assumption(f"beds empty and admitting, {row.area}", admitting, "estimated", source, day))
    for name, figure in (
        ("people with dementia, where a home serves older people and people with dementia", given.dementia_share),
        ("people who need nursing, where a home is registered with and without", given.nursing_share_where_both),
    ):
        rows.append(_assumption(name, figure.value, "estimated", figure.source, figure.date.isoformat()))
    states = [plan.beds[h] for h in sorted(plan.beds)]
    councils = {homes[h].current.place.authority_name or "not known" for h in plan.beds}
    on = plan.snapshot.on.isoformat()
    register = "the register, counted for this plan"
    for name, value in (
        ("councils in the register (a bed in any other council's area is not known to this plan)", _some(councils)),
        ("homes whose vacancies are imported", sum(s.vacancies_basis == "imported" for s in states)),
        ("homes whose vacancies are estimated", sum(s.vacancies_basis == "estimated" for s in states)),
        (f"imported rows older than {given.vacancy_marked_after_days} days, used", sum(s.marked for s in states)),
        (f"imported rows older than {given.vacancy_unused_after_days} days, not used", sum(s.stale for s in states)),
        ("homes with beds unknown", sum(s.registered is None for s in states)),
        *((f"homes that use a word not understood: {word}", n) for word, n in plan.words),
    ):
        rows.append(_assumption(name, value, "recorded", register, on))
    if plan.failure.fallen is not None:
        rows += _hands(plan)
    rows.append(
        _assumption(
            "rating floor",
            f"homes rated below {plan.options.min_rating} are not offered; homes without a rating are",
            "recorded",
            "the regulators' latest overall ratings",
            on,
        )
    )
    rows += [_assumption(name, value, "estimated", source, day) for name, value, source, day in given.rules]
    return rows
