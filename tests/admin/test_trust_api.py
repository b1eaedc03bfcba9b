"""``/admin/api/trusts``: the same as ``tallystick sp``, for scripts."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from support.certificates.odd_certificates import short_rsa
from support.service_providers.field_metadata import ODD_CERTIFICATES, field_metadata
from support.service_providers.metadata_parts import ACS, SP_ID, entity, key, metadata, role

TRUSTS = "/admin/api/trusts"
ONE = f"{TRUSTS}/{quote(SP_ID, safe='')}"


def test_metadata_becomes_a_trust_that_is_listed_shown_and_removed(script, services):
    made = script("POST", TRUSTS, {"metadata": metadata()})

    assert made.status_code == 200
    assert made.json["entity_id"] == SP_ID
    assert script("GET", ONE).json == made.json
    assert script("GET", TRUSTS).json == [made.json]
    assert script("DELETE", ONE).status_code == 204
    assert services.trusts.list() == ()


def test_an_entity_id_needs_no_escaping_where_it_has_no_query(script, trust):
    assert script("GET", f"{TRUSTS}/{SP_ID}").json["entity_id"] == SP_ID


def test_a_dry_run_changes_nothing(script, services):
    told = script("POST", TRUSTS, {"metadata": metadata(), "dry_run": True})

    assert (told.status_code, told.json["new"], told.json["changes"]) == (200, True, [])
    assert services.trusts.list() == ()


def test_names_of_ad_fs_are_put_and_ours_come_back(script, trust):
    rules = [{"pass": "upn"}]
    changed = script(
        "PUT", ONE, {"additional_authentication": "never", "issuance_transform_rules": rules}
    )
    refused = script("PUT", ONE, {"issuance_transform_rules": [], "claim_rules": []})

    assert changed.json["settings"]["second_factor"] == "never"
    assert changed.json["settings"]["claim_rules"] == rules
    assert (refused.status_code, refused.json["error"]) == (422, "bad_trust_setting")


def test_settings_are_put_all_or_none(script, trust, services):
    changed = script("PUT", ONE, {"second_factor": "never", "token_lifetime": 30})
    refused = script("PUT", ONE, {"token_lifetime": 40, "colour": "red"})

    assert changed.json["settings"]["second_factor"] == "never"
    assert refused.status_code == 422
    assert "colour: there is no such setting" in refused.json["problem"]
    assert services.trusts.find(SP_ID).settings.token_lifetime == 30


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "bad_body"),
        ([], 400, "bad_body"),
        ({"metadata": metadata(), "url": "https://sp.test/m"}, 400, "bad_body"),
        ({"metadata": 7}, 400, "bad_body"),
        ({"metadata": metadata(), "dry_run": "yes"}, 400, "bad_body"),
        ({"metadata": metadata(), "colour": "red"}, 400, "bad_body"),
        ({"metadata": "\ud800"}, 422, "bad_metadata"),
        ({"metadata": "<html/>"}, 422, "bad_metadata"),
        ({"metadata": metadata(), "certificate": "x"}, 422, "bad_certificate"),
        ({"url": "/etc/passwd"}, 400, "bad_body"),
        ({"url": "file:///etc/passwd"}, 422, "metadata_not_fetched"),
        ({"url": "http://127.0.0.1:9/m"}, 422, "private_address"),
    ],
)
def test_metadata_that_makes_no_trust_is_refused(body, status, code, script, services):
    answer = script("POST", TRUSTS, body)

    assert (answer.status_code, answer.json["error"]) == (status, code)
    assert services.trusts.list() == ()


ENTERED = {"entity_id": SP_ID, "acs": "https://sp.example.test/acs"}


def test_a_service_provider_without_metadata_becomes_a_trust(script, services, identities):
    slo, certificate = "https://sp.example.test/out", identities.sp.pem.certificate.decode()
    body = ENTERED | {"slo": slo, "certificate": certificate, "settings": {"token_lifetime": 5}}

    told = script("POST", TRUSTS, body | {"dry_run": True})
    assert (told.json["new"], services.trusts.list()) == (True, ())
    made = script("POST", TRUSTS, body)

    assert made.json["metadata"]["signing_certificates"] == [identities.sp.certificate]
    assert made.json["metadata"]["single_logout_services"][0]["location"] == slo
    assert made.json["settings"]["token_lifetime"] == 5
    assert made.json["signed_by"] is None
    assert len(services.trusts.list()) == 1


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"entity_id": None}, {"entity_id"}),
        ({"acs": ["/acs", "https://b.test/"]}, {"acs"}),
        ({"acs": []}, {"acs"}),
        ({"slo": "x", "certificate": "\ud800"}, {"slo", "certificate"}),
    ],
)
def test_wrong_values_of_a_service_provider_are_told_at_their_field(wrong, fields, script):
    answer = script("POST", TRUSTS, ENTERED | wrong)

    assert (answer.status_code, answer.json["error"]) == (422, "bad_service_provider")
    assert set(answer.json["faults"]) == fields


@pytest.mark.parametrize(
    "wrong",
    [
        ENTERED | {"acs": 7},
        ENTERED | {"acs": [7]},
        ENTERED | {"metadata": metadata()},
        {"metadata": metadata(), "slo": "https://sp.example.test/out"},
        {"entity_id": SP_ID},
    ],
)
def test_a_body_that_mixes_the_ways_of_adding_is_refused(wrong, script):
    answer = script("POST", TRUSTS, wrong)

    assert (answer.status_code, answer.json["error"]) == (400, "bad_body")


def test_a_wrong_setting_is_told_at_its_name(script, trust):
    answer = script("PUT", ONE, {"token_lifetime": "soon", "colour": "red"})

    assert set(answer.json["faults"]) == {"token_lifetime", "colour"}


@pytest.mark.parametrize(("method", "body"), [("GET", None), ("PUT", {}), ("DELETE", None)])
def test_an_unknown_trust_is_not_found(method, body, script):
    answer = script(method, f"{TRUSTS}/urn%3Anone", body)

    assert (answer.status_code, answer.json["error"]) == (404, "unknown_trust")


def test_nothing_of_the_api_answers_without_the_token(script, trust, services):
    for method, path in (("GET", TRUSTS), ("POST", TRUSTS), ("PUT", ONE), ("DELETE", ONE)):
        assert script(method, path, {}, Authorization="Bearer wrong").status_code == 401
    assert services.trusts.list() == (trust,)


def test_claim_rules_are_a_setting_of_the_trust(script, trust, services):
    rules = [{"when": {"exists": "group", "value": "staff"}, "issue": "role", "value": "x"}]

    assert script("PUT", ONE, {"claim_rules": rules}).status_code == 200
    assert script("GET", ONE).json["settings"]["claim_rules"] == rules
    wrong = script("PUT", ONE, {"claim_rules": [*rules, {"issue": "role"}]})
    assert (wrong.status_code, wrong.json["error"]) == (422, "bad_trust_setting")
    assert "Rule 2: A claim has no type, or no value" in wrong.json["problem"]
    assert script("PUT", ONE, {"claim_rules": None}).status_code == 200
    assert services.trusts.existing(trust.entity_id).settings.claim_rules is None


def test_an_update_that_was_not_accepted_is_not_logged_as_accepted(script, trust, capsys):
    assert script("POST", ONE, {"accept": True}).status_code == 422
    assert "trust_accepted" not in capsys.readouterr().err


@pytest.mark.parametrize(("file", "weakness"), ODD_CERTIFICATES.items())
def test_a_certificate_that_rfc_5280_forbids_is_a_weakness_of_the_trust(
    file, weakness, script, administrator
):
    body = {"metadata": field_metadata(file).decode()}

    told, made = script("POST", TRUSTS, {**body, "dry_run": True}), script("POST", TRUSTS, body)

    assert (told.status_code, made.status_code) == (200, 200)
    for warnings in (told.json["weaknesses"], made.json["warnings"]):
        assert any(weakness in each for each in warnings)
    assert weakness in administrator.see("/admin/trusts").text
    one = f"/admin/trusts/one?id={quote(made.json['entity_id'], safe='')}"
    assert weakness in administrator.see(one).text


def test_a_short_key_is_taken_with_the_setting_and_refused_without(script, services):
    body = {"metadata": entity(role(key(short_rsa(datetime.now(UTC))) + ACS))}
    allowed = body | {"settings": {"min_rsa_bits": 1024}}

    refused = script("POST", TRUSTS, body)
    assert (refused.status_code, refused.json["error"]) == (422, "bad_metadata")
    assert "min_rsa_bits=1024" in refused.text
    assert script("POST", TRUSTS, allowed | {"dry_run": True}).json["new"] is True
    assert services.trusts.list() == ()
    made = script("POST", TRUSTS, allowed)

    assert made.status_code == 200
    assert made.json["settings"]["min_rsa_bits"] == 1024
    assert "it is used only because of min_rsa_bits" in made.text
    assert script("POST", TRUSTS, body).status_code == 200
    assert script("PUT", ONE, {"min_rsa_bits": 2048}).status_code == 200
    assert script("POST", TRUSTS, body).status_code == 422


@pytest.mark.parametrize(
    ("settings", "code"),
    [({"min_rsa_bits": 512}, "bad_trust_setting"), ([], "bad_body"), ("x", "bad_body")],
)
def test_wrong_settings_beside_metadata_make_no_trust(settings, code, script, services):
    refused = script("POST", TRUSTS, {"metadata": metadata(), "settings": settings})

    assert refused.json["error"] == code
    assert services.trusts.list() == ()
