"""Which insolvency is a business failure in law: the list is SI 2015/301, regulation 2."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from register.insolvency import CASES, NOTICES, business_failure, failed_on, meaning_of, meaning_of_case
from register.records import InsolvencyRecord


def case(kind: str, *dates: str) -> InsolvencyRecord:
    return InsolvencyRecord(id="insolvency:09900001/1", company="gb-coh:09900001", kind=kind, dates=dates)


@pytest.mark.parametrize("solvent", ["members-voluntary-liquidation", "2431", "2432", "2433", "2434", "2435"])
def test_a_members_voluntary_liquidation_is_never_a_business_failure(solvent):
    assert business_failure(solvent) == "no"


@pytest.mark.parametrize(
    "failed",
    [
        "corporate-voluntary-arrangement",
        "in-administration",
        "receiver-manager",
        "2410",
        "2441",
        "2452",
        "gazette:2410",
    ],
)
def test_arrangements_administrations_receivers_and_winding_up_orders_are_business_failures(failed):
    assert business_failure(failed) == "yes"


def test_a_petition_is_not_yet_a_winding_up_order():
    assert business_failure("2450") == "perhaps"
    assert meaning_of_case(case("compulsory-liquidation", "petitioned-on 2026-03-02")).failure == "perhaps"
    ordered = case("compulsory-liquidation", "ordered-to-wind-up-on 2026-04-01", "petitioned-on 2026-03-02")
    assert meaning_of_case(ordered).failure == "yes"
    assert failed_on(ordered) == date(2026, 4, 1)


def test_the_day_of_the_failure_is_the_day_of_the_event_and_not_of_its_end():
    ended = case("in-administration", "administration-ended-on 2026-05-01", "administration-started-on 2025-05-01")
    assert failed_on(ended) == date(2025, 5, 1)
    assert failed_on(case("members-voluntary-liquidation", "wound-up-on 2026-01-05")) is None
    assert failed_on(case("receiver-manager")) is None


def test_a_word_never_seen_before_is_left_to_a_person_and_says_so():
    assert meaning_of("liquidation-by-decree").failure == "perhaps"
    assert "does not know" in meaning_of("2999").why


def test_every_kind_and_code_says_why_it_counts_or_does_not():
    assert all(meaning.why and meaning.event for meaning in (*CASES.values(), *NOTICES.values()))


def test_every_case_type_that_companies_house_lists_is_known(shared_data: Path):
    words = yaml.safe_load((shared_data / "companies_house/api_enumerations/constants.yml").read_text())
    unknown = [word for word in words["insolvency_case_type"] if "does not know" in meaning_of(word).why]
    assert unknown == []
