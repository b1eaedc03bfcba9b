"""What the flight recorder has of whole sign-ins, refusals and log-outs."""

from __future__ import annotations

import base64
from contextlib import ExitStack
from dataclasses import replace

import pytest
from support.service_providers.service_provider import ServiceProvider

from idp.audit.refusal_quota import RefusalQuota
from idp.federation.claims import DENY
from idp.management import timelines
from idp.recorder.recorder import Recorder
from idp.recorder.store import TimelineQuery
from idp.saml import uris
from idp.saml.certificates import thumbprint_of
from idp.saml.signing import SigningKey

NOT_SAML = base64.b64encode(b"<a/>").decode()


@pytest.fixture
def newest(federation):
    """Return the timeline that has grown last, its steps also by their kinds."""

    def newest(**query):
        found = timelines.search(federation.services, TimelineQuery(**query), limit=1)
        return timelines.existing(federation.services, found[0].activity_id)

    return newest


def kinds(timeline):
    return [step.kind for step in timeline.steps]


def steps(timeline, kind):
    return [step.fields for step in timeline.steps if step.kind == kind]


@pytest.mark.each_database
def test_a_sign_in_is_one_timeline_from_the_request_to_the_response(federation, sp, phone, newest):
    sign_in = federation.sign_in(sp.url(relay_state="there"))
    phone.approve(sign_in.number)
    finished = sign_in.finish()

    timeline = newest()
    assert (timeline.summary.outcome, timeline.summary.user) == ("issued", federation.user.name)
    assert kinds(timeline) == [
        "message_in", "trust", "decision", "answer",
        "password", "answer",
        "decision", "second_factor", "answer",
        "second_factor", "answer",
        "decision", "claims", "message_out", "answer",
    ]  # fmt: skip
    request, response = steps(timeline, "message_in")[0], steps(timeline, "message_out")[0]
    assert "AuthnRequest" in request["xml"]
    assert request["raw"]["RelayState"] == "there"
    assert response["xml"].encode() == finished.xml
    asked, passed = steps(timeline, "second_factor")
    assert (asked["experience"], asked["build"]) == ("number_match", "20348.350")
    assert any(rule.startswith("adfs_update_installed: ") for rule in asked["rules"])
    assert (passed["outcome"], passed["passed"]) == ("approved", True)


@pytest.mark.parametrize("fields", [{}, {"Poll": "1"}, {"Language": "de"}])
def test_a_page_that_waits_for_the_phone_leaves_no_step(federation, sp, newest, fields):
    sign_in = federation.sign_in(sp.url())
    before = kinds(newest())
    sign_in.post(**fields)
    sign_in.post(**fields)

    assert kinds(newest()) == before


@pytest.mark.parametrize(
    ("adapter", "rules"), [("AzureMfaServerAuthentication", True), ("Good", False)]
)
def test_every_adapter_that_asks_is_named_and_its_rules_if_it_tells_them(
    federation, sp, enable, newest, adapter, rules
):
    enable(adapter)
    federation.sign_in(sp.url())

    (asked,) = steps(newest(), "second_factor")
    assert (asked["provider"], bool(asked["rules"])) == (adapter, rules)


def test_a_code_asked_for_instead_of_a_push_is_a_step_of_its_own(federation, sp, newest):
    user = federation.add_user(totp=True)
    sign_in = federation.sign_in(sp.url(), user)
    sign_in.use_code()
    sign_in.enter_code("000000")

    push, code, wrong = steps(newest(), "second_factor")
    assert (push["experience"], code["experience"]) == ("number_match", "totp")
    assert newest().summary.code == wrong["code"] == "wrong_code"


def test_a_claim_has_the_rule_that_made_it(federation, easy, newest):
    easy.set(claim_rules='[[claim_rules]]\nname = "Mark"\nissue = "urn:mark"\nvalue = "x"\n')
    federation.sign_in(easy.url()).finish()

    (claims,) = steps(newest(), "claims")
    (made,) = claims["rules"]
    assert (made["number"], made["name"], made["issues"]) == (1, "Mark", True)
    assert made["claims"] == [{"type": "urn:mark", "value": "x"}]
    assert 'issue(Type = "urn:mark"' in made["text"].replace("type", "Type")
    assert claims["out"] == [{"name": "urn:mark", "values": ["x"]}]


def test_an_encrypted_response_is_there_as_it_was_before_and_as_it_was_sent(
    federation, pairs, newest
):
    sp = ServiceProvider(federation, pairs("sp"), encrypts=True).register(second_factor="never")
    finished = federation.sign_in(sp.url()).finish()

    timeline = newest()
    (plain,), (sent,) = steps(timeline, "unencrypted"), steps(timeline, "message_out")
    assert f'ID="{finished.assertion.id}"' in plain["xml"]
    assert "<AttributeValue>" in plain["xml"]
    assert "<AttributeValue>" not in sent["xml"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"SAMLRequest": "%%%"}, "not_base64"),
        ({"SAMLRequest": base64.b64encode(b"no XML").decode()}, "not_xml"),
        ({"SAMLRequest": NOT_SAML}, "MSIS7015"),
    ],
)
def test_a_refused_message_is_found_by_its_code_and_says_what_to_do(
    federation, newest, fields, code
):
    page = federation.browser().post(f"{federation.url}/adfs/ls/", fields)

    timeline = newest(code=code)
    assert timeline.summary.activity_id == page.text("activityId")
    assert timeline.summary.sentence.startswith(f"Refused with {code}: ")
    assert steps(timeline, "message_in")[0]["raw"] == fields
    assert kinds(timeline)[-2:] == ["refused", "answer"]


def test_a_wrong_signature_says_what_the_trust_expects_and_what_came(federation, sp, pairs, newest):
    key = SigningKey.from_pem(*pairs("another"))
    federation.browser().get(sp.url(key=key))

    timeline = newest(code="MSIS0038")
    (trust,), (message,) = steps(timeline, "trust"), steps(timeline, "message_in")
    assert trust["signing_certificates"] == [thumbprint_of(sp.key.certificate)]
    assert message["signed_with"] == [uris.RSA_SHA256]
    assert not steps(timeline, "signature")


def test_a_signature_inside_the_message_names_the_certificate_that_it_brings(
    federation, sp, newest
):
    fields = sp.fields(sp.authn_request(sign=sp.key))
    federation.browser().post(sp.ls_url, fields)

    timeline = newest()
    (message,), (signature,) = steps(timeline, "message_in"), steps(timeline, "signature")
    assert signature == {"verdict": "right", "certificate": thumbprint_of(sp.key.certificate)}
    assert message["certificate_in_message"] in ("", signature["certificate"])


def test_a_wrong_password_is_a_refusal_until_the_right_one_comes(federation, easy, newest):
    browser = federation.browser()
    federation.sign_in(easy.url(), password="wrong", browser=browser)
    assert newest().summary.code == "wrong_password"
    page = browser.get(easy.url())
    browser.submit(page.form, UserName=federation.user.name, Password=federation.user.password)

    assert newest(outcome="issued").summary.user == federation.user.name


def test_no_access_says_which_rule_denied_it(federation, easy, newest):
    easy.set(issuance_authorization_rules=f'=> issue(Type = "{DENY}", Value = "x");')
    federation.sign_in(easy.url())

    timeline = newest(code="MSIS5007")
    assert timeline.summary.user == federation.user.name
    assert steps(timeline, "decision")[-1]["is_permitted"] is False
    assert steps(timeline, "decision")[-1]["denied_by"]


def test_a_log_out_has_its_messages_and_how_it_ended(federation, service_provider, phone, newest):
    sign_in = federation.sign_in(service_provider.login_url())
    phone.approve(sign_in.number)
    assert sign_in.finish().page.status == 200
    federation.sign_out(sign_in.browser)

    timeline = newest(outcome="signed_out")
    assert timeline.summary.user == federation.user.name
    names = [fields["xml"].partition(" ")[0] for fields in steps(timeline, "message_out")]
    assert names == ["<samlp:LogoutRequest"]
    assert any("LogoutResponse" in fields["xml"] for fields in steps(timeline, "message_in"))
    assert steps(timeline, "log_out")[-1]["ended"] == [
        {"trust": service_provider.entity_id, "outcome": "signed_out"}
    ]


def test_a_log_out_that_is_refused_on_a_page_is_refused_once(federation, easy, newest):
    browser = federation.browser()
    session = easy.sign_in(browser)
    wrong = replace(session, name_id=replace(session.name_id, value="nobody"))
    browser.get(easy.logout_request(wrong).address)

    timeline = newest(code="MSIS7054")
    assert kinds(timeline).count("refused") == 1
    assert timeline.summary.trust == easy.entity_id


# Levels, and a recorder that fails


class FullDisk:
    """A store to which nothing can be written."""

    def add(self, parts):
        raise OSError("No space left on device")


@pytest.fixture
def recorder_at(federation, _tallystick_host):
    """Serve with a recorder of this level, and of another store where one is given."""
    with ExitStack() as closing:

        def serve(level, store=None):
            services = federation.services
            clock, kept = services.clock.now, store or services.recordings
            recorder = Recorder(kept, clock, level, RefusalQuota())
            _tallystick_host.serve(replace(services, recorder=recorder, closing=closing))

        yield serve


def test_while_it_is_off_nothing_is_recorded(federation, easy, recorder_at):
    recorder_at("off")
    federation.sign_in(easy.url()).finish()
    federation.sign_in(easy.url(), password="wrong")

    assert federation.timelines == ()


def test_at_errors_only_the_sign_in_that_was_refused_is_there_and_whole(
    federation, easy, recorder_at
):
    recorder_at("errors")
    federation.sign_in(easy.url()).finish()
    assert federation.timelines == ()
    federation.sign_in(easy.url(), password="wrong")

    (timeline,) = federation.timelines
    assert kinds(timeline) == ["message_in", "trust", "decision", "answer", "password", "answer"]


def test_a_recorder_that_fails_lets_users_sign_in_and_says_so(federation, easy, recorder_at, capfd):
    recorder_at("all", FullDisk())

    assert federation.sign_in(easy.url()).finish().status == ("Success",)
    assert "recording_not_stored" in capfd.readouterr().err


def test_a_refusal_names_the_node_that_refused(federation, newest):
    federation.browser().get(f"{federation.url}/adfs/ls/?SAMLRequest=x")

    assert newest().summary.node == "srv2022"
