"""Two real adapters keep the contract: ours, and a stranger's that comes in by the same door."""

from __future__ import annotations

from importlib.metadata import entry_points

import pytest
from support.adapters.mfa_node import CURRENT_PHONE, OLD_PHONE, WATCH, Started
from support.users import ALICE

from adapter.conformance import check
from adapter.contract import AuthenticationContext
from adapter.entra_mfa import AzureMfaAuthentication
from adapter.errors import TallystickError

QUESTION = b'question = "What is <the> \\"question\\"?"\nanswer = "Antwort \xc3\xa4"'


def adapter_class(name: str):
    (entry,) = entry_points(group="tallystick.adapters", name=name)
    return entry.load()


def check_entra(mfa, **options):
    return check(
        adapter_class("AzureMfaAuthentication"), user=ALICE, mfa_service=mfa.service, **options
    )


def test_the_entra_adapter_keeps_the_contract_with_a_phone(mfa):
    phone = mfa.give_phone(totp=True)

    def approve_on_the_phone(context: AuthenticationContext) -> dict[str, str]:
        challenge = mfa.stores.push.find(context.data["challenge"])
        mfa.approve(phone, Started(challenge, context.data["number"]))
        return {}

    assert check_entra(mfa, proof=approve_on_the_phone) == []


def test_the_entra_adapter_keeps_the_contract_with_codes_alone(mfa):
    codes = mfa.give_codes()

    def type_the_code(context: AuthenticationContext) -> dict[str, str]:
        return {"VerificationCode": codes.at(mfa.clock.now())}

    assert check_entra(mfa, proof=type_the_code) == []


@pytest.mark.parametrize("app", [CURRENT_PHONE, OLD_PHONE, WATCH])
def test_mfa_servers_adapter_keeps_the_contract(mfa, app):
    phone = mfa.give_phone(**app)
    push, sent = mfa.service.push, []

    def approve_at_once(adapter) -> None:
        """Let the phone of the sign-in with a right proof approve as soon as it is asked."""
        start = push.start

        def starts(user, experience, **options):
            started = start(user, experience, **options)
            if not sent:
                mfa.approve(phone, started)
            sent.append(started)
            return started

        push.start = starts

    server = adapter_class("AzureMfaServerAuthentication")
    options = {"user": ALICE, "mfa_service": mfa.service, "prepare": approve_at_once}

    assert check(server, proof=lambda _: {}, **options) == []


@pytest.mark.parametrize("app", [OLD_PHONE, WATCH])
def test_the_entra_adapter_keeps_the_contract_where_the_device_cannot_match_numbers(mfa, app):
    mfa.give_phone(**app)

    assert check_entra(mfa) == []


def test_without_the_mfa_service_the_kit_says_what_it_needs():
    with pytest.raises(TallystickError) as error:
        check(AzureMfaAuthentication)
    assert error.value.code == "no_mfa_service"


def test_the_strangers_keeps_the_contract():
    stranger = adapter_class("PassphraseAuthentication")

    assert check(stranger, config=QUESTION, proof=lambda context: {"Answer": "Antwort ä"}) == []


def test_the_strangers_refuses_to_run_without_a_question():
    (finding,) = check(adapter_class("PassphraseAuthentication"))

    assert finding.rule == "loads"
    assert "a question and an answer" in finding.seen


@pytest.mark.parametrize("answer", ["", "antwort ä", "Antwort", "Antwort ä "])
def test_the_passphrase_adapter_refuses_a_wrong_passphrase(answer):
    findings = check(
        adapter_class("PassphraseAuthentication"),
        config=QUESTION,
        proof=lambda context: {"Answer": answer},
    )

    assert [finding.rule for finding in findings] == ["claims_are_announced"]
