"""What a user will see, ahead of a sign-in: each rule that a sign-in has counts here too."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from support.service_providers.metadata_parts import SP_ID, metadata
from support.users import ALICE, PASSWORD

from adapter.decision import decide
from adapter.mfa.verification.verifier import Asker, Verifier
from idp.federation.farm import BadNode
from idp.management import policies, second_factors
from idp.management.nodes import DEVICES
from idp.management.preview import UnknownDevice, preview
from idp.management.user_by_name import UnknownUser

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STAFF_ONLY = {
    "access_control_policy": "Permit specific group",
    "access_control_parameters.GroupParameter": '["Staff"]',
}
NODES = {"sts1": "20348.350", "sts2": "17763.2299"}


@pytest.fixture
def farm(services):
    for name, build in NODES.items():
        services.farm.set_build(name, build, "test")
    services.directory.add(ALICE, PASSWORD)
    return services


def cell(services, **wanted):
    (found,) = preview(services, **wanted).cells
    return found


def codes(found) -> set[str]:
    return {step.code for step in found.steps if step.code}


def give_phone(services, version: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    services.mfa.activations.activate(
        services.mfa.activations.create(ALICE, totp=False).link,
        public_key=key.public_bytes(*form),
        platform="android",
        app_version=version,
        name="phone",
    )


@pytest.mark.parametrize(
    ("version", "experience", "reason"),
    [
        ("6.2111.7701", "number_match", "kb_installed"),
        ("6.2005.1", "refused", "app_upgrade_required"),
    ],
)
def test_the_registered_phone_counts(farm, version, experience, reason):
    give_phone(farm, version)

    found = cell(farm, user=ALICE, node="sts1", device="registered")

    assert (found.experience, found.reason) == (experience, reason)
    assert cell(farm, user=ALICE, node="sts2", device="registered").experience == "approve_deny"


@pytest.mark.parametrize("node", NODES)
@pytest.mark.parametrize("device", DEVICES)
def test_users_in_general_see_what_the_decision_says(farm, node, device):
    decision = decide(scenario="adfs", host=NODES[node], device=device)

    found = cell(farm, node=node, device=device)

    assert (found.experience, found.reason, found.rules) == (
        decision.experience,
        decision.reason,
        decision.rules,
    )


def test_a_user_without_methods_has_none_to_be_asked_for_but_a_phone_may_be_assumed(farm):
    found = preview(farm, user=ALICE, node="sts1")

    by_device = {each.device: (each.experience, each.reason) for each in found.cells}
    assert by_device["registered"] == (None, "method_not_available")
    assert by_device["phone-current"] == ("number_match", "kb_installed")
    assert by_device["phone-old"] == ("refused", "app_upgrade_required")
    assert "method_not_available" in codes(found)


def test_a_user_of_codes_types_one_on_every_node(farm):
    farm.mfa.codes.register(ALICE, SECRET)

    found = preview(farm, user=ALICE, device="registered")

    assert {(each.experience, each.reason) for each in found.cells} == {
        ("totp", "method_unchanged")
    }
    assert all(each.rules for each in found.cells)


def test_a_block_counts(farm):
    farm.mfa.codes.register(ALICE, SECRET)
    farm.mfa.protection.block(ALICE, None)

    found = preview(farm, user=ALICE, node="sts1")

    assert {(each.shows, each.reason) for each in found.cells} == {("no push", "user_blocked")}


def test_locked_codes_are_told(farm):
    farm.mfa.codes.register(ALICE, SECRET)
    for number in range(10):
        farm.mfa.codes.check(ALICE, "000000", attempt=str(number))

    assert "codes_locked" in codes(preview(farm, user=ALICE, node="sts1"))


def test_too_many_unanswered_requests_count_for_a_user_with_a_phone(farm):
    farm.mfa.codes.register(ALICE, SECRET)
    while farm.mfa.push.pause_of(ALICE) is None:
        farm.mfa.push.start(ALICE, "approve_deny", application="x", client_ip="")

    found = cell(farm, user=ALICE, node="sts2", device="phone-current")

    assert (found.experience, found.reason) == ("unavailable", "push_limit")
    farm.mfa.unlock(ALICE)
    assert cell(farm, user=ALICE, node="sts2", device="phone-current").experience == "approve_deny"


def test_the_policies_count(farm):
    policy = {"id": "MicrosoftAuthenticator", "state": "disabled"}
    policies.import_policy(farm, policy)

    found = cell(farm, user=ALICE, node="sts1", device="phone-current")

    assert (found.experience, found.reason) == ("unavailable", "push_not_enabled")
    assert found.shows == "no push"


def test_a_disabled_user_sees_no_second_factor(farm):
    farm.directory.disable(ALICE)

    assert cell(farm, user=ALICE, node="sts1", device="wearable").reason == "user_disabled"


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"second_factor": "never"}, "second_factor_not_required"),
        ({"enabled": "false"}, "trust_disabled"),
        (STAFF_ONLY | {"second_factor": "never"}, "access_denied"),
        (STAFF_ONLY, "kb_installed"),  # denied after the second factor
        ({}, "kb_installed"),
    ],
)
def test_the_trust_counts(farm, settings, reason):
    farm.trusts.add(metadata().encode())
    farm.trusts.change_from_text(SP_ID, settings)

    found = preview(farm, user=ALICE, trust=SP_ID, node="sts1", device="phone-current")

    assert found.cells[0].reason == reason
    assert ("access_denied" in codes(found)) is ("access_control_policy" in settings)


def test_other_adapters_are_said_not_to_be_known(farm):
    second_factors.enable(farm, ["AzureMfaServerAuthentication"])

    assert cell(farm, node="sts1", device="wearable").reason == "adapter_not_simulated"


def test_what_does_not_exist_is_refused(farm):
    with pytest.raises(UnknownUser):
        preview(farm, user="nobody@example.test")
    with pytest.raises(BadNode):
        preview(farm, node="sts9")
    for wanted in ({"device": "registered"}, {"user": ALICE, "device": "watch"}):
        with pytest.raises(UnknownDevice):
            preview(farm, **wanted)


@pytest.mark.parametrize("with_phone", [True, False])
def test_a_preview_is_what_the_sign_in_then_decides(farm, with_phone):
    farm.mfa.codes.register(ALICE, SECRET)
    if with_phone:
        give_phone(farm, "6.2005.1")
    begun = Verifier(farm.mfa, "adfs").begin(ALICE, Asker("x", "", "1", NODES["sts1"])).state

    found = cell(farm, user=ALICE, node="sts1", device="registered")

    assert (found.experience, found.reason) == (
        begun.explanation.experience,
        begun.explanation.reason,
    )


def test_a_preview_can_be_written_as_json(farm):
    value = json.loads(json.dumps(preview(farm, user=ALICE).as_json()))

    assert {(each["node"], each["device"]) for each in value["cells"]} == {
        (node, device) for node in NODES for device in ("registered", *DEVICES)
    }
