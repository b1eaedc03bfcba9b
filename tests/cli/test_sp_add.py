"""``tallystick sp add``: looking before trusting, one of many, and signed metadata."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from support.certificates.odd_certificates import expired, short_rsa
from support.service_providers.field_metadata import ODD_CERTIFICATES, field_metadata
from support.service_providers.metadata_parts import ACS, SP_ID, entities, entity, key, role

OTHER = "https://other.test/metadata"


@pytest.fixture
def write(farm_folder):
    def write(content: str | bytes, name: str = "sp.xml") -> None:
        data = content.encode() if isinstance(content, str) else content
        (farm_folder / name).write_bytes(data)

    return write


@pytest.fixture
def certificate_file(identities, write):
    write(identities.sp.pem.certificate, "federation.pem")
    return "federation.pem"


def test_a_dry_run_says_what_would_be_trusted_and_stores_nothing(write, tally, services):
    write(entity(role(key(expired(datetime.now(UTC))) + ACS)))

    told = tally("sp", "add", "sp.xml", "--dry-run")

    assert told.exit_code == 0
    assert f"{SP_ID} would be created" in told.stdout
    assert "https://sp.example.test/acs binding=HTTP-POST is_default=True" in told.stdout
    assert "CN=odd, EC secp256r1, " in told.stdout
    assert "it expired on" in told.stderr
    assert services.trusts.list() == ()


def test_a_dry_run_over_a_trust_says_what_would_change(write, done, services):
    write(entity())
    done("sp", "add", "sp.xml")
    assert "Nothing changes." in done("sp", "add", "sp.xml", "--dry-run")
    write(entity(role(ACS.replace("/acs", "/new"), ' WantAssertionsSigned="true"')))

    text = done("sp", "add", "sp.xml", "--dry-run")
    told = json.loads(done("sp", "add", "sp.xml", "--dry-run", "--json"))

    assert "would be updated" in text
    assert "  added    assertion_consumer_services  https://sp.example.test/new" in text
    assert {"kind": "changed", "what": "want_assertions_signed", "value": "false -> true"} in (
        told["changes"]
    )
    assert (told["dry_run"], told["new"], len(told["changes"])) == (True, False, 3)
    assert not services.trusts.find(SP_ID).service_provider.want_assertions_signed


def test_a_dry_run_says_what_would_be_looser(write, done, tally):
    write(entity(role(ACS, ' WantAssertionsSigned="true"')))
    done("sp", "add", "sp.xml")
    write(entity())

    assert "WantAssertionsSigned" in tally("sp", "add", "sp.xml", "--dry-run").stderr
    told = json.loads(done("sp", "add", "sp.xml", "--dry-run", "--json"))
    assert len(told["loosens"]) == 1


def test_show_has_a_line_for_each_value(write, done):
    write(entity(role(key(expired(datetime.now(UTC))) + ACS)))
    done("sp", "add", "sp.xml")

    lines = dict(line.split(None, 1) for line in done("sp", "show", SP_ID).splitlines())

    assert lines["certificates.1.subject"] == "CN=odd"
    assert lines["metadata.assertion_consumer_services.1.location"].endswith("/acs")


def test_one_entity_of_many_is_chosen_and_stored_without_the_others(write, done, refused, services):
    write(entities(entity(), entity(entity_id=OTHER)))

    assert f"{SP_ID}, {OTHER}" in refused("sp", "add", "sp.xml")
    done("sp", "add", "sp.xml", "--entity-id", OTHER)

    assert [trust.entity_id for trust in services.trusts.list()] == [OTHER]
    assert SP_ID.encode() not in services.trusts.metadata(OTHER)


def test_metadata_must_be_signed_by_the_certificate_that_was_given_now_and_later(
    write, done, refused, certificate_file, writer, services, identities
):
    signed = writer.sign(entity(attributes=' ID="_x"').encode())
    write(entity())
    assert "not signed" in refused("sp", "add", "sp.xml", "--certificate", certificate_file)
    write(signed)
    done("sp", "add", "sp.xml", "--certificate", certificate_file)

    write(entity(role(ACS.replace("/acs", "/new"))))
    assert "not signed" in refused("sp", "add", "sp.xml")
    assert "not signed" in refused("sp", "add", "sp.xml", "--dry-run")
    write(signed.replace(b"/acs", b"/new"))
    assert "signature" in refused("sp", "add", "sp.xml")

    assert services.trusts.metadata(SP_ID) == signed
    assert json.loads(done("sp", "show", SP_ID, "--json"))["signed_by"] == (
        identities.sp.certificate
    )


def test_a_file_without_a_certificate_is_refused(write, refused):
    write(entity())
    write("hello", "key.pem")

    assert "[bad_certificate]" in refused("sp", "add", "sp.xml", "--certificate", "key.pem")


def test_metadata_that_has_expired_is_refused(write, refused, done):
    ended, ends = (datetime.now(UTC) + timedelta(hours=hours) for hours in (-1, 1))

    write(entity(attributes=f' validUntil="{ended.isoformat()}"'))
    assert "valid until" in refused("sp", "add", "sp.xml")
    write(entity(attributes=f' validUntil="{ends.isoformat()}" cacheDuration="PT6H"'))
    done("sp", "add", "sp.xml")

    shown = json.loads(done("sp", "show", SP_ID, "--json"))
    assert shown["valid_until"] == f"{ends:%Y-%m-%dT%H:%M:%SZ}"
    assert shown["cache_seconds"] == 6 * 3600


def test_weaknesses_are_reported_when_a_trust_is_added_and_shown(write, tally):
    write(entity(role(key(expired(datetime.now(UTC))) + ACS)))

    assert "it expired on" in tally("sp", "add", "sp.xml").stderr
    shown = tally("sp", "show", SP_ID)
    assert "it expired on" in shown.stderr
    assert "it expired on" in json.loads(tally("sp", "show", SP_ID, "--json").stdout)["warnings"][0]


@pytest.mark.parametrize(("file", "weakness"), ODD_CERTIFICATES.items())
def test_a_certificate_that_rfc_5280_forbids_is_a_weakness_of_the_trust(
    file, weakness, write, tally, services
):
    write(field_metadata(file))

    told, added = tally("sp", "add", "sp.xml", "--dry-run"), tally("sp", "add", "sp.xml")

    for result in (told, added):
        assert result.exit_code == 0
        assert weakness in result.stderr
        assert result.stderr.startswith("tallystick: warning: ")
        assert "Warning:" not in result.stderr
    assert len(services.trusts.list()) == 1
    assert weakness in tally("sp", "list", "--json").stdout


def test_http_metadata_is_refused_with_the_setting_that_accepts_it(write, refused, farm_folder):
    config = farm_folder / "tallystick.toml"
    config.write_text(config.read_text().replace("allow_http = true", "allow_http = false"))
    write(entity(role(ACS.replace("https:", "http:"))))

    assert "trusts.allow_http = true accepts it" in refused("sp", "add", "sp.xml")
    assert "trusts.allow_http" in refused("sp", "add", "http://sp.example.test/metadata")


@pytest.mark.parametrize(("days", "is_warned"), [(29, True), (31, False)])
def test_metadata_that_ends_within_thirty_days_is_warned_of(write, tally, days, is_warned):
    until = (datetime.now(UTC) + timedelta(days=days)).isoformat()
    write(entity(attributes=f' validUntil="{until}"'))

    for command in (["add", "sp.xml", "--dry-run"], ["add", "sp.xml"], ["show", SP_ID]):
        assert ("valid only until" in tally("sp", *command).stderr) is is_warned
    shown = json.loads(tally("sp", "list", "--json").stdout)[0]["warnings"]
    assert any("valid only until" in warning for warning in shown) is is_warned

    tally("sp", "set", SP_ID, "honour_valid_until=false")
    assert "valid only until" not in tally("sp", "show", SP_ID).stderr


def test_a_short_key_is_refused_with_the_command_that_takes_it(write, done, refused, tally):
    write(entity(role(key(short_rsa(datetime.now(UTC)), "signing") + ACS)))

    assert "tallystick sp add FILE --set min_rsa_bits=1024" in refused("sp", "add", "sp.xml")
    assert "would be created" in done(
        "sp", "add", "sp.xml", "--dry-run", "--set", "min_rsa_bits=1024"
    )
    refused("sp", "show", SP_ID)
    added = tally("sp", "add", "sp.xml", "--set", "min_rsa_bits=1024")

    assert added.exit_code == 0
    for output in (added.stderr, tally("sp", "show", SP_ID).stderr, done("sp", "list")):
        assert "RSA keys of fewer than 2048 bits are used" in output
        assert "1024 bits, fewer than 2048: it is used only because of min_rsa_bits" in output
    done("sp", "add", "sp.xml")  # the setting stays
    assert "it is not used" in tally("sp", "set", SP_ID, "min_rsa_bits=2048").stderr
    assert "fewer than 2048" in refused("sp", "add", "sp.xml")


def test_settings_are_changed_together_with_the_metadata_or_not_at_all(write, done, refused):
    write(entity())
    assert "token_lifetime" in refused("sp", "add", "sp.xml", "--set", "token_lifetime=soon")
    refused("sp", "show", SP_ID)
    done("sp", "add", "sp.xml", "--set", "token_lifetime=30", "--set", "notes=one")

    done("sp", "add", "sp.xml", "--set", "notes=two")

    settings = json.loads(done("sp", "show", SP_ID, "--json"))["settings"]
    assert (settings["token_lifetime"], settings["notes"]) == (30, "two")


ENTERED = ("--entity-id", SP_ID, "--acs", "https://sp.example.test/acs")


def test_a_trust_needs_no_metadata(done, services, certificate_file, identities):
    told = json.loads(done("sp", "add", *ENTERED, "--slo", "https://sp.example.test/out",
                           "--certificate", certificate_file, "second_factor=never",
                           "--set", "token_lifetime=5", "--json"))  # fmt: skip

    trust = services.trusts.existing(SP_ID)
    provider = trust.service_provider
    assert told["metadata"]["assertion_consumer_services"][0]["location"].endswith("/acs")
    assert provider.signing_certificates == (identities.sp.certificate,)
    assert provider.single_logout_services[0].location.endswith("/out")
    assert (trust.settings.second_factor, trust.settings.token_lifetime) == ("never", 5)
    assert trust.signed_by is None


def test_entered_values_are_looked_at_first_and_update_a_trust(done, services):
    assert "would be created" in done("sp", "add", *ENTERED, "--dry-run")
    assert services.trusts.list() == ()
    done("sp", "add", *ENTERED, "second_factor=never")

    assert "would be updated" in done(
        "sp", "add", *ENTERED, "--acs", "https://b.test/", "--dry-run"
    )
    done("sp", "add", *ENTERED, "--acs", "https://b.test/")

    trust = services.trusts.existing(SP_ID)
    assert len(trust.service_provider.assertion_consumer_services) == 2
    assert trust.settings.second_factor == "never"


def test_settings_follow_a_file_too(write, done, services):
    write(entity())

    done("sp", "add", "sp.xml", "second_factor=never")

    assert services.trusts.existing(SP_ID).settings.second_factor == "never"


def test_wrong_entered_values_are_all_named(refused):
    line = refused("sp", "add", "--acs", "/acs")

    assert "[bad_service_provider]" in line
    assert "entity_id: it is missing; acs: '/acs' is not https" in line


@pytest.mark.parametrize("wrong", [(), ("sp.xml", "--slo", "https://b.test/"), ("x", *ENTERED)])
def test_what_fits_no_way_of_adding_is_wrong_usage(wrong, tally):
    assert tally("sp", "add", *wrong).exit_code == 2
