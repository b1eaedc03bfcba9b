"""Audits by AD FS's numbers: what each level tells of a request, and what none ever tells."""

from __future__ import annotations

import re

import pytest

from idp import logs
from idp.config.schema import LoggingSection
from idp.events import VERBOSE
from idp.federation.claims import NAME, NAME_IDENTIFIER

VERBOSE_LOGGING = LoggingSection(audit="verbose")


@pytest.fixture
def verbose(reconfigured, lines):
    """A client of a server with the audit level ``verbose``; ``lines`` has what it writes."""
    client = reconfigured(logging=VERBOSE_LOGGING)
    logs.configure(stream=lines.stream)
    return client


def told(lines) -> list[int]:
    return [line["event_id"] for line in lines.all()]


def form_of(answer) -> dict[str, str]:
    return {"SamlSession": re.search(r'name="SamlSession" value="([^"]+)"', answer.text)[1]}


def test_the_level_basic_tells_of_no_request(federation, easy, lines):
    federation.sign_in(easy.url())
    assert not VERBOSE & set(told(lines))


def test_the_level_verbose_tells_what_came_from_whom_and_what_was_answered(verbose, easy, lines):
    verbose.get(easy.url(), headers={"X-MS-Proxy": "wap1", "User-Agent": "made\x7fup"})

    received, context, sent = [line for line in lines.all() if line["event_id"] in VERBOSE]
    assert [each["event_id"] for each in (received, context, sent)] == [403, 410, 404]
    assert (received["method"], received["path"]) == ("GET", "/adfs/ls/")
    assert context["headers"]["X-Ms-Proxy"] == "wap1"
    assert context["headers"]["User-Agent"] == "made\\x7fup"
    assert sent["status"] == 200
    assert len({each["activity_id"] for each in (received, context, sent)}) == 1


def test_a_request_is_audited_under_the_activity_id_of_its_sign_in(verbose, easy, lines):
    form = form_of(verbose.get(easy.url()))
    verbose.post("/adfs/ls/", data=form | {"UserName": "nobody", "Password": "x"})

    assert len({line["activity_id"] for line in lines.all()}) == 1


def test_a_wrong_password_is_audited_with_the_clients_address(verbose, easy, lines):
    form = form_of(verbose.get(easy.url()))
    verbose.post("/adfs/ls/", data=form | {"UserName": "nobody@example.test", "Password": "x"})

    (refused,) = [line for line in lines.all() if line["event_id"] == 411]
    assert refused["client_ip"] == "127.0.0.1"


def test_no_level_tells_a_secret(verbose, federation, easy, lines):
    user = federation.user
    form = form_of(verbose.get(easy.url(relay_state="kept secret")))
    answer = verbose.post(
        "/adfs/ls/",
        data=form | {"UserName": user.name, "Password": user.password},
        headers={"Authorization": "Bearer open", "X-Other": "open"},
        follow_redirects=True,
    )

    assert answer.status_code == 200
    response = re.search(r'name="SAMLResponse" value="([^"]+)"', answer.text)[1]
    cookie = verbose.get_cookie("MSISAuth", path="/").value
    for secret in (user.password, "kept secret", form["SamlSession"], "open", response, cookie):
        assert secret not in lines.text


@pytest.fixture
def issued(verbose, federation, easy, lines):
    """The events of one token, of a user in more groups than one event has room for."""
    groups = [f"Group {number}" for number in range(60)]
    user = federation.add_user(groups=groups, display_name="Ä B")
    form = form_of(verbose.get(easy.url()))
    credentials = {"UserName": user.name, "Password": user.password}
    verbose.post("/adfs/ls/", data=form | credentials, follow_redirects=True)
    return [line for line in lines.all() if "instance_id" in line]


def test_a_token_is_audited_claim_by_claim_under_one_instance_id(issued, easy):
    assert list(dict.fromkeys(line["event_id"] for line in issued)) == [412, 299, 501, 500]
    assert all(len(line.get("claims", ())) <= 50 for line in issued)
    assert len({line["instance_id"] for line in issued}) == 1
    assert {line["trust"] for line in issued} == {easy.entity_id}


@pytest.mark.parametrize("event", [500, 501])
def test_no_claim_of_a_user_in_many_groups_is_left_out(event, issued):
    claims = [claim for line in issued if line["event_id"] == event for claim in line["claims"]]

    groups = [claim["value"] for claim in claims if claim["type"].endswith("/Group")]
    assert groups == [f"Group {number}" for number in range(60)]
    assert {"type": NAME, "value": "\\xc4 B"} in claims


def test_the_name_id_is_among_the_issued_claims(issued):
    assert issued[-2]["claims"][0]["type"] == NAME_IDENTIFIER


@pytest.mark.parametrize(
    ("target", "code", "event"),
    [
        ("/adfs/ls/", "MSIS7065", 364),
        ("/adfs/ls/?SAMLRequest=x", "not_base64", 364),
    ],
)
def test_a_refusal_is_audited_as_a_failed_passive_request(target, code, event, federation, lines):
    federation.browser().get(federation.url + target)
    (line,) = lines.all()
    assert (line["code"], line["event_id"]) == (code, event)


def test_a_wrong_signature_has_its_own_event_number(federation, sp, lines):
    altered = sp.url(key=sp.key).replace("Signature=", "Signature=AAAA")
    federation.browser().get(altered)
    assert told(lines) == [320]


def test_an_unexpected_signature_algorithm_has_its_own_event_number(federation, sp, lines):
    sha1 = "http%3A%2F%2Fwww.w3.org%2F2000%2F09%2Fxmldsig%23rsa-sha1"
    url = re.sub(r"SigAlg=[^&]+", f"SigAlg={sha1}", sp.url(key=sp.key))
    federation.browser().get(url)
    assert told(lines) == [378, 1201]


def test_a_console_shows_the_number(federation, lines):
    logs.configure("console", lines.stream)
    federation.browser().get(federation.url + "/adfs/ls/")
    assert "event_id=364" in lines.text
