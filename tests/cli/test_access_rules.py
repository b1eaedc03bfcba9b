"""tallystick access: rules as texts of a trust and of all trusts, and what is warned of."""

from __future__ import annotations

import json

import pytest
from support.staff_policy import POLICY, TRUST


def test_the_rule_for_all_trusts_is_shown_and_set(tried, done, tally, services_with_policy):
    assert done("access", "mfa") == "The second factor at all trusts: default.\n"
    done("access", "mfa", "always")
    assert json.loads(done("access", "mfa", "--json")) == {
        "second_factor": "always",
        "additional_authentication_rules": "",
    }
    assert tally("access", "mfa", "sometimes").exit_code == 2

    done("sp", "set", TRUST, "second_factor=never")
    assert tried("bob@example.test")[1]["second_factor"]
    done("access", "mfa", "default")
    assert not tried("bob@example.test")[1]["second_factor"]


RULES = """\
@RuleName = "Staff"
exists([Type == "http://schemas.xmlsoap.org/claims/Group", Value == "Root"])
 => issue(Type = "http://schemas.microsoft.com/authorization/claims/permit", Value = "true");
"""
MFA_RULES = """\
=> issue(Type = "http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationmethod",
   Value = "http://schemas.microsoft.com/claims/multipleauthn");
"""


def test_rules_of_a_trust_come_from_a_file_and_take_the_place_of_its_policy(
    done, tried, farm_folder, services_with_policy
):
    (farm_folder / "rules.txt").write_text(RULES)

    done("sp", "set", TRUST, "issuance_authorization_rules=@rules.txt")

    settings = json.loads(done("sp", "show", TRUST, "--json"))["settings"]
    assert settings["issuance_authorization_rules"] == RULES.strip()
    assert settings["access_control_policy"] == ""
    status, told = tried("alice@example.test")
    assert (status, told["permitted_by"]) == (0, ["rule 1 of the issuance authorization rules"])
    assert tried("bob@example.test")[1]["denied_by"] == ["no rule permits"]


def test_rules_for_all_trusts_come_from_a_file(
    done, tried, refused, farm_folder, services_with_policy
):
    (farm_folder / "outside.txt").write_text(MFA_RULES)
    printed = done("access", "mfa", "never", "--rules", "outside.txt")
    assert printed == f"The second factor at all trusts: never.\n{MFA_RULES}"

    assert tried("bob@example.test")[1]["second_factor_by"] == [
        "rule 1 of the additional authentication rules for all trusts"
    ]
    assert "Line 1" in refused("access", "mfa", "--rules", "-", input="=> issue(")
    done("access", "mfa", "--rules", "-", input="")
    assert tried("bob@example.test")[1]["second_factor_by"] == []


def test_files_that_powershell_wrote_are_read(done, farm_folder, services_with_policy):
    (farm_folder / "mfa.txt").write_text(MFA_RULES, encoding="utf-16")
    (farm_folder / "rules.txt").write_text(RULES, encoding="utf-16")
    (farm_folder / "staff.toml").write_text(POLICY, encoding="utf-16")

    assert MFA_RULES in done("access", "mfa", "--rules", "mfa.txt")
    done("sp", "set", TRUST, "issuance_authorization_rules=@rules.txt")
    assert (
        RULES.splitlines()[0]
        in services_with_policy.trusts.find(TRUST).settings.issuance_authorization_rules
    )
    done("access", "set", "Staff", "staff.toml")
    assert done("access", "show", "Staff") == POLICY


def test_a_second_factor_that_is_tried_is_the_push_that_claim_rules_are_tried_with(
    done, tried, farm_folder, services_with_policy
):
    method = "http://schemas.microsoft.com/ws/2012/12/authmethod/phoneappnotification"
    claim = f'{{ type = "authnmethodsreferences", equals = "{method}" }}'
    (farm_folder / "push.toml").write_text(f"[[permit]]\nclaims = [{claim}]\n")
    done("access", "set", "Push", "push.toml")
    done("sp", "set", TRUST, "second_factor=always", "access_control_policy=Push")

    assert tried("bob@example.test")[1]["permitted_by"] == ["rule 1 of the policy 'Push'"]


def test_a_file_of_rules_that_is_not_there_is_one_line(refused, services_with_policy):
    assert "[file]" in refused("sp", "set", TRUST, "issuance_authorization_rules=@gone.txt")


OUTSIDE = """c:[Type == "http://schemas.microsoft.com/ws/2012/01/insidecorporatenetwork"]
 => issue(Type = "http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationmethod",
    Value = "http://schemas.microsoft.com/claims/multipleauthn");"""
ASSIGNING = {
    "access set": ("access", "set", "Staff", "staff.toml"),
    "access mfa": ("access", "mfa", "never", "--rules", "outside.txt"),
    "sp set, a policy": (
        "sp", "set", TRUST, "access_control_policy=Permit everyone for intranet access",
    ),
    "sp set, rules": ("sp", "set", TRUST, "additional_authentication_rules=@outside.txt"),
}  # fmt: skip


@pytest.mark.parametrize("how", ASSIGNING)
def test_what_tells_intranet_and_extranet_apart_is_warned_of_without_a_proxy(
    how, tally, services_with_policy, farm_folder
):
    (farm_folder / "outside.txt").write_text(OUTSIDE)
    warned = tally(*ASSIGNING[how])
    assert warned.exit_code == 0, warned.output
    assert "no Web Application Proxy is configured" in warned.stderr

    file = farm_folder / "tallystick.toml"
    file.write_text(f'{file.read_text()}\n[proxies]\nweb_application_proxies = ["10.0.0.80"]\n')
    assert "Proxy" not in tally(*ASSIGNING[how]).stderr


def test_a_policy_by_addresses_is_not(tally, services_with_policy, farm_folder):
    (farm_folder / "ranges.toml").write_text('[[permit]]\nnetworks = ["10.0.0.0/8"]\n')
    assert tally("access", "set", "Ranges", "ranges.toml").stderr == ""
