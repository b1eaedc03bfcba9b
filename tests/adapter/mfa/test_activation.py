"""Activation codes over the real store: once, ten minutes, five tries, whoever tries at once."""

from __future__ import annotations

import pyotp
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from support.adapters.mfa_node import CURRENT_PHONE, NUMBER_KEY, at_once, public_key
from support.users import ALICE, BOB

from adapter.errors import TallystickError
from adapter.mfa.codes.factor import CodeOutcome
from adapter.mfa.devices.activation import ActivationRefused
from adapter.mfa.devices.activations import Activated
from adapter.mfa.service import MfaService


@pytest.fixture
def create(mfa):
    return lambda user=ALICE, totp=False: mfa.service.activations.create(user, totp=totp).typed


@pytest.fixture
def activate(mfa):
    def activate(code, node=mfa, **phone):
        phone = {"public_key": public_key(), **CURRENT_PHONE, "name": "Phone", **phone}
        return node.service.activations.activate(code, **phone)

    return activate


def refused_with(activate, code, **phone):
    with pytest.raises(ActivationRefused) as refused:
        activate(code, **phone)
    return refused.value.code


def another(code: str) -> str:
    """Return a wrong code that finds the same activation."""
    return code[:-1] + str((int(code[-1]) + 1) % 10)


def test_a_code_has_nine_digits_and_makes_the_phone_the_users(mfa, create, activate):
    code = create()
    key = public_key()

    activated = activate(code, public_key=key, name="  Anna's phone ")

    assert len(code) == 9
    assert code.isdigit()
    device = activated.device
    assert (device.user, device.name, device.public_key) == (ALICE, "Anna's phone", key)
    assert device.activated_at == mfa.clock.now()
    assert activated.seed is None
    assert [method.id for method in mfa.service.methods_of(ALICE).registered] == [device.id]
    assert mfa.service.devices.find(device.id) == device


def test_a_code_works_once(mfa, create, activate):
    code = create()
    activate(code)

    assert refused_with(activate, code) == "activation_unknown"
    assert len(mfa.service.devices.of_user(ALICE)) == 1


def test_a_code_may_be_typed_in_groups(create, activate):
    code = create()

    assert activate(f"{code[:3]} {code[3:6]} {code[6:]}").device


def test_a_code_lives_for_ten_minutes(mfa, create, activate):
    in_time, late = create(), create()
    mfa.clock.advance(minutes=9, seconds=59)
    assert activate(in_time)
    mfa.clock.advance(seconds=1)

    assert refused_with(activate, late) == "activation_unknown"


def test_a_code_can_be_guessed_at_five_times(create, activate):
    code = create()
    for _ in range(5):
        assert refused_with(activate, another(code)) == "activation_unknown"

    assert refused_with(activate, code) == "activation_unknown"


def test_the_fifth_try_may_be_the_right_one(create, activate):
    code = create()
    for _ in range(4):
        refused_with(activate, another(code))

    assert activate(code)


def test_of_many_guesses_at_once_on_two_nodes_five_are_looked_at(
    mfa, other_node, create, activate, monkeypatch
):
    """The right code among them is one of a hundred: it wins no oftener than five tries allow."""
    looked_at = []
    for node in (mfa, other_node):
        digest = node.service.activations._digest

        def counting(identifier, secret, digest=digest):
            looked_at.append(secret)
            return digest(identifier, secret)

        monkeypatch.setattr(node.service.activations, "_digest", counting)
    code = create()
    looked_at.clear()

    at_once(lambda turn: activate(another(code), (mfa, other_node)[turn % 2]), range(40))

    assert len(looked_at) == 5


@pytest.mark.parametrize("turn", range(3))
def test_of_many_phones_with_the_right_code_at_once_one_is_activated(
    mfa, other_node, create, activate, turn
):
    code = create(totp=True)

    outcomes = at_once(lambda turn: activate(code, (mfa, other_node)[turn % 2]), range(5))

    won = [outcome for outcome in outcomes if isinstance(outcome, Activated)]
    assert len(won) == 1
    assert mfa.service.devices.of_user(ALICE) == [won[0].device]


def test_no_two_live_codes_share_a_handle(create):
    """A guess is counted against every code that it finds."""
    handles = [create()[:3] for _ in range(150)]

    assert len(set(handles)) == len(handles)


def test_a_wrong_guess_costs_no_other_code_its_tries(create, activate):
    mine, hers = create(), create(BOB)
    for _ in range(5):
        refused_with(activate, another(mine))

    assert activate(hers).device.user == BOB


@pytest.mark.parametrize(
    "code", ["", "12345678", "1234567890", "12345678a", "１２３４５６７８９", "١٢٣٤٥٦٧٨٩", "\ud800"]
)
def test_a_malformed_code_is_refused(activate, code):
    assert refused_with(activate, code) == "activation_unknown"


@pytest.mark.parametrize(
    ("phone", "code"),
    [
        ({"public_key": b""}, "bad_key"),
        ({"public_key": b"no key"}, "bad_key"),
        ({"public_key": public_key(ec.SECP384R1())}, "bad_key"),
        ({"public_key": public_key(ec.SECP256K1())}, "bad_key"),
        (
            {
                "public_key": ed25519.Ed25519PrivateKey.generate()
                .public_key()
                .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            },
            "bad_key",
        ),
        ({"platform": "symbian"}, "bad_platform"),
        ({"platform": ""}, "bad_platform"),
        ({"app_version": "newest"}, "bad_version"),
        ({"app_version": ""}, "bad_version"),
    ],
)
def test_an_invalid_phone_is_refused_and_costs_no_try(create, activate, phone, code):
    activation = create()
    for _ in range(6):
        assert refused_with(activate, activation, **phone) == code

    assert activate(activation)


def test_the_check_of_the_user_can_refuse_the_phone(mfa, create, activate):
    code = create()

    def no_such_user(user: str) -> None:
        raise TallystickError(f"{user} is disabled")

    with pytest.raises(TallystickError, match="is disabled"):
        activate(code, check_user=no_such_user)
    assert mfa.service.devices.of_user(ALICE) == []
    assert activate(code)


def test_a_phone_with_codes_receives_its_seed_once(mfa, create, activate):
    activated = activate(create(totp=True))

    assert [method.kind for method in mfa.service.methods_of(ALICE).registered] == ["push", "totp"]
    code = pyotp.TOTP(activated.seed).at(mfa.clock.now())
    assert len(activated.seed) == 32, "160 bits"
    assert mfa.codes.check(ALICE, code, attempt="sign-in") is CodeOutcome.RIGHT


def test_the_code_stands_nowhere_in_the_database(mfa, database_file, create):
    code = create()

    content = b"".join(file.read_bytes() for file in database_file.parent.iterdir())
    assert code.encode() not in content
    assert code[3:].encode() not in content


def test_a_long_name_is_cut_and_an_empty_one_replaced(create, activate):
    assert len(activate(create(), name="x" * 1000).device.name) == 64
    assert activate(create(), name=" ").device.name == "Authenticator"


def test_an_unknown_user_has_no_methods(mfa):
    methods = mfa.service.methods_of("nobody@example.test")

    assert methods.registered == ()
    assert not methods.has("push", "totp")
    assert mfa.push.best_device("nobody@example.test") is None


def test_the_code_of_a_link_works_when_strangers_have_used_up_the_tries_of_the_other(mfa, activate):
    codes = mfa.service.activations.create(ALICE, totp=False)
    wrong = codes.typed[:3] + ("000000" if codes.typed[3:] != "000000" else "111111")
    for _ in range(5):
        with pytest.raises(ActivationRefused):
            activate(wrong)
    with pytest.raises(ActivationRefused):
        activate(codes.typed)

    assert activate(codes.link).device.user == ALICE


def test_the_codes_of_an_activation_work_once_together(mfa, activate):
    for first, second in ((0, 1), (1, 0)):
        codes = mfa.service.activations.create(ALICE, totp=False)
        activate(codes[first])
        with pytest.raises(ActivationRefused) as refused:
            activate(codes[second])
        assert refused.value.code == "activation_unknown"


def test_the_code_of_a_link_ends_with_its_time_and_another_one_is_unknown(mfa, activate):
    code = mfa.service.activations.create(ALICE, totp=False).link
    other = ("A" if code[0] != "A" else "B") + code[1:]
    with pytest.raises(ActivationRefused):
        activate(other)
    mfa.clock.advance(minutes=10)
    with pytest.raises(ActivationRefused):
        activate(code)


def test_the_code_of_a_link_is_not_in_the_database(mfa, database):
    code = mfa.service.activations.create(ALICE, totp=False).link
    with database.read() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM activations").all()
    assert len(rows) == 1
    assert code not in repr(rows)


def test_the_administrator_is_told_once_when_the_tries_are_used_up(mfa):
    told = []
    service = MfaService(
        mfa.stores, mfa.clock, number_key=NUMBER_KEY, on_activation_used_up=told.append
    )
    handle = service.activations.create(ALICE, totp=False).typed[:3]
    for number in range(7):
        with pytest.raises(ActivationRefused):
            service.activations.activate(
                f"{handle}{number:06}", public_key=public_key(), name="", **CURRENT_PHONE
            )
    assert told == [ALICE]
