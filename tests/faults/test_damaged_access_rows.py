"""Stored policies, users, nodes, updates and log-outs that cannot be read: none breaks a list."""

from __future__ import annotations

import json

import pytest
from support.databases.damaged_rows import UPGRADE, error_of, findings
from support.databases.stored_rows import SHOP, WIKI
from support.users import ALICE

from idp.directory.lockout import Origin

GLOBAL = {
    # name                               values that cannot be read
    "second_factor":                     ("", '"sometimes"', "null", '["always"]'),
    "additional_authentication_rules":   ('"', "5", '"=> do(this);"'),
}  # fmt: skip


class TestAccess:
    @pytest.mark.parametrize(
        "value",
        ["{", "[]", '{"name": "Staff", "permit": [{"colour": "red"}]}', '{"name": "Staff"}'],
    )
    def test_a_policy_that_cannot_be_read_permits_nobody_and_is_listed(self, value, server, damage):
        damage("access_control_policies", "policy", value, name="Staff")

        listed, shown = server.run("access", "list"), server.run_json("access", "list")
        tried = server.run("access", "test", SHOP, "--user", ALICE)
        page = server.browser().administrator().get("/admin/access")

        assert listed.exit_code == 0
        assert "cannot be read [unreadable_policy]" in listed.stdout
        assert error_of(shown[-1]) == ("unreadable_policy", UPGRADE)
        assert shown[-1]["trusts"] == [SHOP]
        assert (tried.exit_code, "the policy 'Staff' cannot be read" in tried.stdout) == (1, True)
        assert (page.status_code, "[unreadable_policy]" in page.text) == (200, True)
        assert findings(server)["unreadable_policy"].level == "broken"

    def test_an_unreadable_policy_is_mended_by_setting_it_again(self, server, damage, tmp_path):
        damage("access_control_policies", "policy", "{", name="Staff")
        file = tmp_path / "staff.toml"
        file.write_text('[[permit]]\ngroups = ["Staff"]\n')

        assert server.run("access", "show", "Staff").stderr.endswith("[unreadable_policy]\n")
        assert server.run("access", "set", "Staff", str(file)).exit_code == 0
        assert server.run("access", "test", SHOP, "--user", ALICE).exit_code == 0

    @pytest.mark.parametrize(
        ("name", "value"), [(name, value) for name, values in GLOBAL.items() for value in values]
    )
    def test_a_rule_for_all_that_cannot_be_read_asks_everybody_for_the_second_factor(
        self, name, value, server, damage
    ):
        assert "SAMLResponse" in server.browser().sign_in(WIKI).text
        damage("policies", "value", value, name=name)

        page = server.browser().sign_in(WIKI)
        overview = server.browser().administrator().get("/admin/access")
        tried = server.run_json("access", "test", WIKI, "--user", ALICE)

        assert "SAMLResponse" not in page.text
        assert page.status_code in (200, 403)
        assert (overview.status_code, "[unreadable_policy]" in overview.text) == (200, True)
        assert tried["second_factor"]
        assert "cannot be read" in tried["second_factor_by"][0]
        assert findings(server)["unreadable_policy"].level == "broken"

    def test_a_rule_for_all_is_mended_by_setting_it_again(self, server, damage):
        damage("policies", "value", "{", name="second_factor")

        told = server.run("access", "mfa")

        assert told.stderr.endswith("[unreadable_policy]\n")
        assert "tallystick access mfa" in told.stderr
        assert server.run("access", "mfa", "never").exit_code == 0
        assert "SAMLResponse" in server.browser().sign_in(WIKI).text

    @pytest.mark.parametrize("value", ["{", '"x"', "[1]"])
    def test_adapters_whose_list_cannot_be_read_are_listed_and_not_used(
        self, value, server, damage
    ):
        server.run("sp", "set", WIKI, "second_factor=always")
        damage("policies", "value", value, name="enabled_providers")

        listed = server.run("adapters", "list")
        page = server.browser().sign_in(WIKI)

        assert (listed.exit_code, "Again" in listed.stdout) == (0, True)
        assert "tallystick adapters enable" in listed.stderr
        assert (page.status_code, "MSIS7012" in page.text) == (400, True)
        assert findings(server)["unreadable_policy"].level == "broken"
        assert server.run("adapters", "enable", "AzureMfaAuthentication").exit_code == 0
        assert server.run("adapters", "list").stderr == ""


class TestMfaPolicies:
    """The policies about methods of the second factor."""

    def test_while_they_cannot_be_read_nobody_passes_and_the_doctor_says_how_to_mend_them(
        self, server, damage, tmp_path
    ):
        server.run("policy", "set", "SoftwareOath.state=disabled")
        exported = server.run_json("policy", "export")
        damage(
            "policies", "value", '{"version": 1, "SoftwareOath": 5}', name="authentication_methods"
        )

        assert server.run("policy", "show").stderr.endswith("[unreadable_policy]\n")
        assert findings(server)["unreadable_policy"].level == "broken"
        methods = server.run_json("user", "methods", ALICE)
        assert {each["reason"] for each in methods["allowed"].values()} == {"unreadable_policy"}
        file = tmp_path / "policy.json"
        file.write_text(json.dumps({key: exported[key] for key in exported if key != "version"}))
        assert server.run("policy", "import", str(file)).exit_code == 0
        assert server.run_json("policy", "export")["version"] > 1
        assert "unreadable_policy" not in findings(server)


class TestUsers:
    @pytest.fixture
    def no_groups(self, server, damage):
        damage("users", "groups", '["Staff"', upn=ALICE)
        return server

    def test_an_unreadable_user_is_listed_and_refused(self, no_groups):
        listed, shown = no_groups.run("user", "list"), no_groups.run_json("user", "list")

        assert "cannot be read [unreadable_user]" in listed.stdout
        assert [user["disabled"] for user in shown] == [True, True]
        assert [user.get("error") for user in shown] == ["unreadable_user", None]
        assert "SAMLResponse" not in no_groups.browser().sign_in(WIKI).text
        assert findings(no_groups)["unreadable_user"].level == "broken"

    def test_an_unreadable_user_can_be_removed_and_others_added(self, no_groups):
        services = no_groups.services()

        services.directory.add("carol@example.test", "a password of hers")
        services.directory.remove(ALICE)

        assert "unreadable_user" not in findings(no_groups)

    def test_addresses_that_cannot_be_read_are_familiar_no_more(self, server, damage):
        damage("account_activity", "addresses", "nowhere", name=ALICE)
        services = server.services()

        check = services.directory.check_password(
            ALICE, "correct horse battery", Origin(("203.0.113.9",))
        )

        assert check.user is not None
        assert server.column("account_activity", "addresses", "name", ALICE) == '["203.0.113.9"]'


def test_a_node_whose_build_cannot_be_read_is_shown_and_can_be_set(server, damage):
    damage("nodes", "build", "Windows Server 2031", name="sts1")

    listed = server.run("server", "list")
    page = server.browser().administrator().get("/admin/farm")

    assert (listed.exit_code, "not_a_build" in listed.stdout) == (0, True)
    assert (page.status_code, "Windows Server 2031" in page.text) == (200, True)
    assert "SAMLResponse" in server.browser().sign_in(WIKI).text
    assert findings(server)["not_a_build"].level == "broken"
    assert server.run("server", "set", "sts1", "20348.350").exit_code == 0


@pytest.mark.parametrize("value", ["", '{"reasons": "x"}', '{"reasons": [], "valid_until": 5}'])
def test_a_pending_update_that_cannot_be_read_is_not_accepted(value, server, damage):
    damage("refreshes", "held", value, entity_id=SHOP)

    shop = server.run_json("sp", "list")[2]

    assert any("cannot be read: refresh it again" in each for each in shop["warnings"])
    assert server.run("sp", "refresh", SHOP, "--accept").stderr.endswith("[nothing_held]\n")
    assert findings(server)["unreadable_update"].level == "warning"


@pytest.mark.parametrize(
    ("column", "value"),
    [("sessions", "["), ("sessions", '["root"]'), ("asked_by", "{}"), ("asked_by", "x")],
)
def test_a_log_out_that_cannot_be_read_is_over(column, value, server, damage):
    damage("log_outs", column, value, id="log-out")

    assert server.services().log_outs.find("log-out") is None


def test_an_outcome_that_only_a_later_version_knows_is_no_success(server, damage):
    damage("session_participants", "outcome", "timed_out", session="root")

    (participant,) = server.services().log_outs.participants([ALICE], ["root"])

    assert participant.outcome == "failed"
