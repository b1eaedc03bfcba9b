"""Refreshing from an address: harmless changes are taken, what loosens a trust is held back."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from support.certificates import odd_certificates
from support.service_providers.metadata_parts import (
    ACS,
    SIGNED,
    SP_ID,
    entity,
    key,
    method,
    role,
)

from adapter.errors import TallystickError
from idp.federation.metadata.schedule import MIN_INTERVAL
from idp.management.metadata.refresh import Outcome, _apply_or_hold, accept, refresh
from idp.management.metadata.source import Source
from idp.management.trust_views import view_of
from idp.management.trusts import add_from
from idp.saml import uris


def state(services):
    return services.refreshes.state(SP_ID)


def provider(services):
    return services.trusts.existing(SP_ID).service_provider


def test_metadata_that_has_not_changed_changes_nothing(services, trust, publisher):
    assert refresh(services, SP_ID).outcome == Outcome.UNCHANGED
    assert services.trusts.existing(SP_ID) == trust
    assert publisher.visits == ["/metadata"] * 2


def test_a_harmless_change_is_taken_and_settings_stay(services, trust, publisher, role_with_key):
    services.trusts.change_from_text(SP_ID, {"second_factor": "never"})
    publisher.publish(entity(role_with_key.replace("/acs", "/new")))

    report = refresh(services, SP_ID)

    assert report.outcome == Outcome.UPDATED
    assert {change.what for change in report.changes} == {"assertion_consumer_services"}
    assert services.trusts.existing(SP_ID).settings.second_factor == "never"
    assert services.trusts.metadata(SP_ID) == publisher.content


def test_a_change_that_weakens_the_trust_is_held_back_until_it_is_accepted(
    services, trust, publisher, role_with_key, capsys
):
    publisher.publish(
        entity(role_with_key.replace(SIGNED, "").replace("sp.example", "evil.example"))
    )

    report = refresh(services, SP_ID)

    assert report.outcome == Outcome.HELD
    assert len(report.reasons) == 2
    assert services.trusts.existing(SP_ID) == trust
    assert "held back" in " ".join(view_of(services, trust).warnings)
    assert capsys.readouterr().err.count("trust_refresh_held") == 1
    refresh(services, SP_ID)
    assert "trust_refresh_held" not in capsys.readouterr().err

    publisher.publish("something else meanwhile")
    assert accept(services, SP_ID).outcome == Outcome.ACCEPTED
    assert not provider(services).authn_requests_signed
    assert state(services).held is None
    with pytest.raises(TallystickError, match="Nothing is held"):
        accept(services, SP_ID)


def test_only_what_was_seen_is_accepted(services, trust, publisher, role_with_key):
    """Between the look and the click, another fetch brings something else that is held."""
    seen_role = role_with_key.replace(SIGNED, "")
    publisher.publish(entity(seen_role))
    refresh(services, SP_ID)
    seen = state(services).held.digest
    publisher.publish(entity(seen_role.replace("sp.example", "evil.example")))
    refresh(services, SP_ID)

    with pytest.raises(TallystickError, match="Other metadata is held back") as refused:
        accept(services, SP_ID, seen)

    assert refused.value.code == "held_changed"
    assert services.trusts.existing(SP_ID) == trust
    now = state(services).held.digest
    assert now != seen
    assert accept(services, SP_ID, now.upper()).outcome == Outcome.ACCEPTED


EXCHANGES = {
    "another key for encryption": lambda own, other: key(own, "signing") + key(other, "encryption"),
    "a further key for signing": lambda own, other: key(own) + key(other, "signing"),
    "another key for all": lambda own, other: key(other),
    "weaker algorithms": lambda own, other: key(own, "", method(uris.AES128_GCM)),
}


@pytest.mark.parametrize("keys", EXCHANGES.values(), ids=EXCHANGES.keys())
def test_keys_and_algorithms_change_by_themselves_only_if_the_pinned_key_has_signed(
    keys, services, trust, publisher, writer, identities
):
    """Whoever controls the address would read assertions and sign log-out requests."""
    own, other = identities.sp.certificate, identities.stranger.certificate
    changed = entity(role(keys(own, other) + ACS, SIGNED), attributes=' ID="_x"').encode()
    by_other, by_pinned = writer.sign(changed, identity=identities.stranger), writer.sign(changed)

    for publisher.content in (changed, by_other, by_pinned):
        assert refresh(services, SP_ID).outcome == Outcome.HELD
        assert services.trusts.existing(SP_ID) == trust

    same = entity(role(key(own) + ACS, SIGNED), attributes=' ID="_x"').encode()
    publisher.content = writer.sign(same)
    pinned = add_from(services, Source(publisher.url, signed_by=own))
    for publisher.content in (changed, by_other):
        assert refresh(services, SP_ID).outcome == Outcome.FAILED
        assert services.trusts.existing(SP_ID) == pinned
    publisher.content = by_pinned
    assert refresh(services, SP_ID).outcome == Outcome.UPDATED


def test_a_change_that_was_held_back_is_forgotten_when_the_service_provider_withdraws_it(
    services, trust, publisher, role_with_key
):
    publisher.publish(entity(role_with_key.replace(SIGNED, "")))
    refresh(services, SP_ID)
    publisher.publish(entity(role_with_key))
    refresh(services, SP_ID)

    assert state(services).held is None


def test_without_auto_update_every_change_is_held(services, trust, publisher, role_with_key):
    services.trusts.change_from_text(SP_ID, {"auto_update_enabled": "false"})
    publisher.publish(entity(role_with_key.replace("/acs", "/new")))

    assert refresh(services, SP_ID).outcome == Outcome.HELD


def test_a_failure_is_remembered_tried_again_later_and_repeats_nothing(
    services, trust, publisher, clock
):
    for content, status in (("secret", 200), ("<secret/>", 200), ("secret", 500)):
        publisher.content, publisher.status = content.encode(), status
        report = refresh(services, SP_ID)
        assert report.outcome == Outcome.FAILED
        assert "secret" not in str(report)

    assert state(services).failures == 3
    assert state(services).due_at == clock.now() + 4 * MIN_INTERVAL
    assert "3 times" in " ".join(view_of(services, trust).warnings)
    assert services.trusts.existing(SP_ID) == trust


def test_metadata_of_another_entity_or_without_the_signature_is_a_failure(
    services, publisher, writer, identities
):
    publisher.content = writer.sign(entity(attributes=' ID="_x"').encode())
    add_from(services, Source(publisher.url, signed_by=identities.sp.certificate))

    for content in (entity(), entity(entity_id="urn:other")):
        publisher.publish(content)
        assert refresh(services, SP_ID).outcome == Outcome.FAILED


def test_a_trust_from_a_file_is_not_refreshed(services, trust, publisher, role_with_key):
    add_from(services, Source("sp.xml", content=entity(role_with_key).encode()))

    with pytest.raises(TallystickError, match="file"):
        refresh(services, SP_ID)
    assert state(services) is None


def test_a_change_that_an_administrator_made_meanwhile_is_not_undone(
    services, trust, publisher, role_with_key
):
    newer = services.trusts.read(entity(role_with_key.replace("/acs", "/newer")).encode())
    services.trusts.add(
        entity(role_with_key.replace("/acs", "/mine")).encode(), source=publisher.url
    )

    assert services.trusts.update(trust, newer) is None
    assert _apply_or_hold(services, trust, newer).outcome == Outcome.FAILED
    assert provider(services).assertion_consumer_services[0].location.endswith("/mine")


def test_new_metadata_that_has_only_a_weak_key_is_not_taken(services, trust, publisher):
    weak = odd_certificates.short_rsa(services.clock.now())
    publisher.publish(entity(role(key(weak) + ACS, SIGNED)))

    assert refresh(services, SP_ID).outcome == Outcome.FAILED
    assert services.trusts.existing(SP_ID) == trust


def test_a_short_key_comes_only_to_a_trust_that_is_set_to_it(services, trust, publisher):
    private_key = rsa.generate_private_key(65537, 1024)  # noqa: S505 - the point

    def publish(name: str) -> None:
        made = odd_certificates.certificate(services.clock.now(), key=private_key, name=name)
        publisher.publish(entity(role(key(made) + ACS, SIGNED)))

    publish("old")
    assert refresh(services, SP_ID).outcome == Outcome.FAILED
    services.trusts.change_from_text(SP_ID, {"min_rsa_bits": "1024"})

    assert refresh(services, SP_ID).outcome == Outcome.HELD
    assert accept(services, SP_ID).outcome == Outcome.ACCEPTED
    assert "only because of min_rsa_bits" in " ".join(
        view_of(services, services.trusts.existing(SP_ID)).warnings
    )
    publish("the same key in a newer certificate")
    assert refresh(services, SP_ID).outcome == Outcome.UPDATED

    services.trusts.change_from_text(SP_ID, {"min_rsa_bits": "2048"})
    assert refresh(services, SP_ID).outcome == Outcome.FAILED


def test_what_is_held_is_not_accepted_after_going_back(services, trust, publisher):
    certificate = odd_certificates.short_rsa(services.clock.now())
    publisher.publish(entity(role(key(certificate) + ACS, SIGNED)))
    services.trusts.change_from_text(SP_ID, {"min_rsa_bits": "1024"})
    assert refresh(services, SP_ID).outcome == Outcome.HELD
    services.trusts.change_from_text(SP_ID, {"min_rsa_bits": "2048"})

    with pytest.raises(TallystickError, match="fewer than 2048"):
        accept(services, SP_ID)
