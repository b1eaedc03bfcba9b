from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from support.users import SAMPLE_USER

from idp.directory import User
from idp.federation.claims import (
    CLAIM_TYPES,
    claim_type,
    identity_claims,
    method_claims,
    short_name,
)

USER = replace(SAMPLE_USER, groups=("staff", "S-1-5-21-1-2-3-1234"))


def _values(user: User) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for claim in identity_claims(user):
        values.setdefault(short_name(claim.type), []).append(claim.value)
    return values


def test_a_user_brings_names_groups_and_security_identifiers():
    values = _values(USER)

    (primary,) = values.pop("primarysid")
    staff, named_by_its_sid = values.pop("groupsid")
    assert values == {
        "windowsaccountname": ["EXAMPLE\\alice"],
        "name": ["Alice Archer"],
        "upn": ["alice@example.test"],
        "emailaddress": ["a.archer@mail.test"],
        "group": ["staff", "S-1-5-21-1-2-3-1234"],
    }
    assert primary.startswith("S-1-5-21-")
    assert staff.startswith("S-1-5-21-")
    assert named_by_its_sid == "S-1-5-21-1-2-3-1234"


def test_a_group_has_the_same_identifier_for_everybody_and_no_user_has_it():
    bob = replace(USER, upn="bob@other.test", groups=("staff",))
    namesake = replace(USER, upn="staff", groups=())

    (sid,) = _values(bob)["groupsid"]
    assert sid == _values(USER)["groupsid"][0]
    assert _values(namesake)["primarysid"] != [sid]


def test_an_attribute_that_the_directory_lacks_is_no_claim():
    nobody = replace(USER, display_name="", email="", groups=())

    assert _values(nobody).keys() == {"windowsaccountname", "upn", "primarysid"}


def test_each_method_of_a_sign_in_is_a_claim():
    claims = method_claims(("urn:password", "urn:push"))

    assert [(short_name(claim.type), claim.value) for claim in claims] == [
        ("authnmethodsreferences", "urn:password"),
        ("authnmethodsreferences", "urn:push"),
    ]


def test_claim_types_are_http_and_each_has_one_short_name():
    assert all(uri.startswith("http://schemas.") for uri in CLAIM_TYPES.values())
    assert len(set(CLAIM_TYPES.values())) == len(CLAIM_TYPES)


def test_short_names_are_read_in_any_case_and_can_be_meant_literally():
    assert claim_type("UPN") == CLAIM_TYPES["upn"]
    assert claim_type("literal:UPN") == "UPN"
    assert claim_type("urn:oid:2.5.4.42") == "urn:oid:2.5.4.42"


@given(st.text() | st.sampled_from(["Role", "literal:role", *CLAIM_TYPES, *CLAIM_TYPES.values()]))
def test_the_short_name_of_a_claim_type_leads_back_to_it(type_):
    assert claim_type(short_name(type_)) == type_
