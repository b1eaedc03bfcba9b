"""A phone is activated once, by its code, with proof that it holds its key."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import func, select
from support.nets import NET_SECONDS
from support.phones.signed_phone import SignedPhone, signed_phone_of
from support.users import ALICE

from adapter.mfa.codes.code import step_of
from idp.authenticator.authentication import NONCE_KIND
from idp.store.schema import used_once

KEY = ec.generate_private_key(ec.SECP256R1())
PUBLIC = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture
def newcomer(phone_host):
    """A phone with a key, of which the server knows nothing."""
    return SignedPhone(phone_host, "new", KEY)


def wish(host, *, totp=False, **changes):
    return {
        "code": host.services.mfa.activations.create(ALICE, totp=totp).typed,
        "public_key": base64.b64encode(PUBLIC).decode(),
        "platform": "web",
        "app_version": "1.0",
        "name": "Web browser",
        **changes,
    }


def devices(host):
    return host.services.mfa.devices.of_user(ALICE)


def test_a_code_makes_a_phone_the_users_own(phone_host, newcomer):
    told = newcomer.call("POST", "activate", wish(phone_host)).json()
    assert told["user"] == ALICE
    assert told["seed"] is None
    assert replace(newcomer, device=told["device"]["id"]).call("GET", "account").status_code == 200


def test_a_code_works_once(phone_host, newcomer):
    body = wish(phone_host)
    assert newcomer.call("POST", "activate", body).status_code == 200
    again = newcomer.call("POST", "activate", body)
    assert (again.status_code, again.json()["error"]) == (404, "activation_unknown")
    assert len(devices(phone_host)) == 1


def test_an_activation_sent_again_is_refused_before_its_code_is_checked(phone_host, newcomer):
    call = newcomer.meant("POST", "activate", wish(phone_host))
    header = newcomer.header(call)
    assert newcomer.send(call, header).status_code == 200
    assert newcomer.send(call, header).json()["error"] == "call_replayed"


def count_nonces(host) -> int:
    of_calls = select(func.count()).where(used_once.c.kind == NONCE_KIND)
    with host.services.database.read() as connection:
        return connection.execute(of_calls).scalar_one()


@pytest.mark.parametrize("code", ["000000000", "x"])
def test_a_wrong_code_leaves_no_nonce_in_the_database(phone_host, newcomer, code):
    """Anybody can make a key and sign calls with it, each with another nonce."""
    before = count_nonces(phone_host)

    for _ in range(3):
        refused = newcomer.call("POST", "activate", wish(phone_host, code=code))
        assert refused.json()["error"] == "activation_unknown"

    assert count_nonces(phone_host) == before


def test_of_one_activation_sent_ten_times_at_once_one_is_taken(phone_host, newcomer):
    call = newcomer.meant("POST", "activate", wish(phone_host))
    header = newcomer.header(call)

    with ThreadPoolExecutor(10) as threads:
        answers = [
            a.status_code for a in threads.map(lambda _: newcomer.send(call, header), range(10))
        ]

    assert answers.count(200) == 1
    assert len(devices(phone_host)) == 1


def test_a_seed_comes_with_the_activation_that_makes_it(phone_host, newcomer):
    import pyotp

    seed = newcomer.call("POST", "activate", wish(phone_host, totp=True)).json()["seed"]
    now = phone_host.clock.now()
    assert step_of(seed, pyotp.TOTP(seed).at(now), now) is not None
    assert phone_host.services.mfa.methods_of(ALICE).has("totp")
    assert seed not in phone_host.log.getvalue()


def test_a_key_that_the_phone_does_not_hold_is_refused(phone_host, newcomer):
    """Otherwise anybody could register the public key of another's phone."""
    thief = replace(newcomer, key=ec.generate_private_key(ec.SECP256R1()))
    body = wish(phone_host)
    assert thief.call("POST", "activate", body).json()["error"] == "bad_signature"
    assert newcomer.call("POST", "activate", body).status_code == 200


def test_an_activation_is_signed_for_a_new_device(phone_host, signed_phone):
    body = wish(
        phone_host,
        public_key=base64.b64encode(
            signed_phone.key.public_key().public_bytes(
                Encoding.DER, PublicFormat.SubjectPublicKeyInfo
            )
        ).decode(),
    )
    assert signed_phone.call("POST", "activate", body).json()["error"] == "not_signed"


def test_another_code_under_the_same_signature_is_refused(phone_host, newcomer):
    body = wish(phone_host)
    header = newcomer.header(newcomer.meant("POST", "activate", body))
    other = newcomer.meant("POST", "activate", {**body, "code": "000000000"})
    assert newcomer.send(other, header).json()["error"] == "bad_signature"


def test_the_phone_of_a_disabled_user_is_not_activated_and_the_code_not_used_up(
    phone_host, newcomer
):
    body = wish(phone_host)
    phone_host.services.directory.disable(ALICE)
    refused = newcomer.call("POST", "activate", body)
    assert (refused.status_code, refused.json()["error"]) == (403, "user_disabled")
    assert devices(phone_host) == []
    phone_host.services.directory.enable(ALICE)
    assert newcomer.call("POST", "activate", body).status_code == 200


def test_five_wrong_codes_end_an_activation(phone_host, newcomer):
    body = wish(phone_host)
    code = body["code"]
    wrong = code[:3] + f"{(int(code[3:]) + 1) % 1_000_000:06d}"
    for _ in range(5):
        assert newcomer.call("POST", "activate", {**body, "code": wrong}).status_code == 404
    assert newcomer.call("POST", "activate", body).status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("platform", "symbian", "bad_platform"),
        ("app_version", "six", "bad_version"),
        ("app_version", "6." + "9" * 40, "bad_version"),
        ("public_key", base64.b64encode(b"no key").decode(), "bad_key"),
        ("public_key", "====", "bad_key"),
        ("code", "٣٣٣٣٣٣٣٣٣", "activation_unknown"),
        ("code", "", "activation_unknown"),
        ("name", "\u202eliame", "bad_request"),
        ("name", 7, "bad_request"),
        ("public_key", None, "bad_request"),
    ],
)
def test_a_malformed_description_of_a_phone_is_refused(phone_host, newcomer, field, value, code):
    refused = newcomer.call("POST", "activate", wish(phone_host, **{field: value}))
    assert refused.json()["error"] == code
    assert 400 <= refused.status_code < 500
    assert devices(phone_host) == []


def test_no_code_and_no_key_is_in_the_log(phone_host, newcomer):
    body = wish(phone_host)
    newcomer.call("POST", "activate", body)
    lines = phone_host.log.getvalue()
    assert json.loads(lines.splitlines()[-1])["event"] == "phone_activated"
    assert body["code"] not in lines
    assert body["public_key"] not in lines


def test_a_phone_is_activated_by_the_code_of_the_link(phone_host, newcomer):
    codes = phone_host.services.mfa.activations.create(ALICE, totp=False)
    told = newcomer.call("POST", "activate", wish(phone_host, code=codes.link))
    assert told.json()["user"] == ALICE


def test_a_client_types_twenty_codes_in_ten_minutes_and_links_are_not_counted(phone_host, newcomer):
    """So nobody uses up the tries of every code there is."""
    codes = phone_host.services.mfa.activations.create(ALICE, totp=False)
    wrong = wish(phone_host, code="000000000")
    answers = [newcomer.call("POST", "activate", wrong) for _ in range(21)]
    assert {answer.status_code for answer in answers[:20]} == {404}
    assert (answers[20].status_code, answers[20].json()["error"]) == (429, "too_many_codes")

    refused = newcomer.call("POST", "activate", wish(phone_host, code=codes.typed))
    assert refused.json()["error"] == "too_many_codes"
    assert newcomer.call("POST", "activate", wish(phone_host, code=codes.link)).status_code == 200
    assert len(devices(phone_host)) == 1


def test_an_iphone_of_a_broker_flow_is_told_of_it_with_numbers_alone(phone_host):
    iphone = signed_phone_of(phone_host, phone_host.phone(platform="ios", broker=True))
    assert iphone.call("GET", "account").json()["device"]["broker"] is True
    for experience, told in (("number_match", True), ("approve_deny", None)):
        phone_host.push(experience)
        (request,) = iphone.call("GET", "pending").json()["requests"]
        assert request.get("broker") is told


def test_only_our_own_pages_may_show_the_phone_page_inside(phone_host):
    answer = requests.get(f"{phone_host.url}/authenticator/", timeout=NET_SECONDS)
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert {"frame-ancestors 'self'", "default-src 'none'", "base-uri 'none'"} <= set(policy)
