"""What a row of the table of trusts may hold that cannot be read, and what is kept of it."""

from __future__ import annotations

import json

import pytest
from support.clock import NOON

from idp.federation.relying_party.settings import TrustSettings
from idp.federation.relying_party.trust import RelyingPartyTrust, UnreadableTrust
from idp.saml.values import AssertionConsumerService, ServiceProvider
from idp.store.trust_rows import COLUMNS, row_from_trust, stored_trust_from_row

WIKI = "https://wiki.example.test/metadata"
TRUST = RelyingPartyTrust(
    WIKI,
    WIKI,
    ServiceProvider(WIKI, (AssertionConsumerService("https://wiki.example.test/acs"),)),
    TrustSettings(token_lifetime=5),
    "wiki.xml",
    NOON,
    NOON,
    signed_by="MIIB",
)


def row(**columns):
    stored = row_from_trust(TRUST, None) | columns
    return [stored[column.name] for column in COLUMNS]


def test_a_trust_comes_back_as_it_was_stored():
    assert stored_trust_from_row(row()) == TRUST


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("settings", ""),
        ("settings", "{"),
        ("settings", "[1]"),
        ("settings", "[" * 100_000),
        ("settings", 5),
        ("settings", '{"token_lifetime": "soon"}'),
        ("settings", '{"notes": "\\ud800"}'),
        ("settings", '{"attributes": {"x": {"y": 1}}}'),
        ("settings", '{"identifiers": 7}'),
        ("settings", '{"signature_algorithm": [1]}'),
        ("settings", '{"name_id_format": {}}'),
        ("settings", '{"encryption_certificate": 5}'),
        ("settings", '{"issuance_authorization_rules": "=> do(this);"}'),
        ("settings", '{"claim_rules": 5}'),
        ("settings", '{"claim_rules": [5]}'),
        ("settings", '{"claim_rules": {"a": 1}}'),
        ("settings", '{"claim_rules": [{"pass": "upn", "from_the_next_version": 1}]}'),
        ("settings", '{"authentication_context": "quantum"}'),
        ("settings", '{"access_control_policy": "", "access_control_parameters": {"X": ["y"]}}'),
        ("service_provider", "{}"),
        ("service_provider", '{"entity_id": "x"}'),
        ("service_provider", '{"entity_id": "x", "assertion_consumer_services": "y"}'),
        ("service_provider", '{"entity_id": "x", "assertion_consumer_services": [5]}'),
        ("service_provider", '{"entity_id": "x", "assertion_consumer_services": [{"index": 1}]}'),
        ("service_provider", '{"entity_id": 5, "assertion_consumer_services": []}'),
        ("terms", "null"),
        ("terms", '{"valid_until": 5}'),
        ("terms", '{"valid_until": "2034-01-01T00:00:00"}'),
        ("terms", '{"cache_seconds": "x"}'),
        ("terms", '{"cache_seconds": 1e300}'),
        ("terms", '{"signed_by": 5}'),
    ],
)
def test_a_row_that_cannot_be_read_stands_for_its_trust(column, text):
    trust = stored_trust_from_row(row(**{column: text}))

    assert isinstance(trust, UnreadableTrust)
    assert (trust.entity_id, trust.code) == (WIKI, "unreadable_trust")
    assert f"cannot be read from the database: {column}: " in trust.problem
    assert len(trust.problem) < 1000


def test_an_unreadable_trust_has_the_parts_that_can_be_read():
    by_settings = stored_trust_from_row(row(settings="{"))
    by_provider = stored_trust_from_row(row(service_provider="{"))
    by_terms = stored_trust_from_row(row(terms="{"))

    assert (by_settings.settings, by_settings.signed_by) == (None, "MIIB")
    assert (by_provider.settings, by_provider.signed_by) == (TRUST.settings, "MIIB")
    assert (by_terms.settings, by_terms.signed_by) == (TRUST.settings, None)


def test_keys_of_another_version_are_kept_beside_those_of_this_one():
    before = row(
        settings='{"new": {"a": 1}, "token_lifetime": 60}',
        terms='{"new": 2}',
    )

    stored = row_from_trust(TRUST, before)

    settings = json.loads(stored["settings"])
    assert (settings["new"], settings["token_lifetime"]) == ({"a": 1}, 5)
    assert json.loads(stored["terms"]) == {"new": 2, "signed_by": "MIIB"}


def test_a_description_is_kept_to_the_letter_until_it_is_read_anew():
    described = json.loads(row_from_trust(TRUST, None)["service_provider"])
    described["assertion_consumer_services"][0]["new"] = 1
    text = json.dumps(described)

    assert row_from_trust(TRUST, row(service_provider=text))["service_provider"] == text

    described["display_name"] = "Another"
    other = row(service_provider=json.dumps(described))
    assert "new" not in row_from_trust(TRUST, other)["service_provider"]


@pytest.mark.parametrize("column", ["settings", "service_provider", "terms"])
def test_a_damaged_row_is_written_anew(column):
    assert row_from_trust(TRUST, row(**{column: "{"})) == row_from_trust(TRUST, None)
