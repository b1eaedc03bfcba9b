"""Who is told of a change: the other devices of the user, and the user by mail."""

from __future__ import annotations

import pytest
from support.adapters.mfa_node import ORIGIN, public_key
from support.passkeys import SoftwareAuthenticator
from support.users import ALICE, BOB

from adapter.mfa.devices.activation import ActivationRefused
from adapter.mfa.methods import MAX_APPS, TooManyMethods
from adapter.mfa.passkeys.passkey import PasskeyRefused
from adapter.mfa.service import UnknownMethod
from idp.notices.occasions import Occasion
from idp.notices.phone_notices import MAX_OF_A_DEVICE
from idp.store.notices import tell


def waiting(node):
    """Return the changes that wait for a mail, in one mail for each user."""
    mails = []
    node.clock.advance(seconds=5)
    while (mail := node.outbox.claim(node.clock.now())) is not None:
        mails.append((mail.user, [each.code for each in mail.occasions]))
    return mails


def test_a_new_device_is_told_to_the_other_devices_and_by_mail(node):
    first, bobs = node.mfa.give_phone(), node.mfa.give_phone(BOB)
    second = node.mfa.give_phone(name="Pixel", platform="ios")

    (notice,) = node.notices.of_device(first.id)
    assert notice.occasion == Occasion("device_added", ALICE, node.clock.now(), "ios", "Pixel")
    assert notice.occasion.sentence == "An Authenticator app (iOS) was added to your account."
    assert node.codes_of(second.id) == node.codes_of(bobs.id) == []
    assert waiting(node) == [(ALICE, ["device_added"] * 2), (BOB, ["device_added"])]


def test_codes_that_come_with_a_device_are_told_to_the_others_alone(node):
    first = node.mfa.give_phone()
    second = node.mfa.give_phone(totp=True)

    assert node.codes_of(first.id) == ["codes_added", "device_added"]
    assert node.codes_of(second.id) == []
    assert waiting(node) == [(ALICE, ["device_added", "device_added", "codes_added"])]


def test_removed_methods_are_told(node):
    kept, lost = node.mfa.give_phone(), node.mfa.give_phone(name="Lost")
    node.mfa.give_codes()
    node.mfa.service.remove(ALICE, lost.id)
    node.mfa.service.remove(ALICE, "totp")

    told = ["codes_removed", "device_removed", "codes_added", "device_added"]
    assert node.codes_of(kept.id) == told
    assert node.notices.of_device(kept.id)[1].occasion.name == "Lost"
    assert node.codes_of(lost.id) == [], "a device that is removed has no notices"
    assert waiting(node) == [(ALICE, ["device_added", *reversed(told)])]


def test_each_of_several_sources_of_codes_is_told(node):
    """Codes of an app count beside the phones; those of the first source may be replaced."""
    phone = node.mfa.give_phone()
    codes = node.mfa.service.codes
    for _ in range(MAX_APPS - 1):
        codes.add(ALICE, "A" * 32)
    with pytest.raises(TooManyMethods):
        codes.add(ALICE, "A" * 32)
    first, second, *_ = codes.methods_of(ALICE)
    assert node.codes_of(phone.id) == ["codes_added"] * (MAX_APPS - 1)

    codes.register(ALICE, "B" * 32)
    for removed in (second, first):
        node.mfa.service.remove(ALICE, removed.id)

    told = ["codes_removed", "codes_removed", *["codes_added"] * MAX_APPS]
    assert node.codes_of(phone.id) == told
    assert waiting(node) == [(ALICE, ["device_added", *reversed(told)])]


def test_a_passkey_is_told_when_it_is_added_and_removed(node):
    phone, browser = node.mfa.give_phone(), SoftwareAuthenticator(ORIGIN)
    made = node.mfa.give_passkey(browser, name="Laptop")
    with pytest.raises(PasskeyRefused):
        node.mfa.give_passkey(SoftwareAuthenticator(ORIGIN), credential_id=made.credential_id)
    node.mfa.service.remove(ALICE, made.id)

    assert node.codes_of(phone.id) == ["passkey_removed", "passkey_added"]
    added = node.notices.of_device(phone.id)[1].occasion
    assert added == Occasion("passkey_added", ALICE, made.created_at, name="Laptop")
    assert added.sentence == "A passkey was added to your account."
    assert waiting(node) == [(ALICE, ["device_added", "passkey_added", "passkey_removed"])]


def test_an_account_that_is_taken_back_is_told_although_it_has_no_methods(node):
    node.directory.set_password(ALICE, "another one", compromised=True)

    assert waiting(node) == [(ALICE, ["account_reset"])]


def test_a_password_that_is_set_as_usual_is_not_told(node):
    node.directory.set_password(ALICE, "another one")

    assert waiting(node) == []


def test_what_does_not_happen_is_not_told(node):
    phone = node.mfa.give_phone(BOB)
    with pytest.raises(UnknownMethod):
        node.mfa.service.remove(ALICE, phone.id)
    with pytest.raises(UnknownMethod):
        node.mfa.service.remove(ALICE, "totp")
    with pytest.raises(ActivationRefused):
        node.mfa.service.activations.activate(
            "123456789", public_key=public_key(), platform="ios", app_version="6.5.85", name=""
        )

    assert [user for user, _ in waiting(node)] == [BOB]


def test_a_change_that_is_undone_is_told_to_nobody(node):
    """Notice and mail are stored in the transaction of the change."""
    kept, lost = node.mfa.give_phone(), node.mfa.give_phone()
    waiting(node)

    def remove_and_fail():
        with node.mfa.stores.push.transaction(ALICE) as transaction:
            assert transaction.remove_device(lost.id, node.clock.now())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        remove_and_fail()

    assert node.codes_of(kept.id) == ["device_added"]
    assert waiting(node) == []


def test_a_notice_stays_until_its_device_dismisses_it(node, new_node):
    one, other = node.mfa.give_phone(), node.mfa.give_phone()
    node.mfa.give_codes()
    (notice,) = node.notices.of_device(other.id)

    new_node().notices.dismiss(one.id, notice.id)  # it is not this device's
    assert node.codes_of(other.id) == ["codes_added"]

    for _ in range(2):
        new_node().notices.dismiss(other.id, notice.id)
        assert node.codes_of(other.id) == []
    assert node.codes_of(one.id) == ["codes_added", "device_added"]


def test_a_device_keeps_the_newest_notices(node):
    device = node.mfa.give_phone()
    with node.database.write() as connection:
        for number in range(MAX_OF_A_DEVICE + 3):
            tell(connection, Occasion("codes_added", ALICE, node.clock.now(), name=str(number)))

    names = [notice.occasion.name for notice in node.notices.of_device(device.id)]
    assert names == [str(number) for number in range(MAX_OF_A_DEVICE + 2, 2, -1)]


def test_notices_and_mails_go_with_their_user(node):
    device = node.mfa.give_phone()
    node.mfa.give_codes()
    node.directory.remove(ALICE)

    assert node.codes_of(device.id) == []
    assert waiting(node) == []


def test_what_a_later_version_has_stored_is_told_without_its_name(node):
    """Nodes of two versions share a database during an upgrade."""
    node.mfa.give_phone()
    with node.database.write() as connection:
        tell(connection, Occasion("pass_made", ALICE, node.clock.now(), platform="glasses"))

    node.clock.advance(seconds=5)
    occasion = node.outbox.claim(node.clock.now()).occasions[1]
    assert (occasion.code, occasion.sentence) == ("pass_made", "Your account was changed.")


def test_a_user_of_another_directory_is_told_too(node):
    node.mfa.give_phone("carol@elsewhere.test")

    assert waiting(node) == [("carol@elsewhere.test", ["device_added"])]
