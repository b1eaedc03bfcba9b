"""tallystick access: policies, who would get in, and the rule for all trusts."""

from __future__ import annotations

import json

import pytest
from support.service_providers.metadata_parts import metadata

POLICY = """\
[[permit]]
networks = ["intranet"]

[[permit]]
groups = ["{Admins}"]
require_mfa = true
"""
TRUST = "https://sp.example.test/metadata"


@pytest.fixture
def services_with_policy(farm_folder, services):
    (farm_folder / "staff.toml").write_text(POLICY)
    services.directory.add("alice@example.test", "password", groups=["Root"])
    services.directory.add("bob@example.test", "password")
    services.trusts.add(metadata().encode())
    return services


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


def tried(tally, user: str, *options: str) -> tuple[int, dict]:
    result = tally("access", "test", TRUST, "--user", user, "--json", *options)
    return result.exit_code, json.loads(result.stdout)


def test_a_simulation_says_whether_a_user_is_permitted_and_why(done, tally, services_with_policy):
    done("access", "set", "Staff", "staff.toml")
    given = ("access_control_policy=Staff", "access_control_parameters.Admins=root")
    done("sp", "set", TRUST, "second_factor=never", *given)

    inside, told = tried(tally, "bob@example.test", "--from", "10.1.2.3")
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
    outside, told = tried(tally, "EXAMPLE\\alice", "--extranet")
    assert (outside, told["second_factor_by"]) == (0, ["rule 2 of the policy 'Staff'"])
    denied, told = tried(tally, "bob@example.test", "--extranet", "--from", "203.0.113.9")
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
    done, tally, services_with_policy
):
    bob, mfa = "bob@example.test", services_with_policy.mfa
    for asked, reason in (("totp", ""), (None, "code_not_enabled")):
        mfa.codes.register(bob, "A" * 32)
        told = tried(tally, bob)[1]
        assert (told["asked_first"], told["asked_first_reason"]) == (asked, reason)
        done("policy", "set", "SoftwareOath.state=disabled")

    words = "asked first    nothing that is allowed (code_not_enabled)"
    assert words in tally("access", "test", TRUST, "--user", bob).stdout
    done("sp", "set", TRUST, "second_factor=never")
    assert tried(tally, bob)[1]["asked_first"] is None


NO_OLD_BROWSERS = """\
@RuleName = "No old browsers"
exists([Type == "http://schemas.microsoft.com/2012/01/requestcontext/claims/x-ms-client-user-agent",
        Value =~ "Old"])
 => issue(Type = "http://schemas.microsoft.com/authorization/claims/deny", Value = "true");
=> issue(Type = "http://schemas.microsoft.com/authorization/claims/permit", Value = "true");
"""


def test_browser_and_methods_count_where_a_rule_looks_at_them(
    done, tally, services_with_policy, farm_folder
):
    (farm_folder / "rules.txt").write_text(NO_OLD_BROWSERS)
    done("sp", "set", TRUST, "second_factor=always", "issuance_authorization_rules=@rules.txt")

    status, told = tried(tally, "bob@example.test", "--agent", "Old/1")

    assert (status, told["denied_by"]) == (1, ["rule 1 of the issuance authorization rules"])
    assert told["explanations"]["rule 1 of the issuance authorization rules"] == "No old browsers"
    assert tried(tally, "bob@example.test", "--agent", "New/1")[0] == 0
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


def test_a_disabled_user_or_trust_is_named(done, tally, services_with_policy):
    services_with_policy.directory.disable("bob@example.test")
    done("sp", "set", TRUST, "enabled=false")

    status, told = tried(tally, "bob@example.test")

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


def test_the_rule_for_all_trusts_is_shown_and_set(done, tally, services_with_policy):
    assert done("access", "mfa") == "The second factor at all trusts: default.\n"
    done("access", "mfa", "always")
    assert json.loads(done("access", "mfa", "--json")) == {
        "second_factor": "always",
        "additional_authentication_rules": "",
    }
    assert tally("access", "mfa", "sometimes").exit_code == 2

    done("sp", "set", TRUST, "second_factor=never")
    assert tried(tally, "bob@example.test")[1]["second_factor"]
    done("access", "mfa", "default")
    assert not tried(tally, "bob@example.test")[1]["second_factor"]


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
    done, tally, farm_folder, services_with_policy
):
    (farm_folder / "rules.txt").write_text(RULES)

    done("sp", "set", TRUST, "issuance_authorization_rules=@rules.txt")

    settings = json.loads(done("sp", "show", TRUST, "--json"))["settings"]
    assert settings["issuance_authorization_rules"] == RULES.strip()
    assert settings["access_control_policy"] == ""
    status, told = tried(tally, "alice@example.test")
    assert (status, told["permitted_by"]) == (0, ["rule 1 of the issuance authorization rules"])
    assert tried(tally, "bob@example.test")[1]["denied_by"] == ["no rule permits"]


def test_rules_for_all_trusts_come_from_a_file(
    done, tally, refused, farm_folder, services_with_policy
):
    (farm_folder / "outside.txt").write_text(MFA_RULES)
    printed = done("access", "mfa", "never", "--rules", "outside.txt")
    assert printed == f"The second factor at all trusts: never.\n{MFA_RULES}"

    assert tried(tally, "bob@example.test")[1]["second_factor_by"] == [
        "rule 1 of the additional authentication rules for all trusts"
    ]
    assert "Line 1" in refused("access", "mfa", "--rules", "-", input="=> issue(")
    done("access", "mfa", "--rules", "-", input="")
    assert tried(tally, "bob@example.test")[1]["second_factor_by"] == []


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
    done, tally, farm_folder, services_with_policy
):
    method = "http://schemas.microsoft.com/ws/2012/12/authmethod/phoneappnotification"
    claim = f'{{ type = "authnmethodsreferences", equals = "{method}" }}'
    (farm_folder / "push.toml").write_text(f"[[permit]]\nclaims = [{claim}]\n")
    done("access", "set", "Push", "push.toml")
    done("sp", "set", TRUST, "second_factor=always", "access_control_policy=Push")

    assert tried(tally, "bob@example.test")[1]["permitted_by"] == ["rule 1 of the policy 'Push'"]


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
