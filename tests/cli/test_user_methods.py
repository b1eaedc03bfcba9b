"""``tallystick user``: activation codes, methods, and what locks and unlocks them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from secrets import token_hex

import pytest
from support.users import PASSWORD

from adapter.mfa.codes.factor import CodeOutcome
from adapter.mfa.policy import METHODS
from adapter.mfa.push.pauses import PushPaused


def test_activate_offers_code_address_and_qr(alice, done):
    printed = done("user", "activate", alice)

    lines = dict(
        line.split("  ", 1) for line in printed.splitlines() if line[:4] in ("Code", "Addr")
    )
    code = lines["Code"].replace(" ", "")
    assert len(code) == 9
    address, _, link = lines["Address"].strip().partition("#")
    assert address == "http://idp.example.test/authenticator/"
    assert len(link) == 22
    assert code not in link
    assert "▀" in printed
    assert "\x1b" not in printed


def test_an_activated_phone_is_among_the_methods(alice, done, services, device_key):
    code = json.loads(done("user", "activate", alice, "--totp", "--json"))["code"]
    services.mfa.activations.activate(
        code, public_key=device_key, platform="android", app_version="6.2111.7701", name="Pixel"
    )

    methods = json.loads(done("user", "methods", alice, "--json"))
    assert methods["totp"] is True
    assert methods["push"][0]["name"] == "Pixel"
    assert methods["push"][0]["kind"] == "phone-current"
    assert methods["push"][0]["decides"] is True
    rows = [line.split("\t") for line in done("user", "methods", alice).splitlines()[1:]]
    assert [row[0] for row in rows] == ["push", "totp"]
    assert rows[0][1:5] == ["Pixel", "android", "6.2111.7701", "phone-current"]
    assert rows[1][1:5] == ["Pixel", "", "", ""]


@pytest.fixture
def old_phone(alice, services, device_key):
    """A phone of Alice's whose app is too old to match numbers."""
    return services.mfa.activations.activate(
        services.mfa.activations.create(alice, totp=False).typed,
        public_key=device_key,
        platform="ios",
        app_version="6.4.11",
        name="Old phone",
    ).device


def test_methods_for_scripts_list_each_kind_and_keep_the_older_keys(
    alice, done, services, old_phone
):
    services.mfa.codes.register(alice, "A" * 32)
    (codes,) = services.mfa.codes.methods_of(alice)
    since, codes_since = (
        f"{instant:%Y-%m-%dT%H:%M:%SZ}" for instant in (old_phone.activated_at, codes.created)
    )

    phone = {
        "id": old_phone.id,
        "name": "Old phone",
        "platform": "ios",
        "app_version": "6.4.11",
        "decides": True,
    }
    times = {"created_at": since, "last_used_at": None}
    code = {**times, "id": "totp", "kind": "totp", "name": "", "created_at": codes_since}
    right = {"allowed": True, "reason": "methods_policy"}
    allowed = {
        **right,
        "policy": "methods",
        "explanation": "The authentication methods policy allows it.",
    }
    assert json.loads(done("user", "methods", alice, "--json")) == {
        "push": [{**phone, "kind": "phone-old", "activated_at": since}],
        "totp": True,
        "methods": [
            {**phone, **times, "kind": "push", "device": "phone-old", **right, "default": True},
            {**code, "app": "code_app", **right, "default": False},
        ],
        "activations": [],
        "waiting_tokens": [],
        "allowed": dict.fromkeys(METHODS, allowed),
        "asked_first": "push",
        "asked_first_reason": "",
        "pushes_paused_since": None,
        "mfa_blocked": None,
        "risk": None,
    }


def test_methods_of_somebody_without_any_says_what_to_do(alice, tally):
    assert "tallystick user activate" in tally("user", "methods", alice).stderr


def test_unlock_clears_password_code_and_push_limits(alice, done, services):
    services.mfa.codes.register(alice, "A" * 32)
    for number in range(10):
        services.directory.check_password(alice, "wrong")
        services.mfa.codes.check(alice, f"{number:06}", attempt=str(number))
    for _ in range(5):
        services.mfa.push.start(alice, "approve_deny", application="SP", client_ip="")
    assert what_is_open(services, alice) == []

    done("user", "unlock", alice.upper())

    assert what_is_open(services, alice) == ["password", "code", "push"]


def what_is_open(services, alice):
    """Say which of the three a user may still try."""
    tries = {
        "password": services.directory.check_password(alice, PASSWORD).user is not None,
        "code": services.mfa.codes.check(alice, "999999", attempt=token_hex()) is CodeOutcome.WRONG,
        "push": may_push(services, alice),
    }
    return [name for name, allowed in tries.items() if allowed]


def may_push(services, alice):
    try:
        services.mfa.push.start(alice, "approve_deny", application="SP", client_ip="")
    except PushPaused:
        return False
    return True


def test_an_activation_code_is_in_no_log_and_on_no_second_page(alice, done, services):
    code = json.loads(done("user", "activate", alice, "--json"))["code"]

    assert code not in done("user", "methods", alice, "--json")
    assert services.clock.now() <= datetime.now(UTC)
