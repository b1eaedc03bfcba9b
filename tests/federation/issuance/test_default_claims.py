from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from support.clock import NOON
from support.users import SAMPLE_USER

from idp.directory import User
from idp.federation.issuance.default_claims import OFFERED, default_attributes
from idp.federation.relying_party.settings import TrustSettings
from idp.federation.relying_party.trust import RelyingPartyTrust
from idp.saml.values import ServiceProvider

USER = replace(
    SAMPLE_USER,
    groups=("staff", "wiki"),
    attributes={"givenName": ("Alice",), "SN": ("Archer",), "title": ("Dr",)},
)
METHODS = ("urn:password", "http://schemas.microsoft.com/claims/multipleauthn")
XMLSOAP = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"


def _trust(**settings) -> RelyingPartyTrust:
    provider = ServiceProvider("urn:sp", ())
    return RelyingPartyTrust("urn:sp", "SP", provider, TrustSettings(**settings), "", NOON, NOON)


def _attributes(user: User = USER, methods=METHODS, **settings) -> dict[str, tuple[str, ...]]:
    issued = default_attributes(user, _trust(**settings), methods=methods)
    return {attribute.name: attribute.values for attribute in issued}


def test_a_trust_without_settings_gets_the_user_the_groups_and_the_methods():
    assert _attributes() == {
        XMLSOAP + "emailaddress": ("a.archer@mail.test",),
        XMLSOAP + "name": ("Alice Archer",),
        XMLSOAP + "givenname": ("Alice",),
        XMLSOAP + "surname": ("Archer",),
        XMLSOAP + "upn": ("alice@example.test",),
        "http://schemas.xmlsoap.org/claims/Group": ("staff", "wiki"),
        "http://schemas.microsoft.com/claims/authnmethodsreferences": METHODS,
    }


def test_our_metadata_offers_what_is_issued():
    assert [name for name, _ in OFFERED] == list(_attributes())


def test_empty_values_are_left_out():
    nobody = replace(USER, display_name="", email="", groups=(), attributes={})

    assert list(_attributes(nobody, methods=())) == [XMLSOAP + "upn"]


def test_fixed_attributes_are_added_with_their_placeholders_filled():
    attributes = _attributes(
        attributes={
            "urn:role": ("arn:role/{group}", "arn:role/all"),
            "urn:who": ("{windowsaccountname} <{emailaddress}>", "{upn}", "{name}"),
            "urn:sn": ("{surname}, {givenname}",),
        }
    )

    assert attributes["urn:role"] == ("arn:role/staff", "arn:role/wiki", "arn:role/all")
    assert attributes["urn:who"] == (
        "EXAMPLE\\alice <a.archer@mail.test>",
        "alice@example.test",
        "Alice Archer",
    )
    assert attributes["urn:sn"] == ("Archer, Alice",)


def test_a_fixed_attribute_replaces_the_default_one():
    assert _attributes(attributes={XMLSOAP + "name": ("{upn}",)})[XMLSOAP + "name"] == (
        "alice@example.test",
    )


def test_a_value_with_an_empty_placeholder_is_left_out():
    user = replace(USER, groups=(), display_name="")

    attributes = _attributes(user, attributes={"urn:x": ("a {group}", "b {name}", "c")})

    assert attributes["urn:x"] == ("c",)


@given(st.text(), st.lists(st.text(), max_size=3))
def test_a_value_that_is_filled_in_is_never_read_as_a_placeholder(name, groups):
    user = replace(USER, display_name=name, groups=tuple(groups))

    values = _attributes(user, attributes={"urn:x": ("<{name}>", "[{group}]")}).get("urn:x", ())

    expected = [f"<{name}>"] * bool(name) + [f"[{group}]" for group in groups if group]
    assert values == tuple(dict.fromkeys(expected))
