"""Companies House's vocabularies, and the fields of its answers that were reviewed and are left out."""

from __future__ import annotations

#: The vocabularies of api-enumerations, ``constants.yml``. A word never seen before is kept and told.
STATUSES = frozenset(
    {
        "active", "dissolved", "liquidation", "receivership", "converted-closed", "voluntary-arrangement",
        "insolvency-proceedings", "administration", "open", "closed", "registered", "removed",
    }
)  # fmt: skip
STATUS_DETAILS = frozenset(
    {
        "active", "dissolved", "converted-closed", "transferred-from-uk", "active-proposal-to-strike-off",
        "petition-to-restore-dissolved", "transformed-to-se", "converted-to-plc", "converted-to-uk-societas",
        "converted-to-ukeig",
    }
)  # fmt: skip
TYPES = frozenset(
    {
        "private-unlimited", "ltd", "plc", "old-public-company", "private-limited-guarant-nsc",
        "private-limited-guarant-nsc-limited-exemption", "limited-partnership", "converted-or-closed",
        "private-unlimited-nsc", "private-limited-shares-section-30-exemption", "protected-cell-company",
        "assurance-company", "oversea-company", "eeig-establishment", "icvc-securities", "icvc-warrant",
        "icvc-umbrella", "registered-society-non-jurisdictional", "industrial-and-provident-society",
        "northern-ireland", "northern-ireland-other", "llp", "royal-charter",
        "investment-company-with-variable-capital", "unregistered-company", "other",
        "european-public-limited-liability-company-se", "united-kingdom-societas", "uk-establishment",
        "scottish-partnership", "charitable-incorporated-organisation",
        "scottish-charitable-incorporated-organisation", "further-education-or-sixth-form-college-corporation",
        "eeig", "ukeig", "registered-overseas-entity",
    }
)  # fmt: skip
JURISDICTIONS = frozenset(
    {"england-wales", "wales", "scotland", "northern-ireland", "european-union", "united-kingdom", "england", "noneu"}
)
ROLES = frozenset(
    {
        "cic-manager", "corporate-director", "corporate-llp-designated-member", "corporate-llp-member",
        "corporate-manager-of-an-eeig", "corporate-managing-officer", "corporate-member-of-a-management-organ",
        "corporate-member-of-a-supervisory-organ", "corporate-member-of-an-administrative-organ",
        "corporate-nominee-director", "corporate-nominee-secretary", "corporate-secretary", "director",
        "general-partner-in-a-limited-partnership", "corporate-general-partner-in-a-limited-partnership",
        "limited-partner-in-a-limited-partnership", "corporate-limited-partner-in-a-limited-partnership",
        "judicial-factor", "llp-designated-member", "llp-member", "manager-of-an-eeig", "managing-officer",
        "member-of-a-management-organ", "member-of-a-supervisory-organ", "member-of-an-administrative-organ",
        "nominee-director", "nominee-secretary", "person-authorised-to-accept", "person-authorised-to-represent",
        "person-authorised-to-represent-and-accept", "receiver-and-manager", "secretary",
    }
)  # fmt: skip
#: What kind of body a corporate officer says it is; "uk-limited-company" is all that tells many a number's register.
IDENTIFICATIONS = frozenset(
    {
        "eea", "non-eea", "uk-limited-company", "other-corporate-body-or-firm",
        "registered-overseas-entity-corporate-managing-officer", "limited-partnership-corporate-partner",
    }
)  # fmt: skip
SUBTYPES = frozenset({"community-interest-company", "private-fund-limited-partnership", "slp", "pflp", "spflp"})
ACCOUNT_TYPES = frozenset(
    {
        "null", "full", "small", "medium", "group", "dormant", "interim", "initial", "total-exemption-full",
        "total-exemption-small", "partial-exemption", "audit-exemption-subsidiary", "filing-exemption-subsidiary",
        "micro-entity", "no-accounts-type-available", "audited-abridged", "unaudited-abridged",
    }
)  # fmt: skip
#: Remarks that the registrar puts on a company: one says that an overseas entity has ceased to exist at home.
ANNOTATIONS = frozenset(
    {
        "strike-off-under-section-1002a-of-the-companies-act-2006-incorporation",
        "strike-off-under-section-1002a-of-the-companies-act-2006-restoration",
        "overseas-entity-dissolved-wound-up-or-ceased-to-exist", "other",
    }
)  # fmt: skip
#: What happened on the days of an insolvency case.
CASE_DATES = frozenset(
    {
        "wound-up-on", "petitioned-on", "concluded-winding-up-on", "due-to-be-dissolved-on", "dissolved-on",
        "administration-started-on", "administration-ended-on", "administration-discharged-on", "instrumented-on",
        "moratorium-started-on", "moratorium-ended-on", "ordered-to-wind-up-on", "voluntary-arrangement-started-on",
        "voluntary-arrangement-ended-on", "declaration-solvent-on",
    }
)  # fmt: skip
CHARGE_STATUSES = frozenset({"outstanding", "fully-satisfied", "part-satisfied", "satisfied"})

#: Reviewed, and left out. Of a profile: what is deprecated or said elsewhere, and addresses beyond what is kept.
PROFILE_UNREAD = frozenset(
    {
        "etag", "kind", "can_file", "annual_return", "branch_company_details", "external_registration_number",
        "is_community_interest_company", "last_full_members_list_date", "partial_data_available", "service_address",
        "super_secure_managing_officer_count",
    }
)  # fmt: skip
OFFICE_UNREAD = frozenset(
    {"care_of", "care_of_name", "po_box", "premises", "address_line_1", "address_line_2", "locality", "region"}
)
ACCOUNTS_UNREAD = frozenset({"accounting_reference_date", "next_made_up_to"})
#: Links of a profile: those that say what else there is to ask, and those that nobody follows.
LINKS_UNREAD = frozenset({"self", "filing_history", "registers", "uk_establishments", "overseas"})
FOREIGN_UNREAD = frozenset(
    {
        "governed_by", "company_type", "is_a_credit_finance_institution", "is_a_credit_financial_institution",
        "business_activity", "accounts", "accounting_requirement", "legal_form",
    }
)  # fmt: skip
#: Of an officer: decision 5, and what is said in other fields.
OFFICER_UNREAD = frozenset(
    {
        "address", "principal_office_address", "country_of_residence", "nationality", "occupation", "former_names",
        "contact_details", "responsibilities", "identity_verification_details", "person_number",
        "is_pre_1992_appointment", "etag", "kind", "name_elements",
        "service_address_is_same_as_registered_office_address",
    }
)  # fmt: skip
#: Of a charge: the sum secured, the filings behind it, what was released of it (in both spellings), the Scottish form.
CHARGE_UNREAD = frozenset(
    {
        "id", "etag", "secured_details", "transactions", "insolvency_cases", "scottish_alterations", "resolved_on",
        "covering_instrument_date", "assets_ceased_released", "assests_ceased_released",
    }
)  # fmt: skip
#: Of a case: the practitioners are people and not kept; the notes are forms of words; the charge is in its own list.
CASE_UNREAD = frozenset({"practitioners", "notes", "links"})
#: Of people: a value found in these is in no report of a fault.
PRIVATE = OFFICER_UNREAD | {"name", "date_of_birth", "month", "year", "persons_entitled", "practitioners"}
#: Of a list: its own counts and addresses. Both spellings of the charges' count are in use.
LIST_UNREAD = frozenset(
    {
        "etag", "kind", "links", "items_per_page", "start_index", "total_results", "active_count", "ceased_count",
        "resigned_count", "inactive_count", "total_count", "satisfied_count", "part_satisfied_count",
        "unfiltered_count", "unfiletered_count",
    }
)  # fmt: skip
#: Of a company's insolvency beside its cases: what state they add up to, which the profile's status says too.
INSOLVENCY_UNREAD = frozenset({"etag", "kind", "links", "status"})
