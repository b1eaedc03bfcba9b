"""tallystick access: policies, and who would get in."""

from __future__ import annotations

import json

import pytest
from support.staff_policy import POLICY, TRUST


def test_a_policy_is_set_shown_assigned_tested_and_removed(done, refused, services_with_policy):
    assert done("access", "set", "Staff", "staff.toml") == "The policy Staff is set.\n"
    assert done("access", "show", "Staff") == POLICY
    given = ("access_control_policy=Staff", "access_control_parameters.Admins=root")
    done("sp", "set", TRUST, "second_factor=never", *given)
    [listed] = [
        each for each in json.loads(done("access", "list", "--json")) if each["name"] == "Staff"
    ]
    assert listed == {
        "name": "Staff",
        "description": "",
        "built_in": False,
        "parameters": {"Admins": "groups"},
        "trusts": [TRUST],
    }
    assert TRUST in refused("access", "remove", "Staff")

    done("sp", "set", TRUST, "access_control_policy=Permit everyone")
    assert done("access", "remove", "Staff") == "The policy Staff is removed.\n"
    assert "bad_access_control_policy" in refused("access", "show", "Staff")


def test_the_list_names_what_is_built_in_and_what_has_parameters(done, services_with_policy):
    lines = done("access", "list").splitlines()

    assert lines[0] == "name\tbuilt in\tparameters\ttrusts"
    assert "Permit everyone\tyes\t\t1" in lines
    assert "Permit specific group\tyes\tGroupParameter (groups)\t0" in lines


def test_a_simulation_says_whether_a_user_is_permitted_and_why(done, tried, services_with_policy):
    done("access", "set", "Staff", "staff.toml")
    given = ("access_control_policy=Staff", "access_control_parameters.Admins=root")
    done("sp", "set", TRUST, "second_factor=never", *given)

    inside, told = tried("bob@example.test", "--from", "10.1.2.3")
    assert inside == 0
    assert told == {
        "user": "bob@example.test",
        "trust": TRUST,
        "policy": "Staff",
        "address": "10.1.2.3",
        "inside_corporate_network": True,
        "user_agent": "",
        "primary_method": "password",
        "second_method": "push",
        "second_factor": False,
        "second_factor_by": [],
        "asked_first": None,
        "asked_first_reason": "",
        "permitted": True,
        "permitted_by": ["rule 1 of the policy 'Staff'"],
        "denied_by": [],
        "explanations": {"rule 1 of the policy 'Staff'": "Permit users from the intranet."},
        "rules": [
            {
                "number": 1,
                "sentence": "Permit users from the intranet.",
                "applies": True,
                "why_not": "",
            },
            {
                "number": 2,
                "sentence": "Permit users in the group root and require the second factor.",
                "applies": False,
                "why_not": "the user is not in the group",
            },
        ],
    }
    outside, told = tried("EXAMPLE\\alice", "--extranet")
    assert (outside, told["second_factor_by"]) == (0, ["rule 2 of the policy 'Staff'"])
    denied, told = tried("bob@example.test", "--extranet", "--from", "203.0.113.9")
    assert (denied, told["denied_by"]) == (1, ["no rule permits"])


def test_a_test_reads_well(done, tally, services_with_policy):
    done("sp", "set", TRUST, "access_control_policy=Permit everyone for intranet access")

    printed = tally(
        "access", "test", TRUST, "--user", "bob@example.test", "--extranet", "--from", "::1"
    )

    assert printed.exit_code == 1
    assert printed.stdout.splitlines() == [
        "user           bob@example.test",
        f"trust          {TRUST}",
        "from           ::1 (extranet)",
        "second factor  asked for by the default: no rule for all trusts is set, and the trust does"
        " not say never",
        "access         denied: no rule permits",
        "rule 1         Permit users from the intranet. Not here: the user is not from there.",
    ]


def test_a_test_says_what_is_asked_first_and_why_it_is_not_the_default(
    tried, done, tally, services_with_policy
):
    bob, mfa = "bob@example.test", services_with_policy.mfa
    for asked, reason in (("totp", ""), (None, "code_not_enabled")):
        mfa.codes.register(bob, "A" * 32)
        told = tried(bob)[1]
        assert (told["asked_first"], told["asked_first_reason"]) == (asked, reason)
        done("policy", "set", "SoftwareOath.state=disabled")

    words = "asked first    nothing that is allowed (code_not_enabled)"
    assert words in tally("access", "test", TRUST, "--user", bob).stdout
    done("sp", "set", TRUST, "second_factor=never")
    assert tried(bob)[1]["asked_first"] is None


NO_OLD_BROWSERS = """\
@RuleName = "No old browsers"
exists([Type == "http://schemas.microsoft.com/2012/01/requestcontext/claims/x-ms-client-user-agent",
        Value =~ "Old"])
 => issue(Type = "http://schemas.microsoft.com/authorization/claims/deny", Value = "true");
=> issue(Type = "http://schemas.microsoft.com/authorization/claims/permit", Value = "true");
"""


def test_browser_and_methods_count_where_a_rule_looks_at_them(
    tried, done, tally, services_with_policy, farm_folder
):
    (farm_folder / "rules.txt").write_text(NO_OLD_BROWSERS)
    done("sp", "set", TRUST, "second_factor=always", "issuance_authorization_rules=@rules.txt")

    status, told = tried("bob@example.test", "--agent", "Old/1")

    assert (status, told["denied_by"]) == (1, ["rule 1 of the issuance authorization rules"])
    assert told["explanations"]["rule 1 of the issuance authorization rules"] == "No old browsers"
    assert tried("bob@example.test", "--agent", "New/1")[0] == 0
    printed = tally("access", "test", TRUST, "--user", "bob@example.test", "--primary", "passkey")
    assert "required and given by the passkey: the trust: second_factor=always" in printed.stdout


def test_a_trust_is_assigned_a_policy_with_its_parameters(
    done, refused, tally, services_with_policy
):
    done("access", "set", "Staff", "staff.toml")

    assert "other parameters" in refused("access", "assign", TRUST, "Staff")
    given = ("--parameter", "Admins=root", "--parameter", "Admins=Partners")
    told = json.loads(done("access", "assign", TRUST, "Staff", *given, "--json"))

    assert told == {
        "trust": TRUST,
        "policy": "Staff",
        "parameters": {"Admins": ["root", "Partners"]},
    }
    settings = services_with_policy.trusts.existing(TRUST).settings
    assert settings.access_control_parameters == {"Admins": ("root", "Partners")}
    assert tally("access", "assign", TRUST, "Staff", "--parameter", "Admins").exit_code == 2


def test_a_disabled_user_or_trust_is_named(done, tried, services_with_policy):
    services_with_policy.directory.disable("bob@example.test")
    done("sp", "set", TRUST, "enabled=false")

    status, told = tried("bob@example.test")

    assert status == 1
    assert told["denied_by"] == ["the user is disabled", "the trust is disabled"]


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("access", "test", "urn:gone", "--user", "bob@example.test"), "unknown_trust"),
        (("access", "test", TRUST, "--user", "carol@example.test"), "unknown_user"),
        (("access", "test", TRUST, "--user", "bob@example.test", "--from", "home"), "no_address"),
        (("access", "set", "Permit everyone", "staff.toml"), "bad_access_control_policy"),
        (("access", "set", "Staff", "tallystick.toml"), "bad_access_control_policy"),
        (("access", "set", "Staff", "gone.toml"), "file"),
        (("access", "remove", "Gone"), "bad_access_control_policy"),
        (("sp", "set", TRUST, "access_control_policy=Gone"), "bad_access_control_policy"),
    ],
)
def test_a_refusal_is_one_line(args, code, refused, services_with_policy, tally):
    if code == "file":
        assert tally(*args).exit_code == 2
    else:
        assert f"[{code}]" in refused(*args)


def test_text_that_is_no_toml_is_refused(refused, services_with_policy):
    assert "not TOML" in refused("access", "set", "Staff", "-", input="[[permit")
