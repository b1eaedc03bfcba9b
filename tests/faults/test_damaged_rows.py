"""One stored row that cannot be read: it is shown as what it is, and breaks no list and no other.

A row is damaged, or a newer version has put into it what this one must not pass over.
"""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from support.databases.stored_rows import ALICE, LIBRARY, SHOP, WIKI, write_rows
from support.service_providers.metadata_parts import metadata

from adapter.errors import TallystickError
from idp import logs
from idp.directory.lockout import Origin
from idp.doctor.examination import examine
from idp.doctor.findings import Environment
from idp.federation.relying_party.trust import UnreadableTrust
from idp.management.metadata.monitor import Monitor

DAMAGES = {
    # column            what stands there
    "settings":         "{",
    "service_provider": '{"entity_id": 5}',
    "terms":            '{"valid_until": "yesterday"}',
}  # fmt: skip
"""What else may be wrong with each is in tests/store/test_trust_rows.py."""

GLOBAL = {
    # name                               values that cannot be read
    "second_factor":                     ("", '"sometimes"', "null", '["always"]'),
    "additional_authentication_rules":   ('"', "5", '"=> do(this);"'),
}  # fmt: skip


@pytest.fixture
def server(stored_server):
    """A server on which three trusts, two users and a policy are stored."""
    write_rows(stored_server.services(), stored_server.clock, stored_server.folder)
    return stored_server


@pytest.fixture
def damage(server):
    """Write into a column of one row, as nobody should."""

    def damage(table: str, column: str, value: str, **key: str) -> None:
        (name, of), *_ = key.items()
        stamp = ", stamp = 'damaged'" if table == "trusts" else ""
        server.execute(
            f'UPDATE {table} SET "{column}" = :value{stamp} WHERE {name} = :of',  # noqa: S608 -- ours
            value=value,
            of=of,
        )
        if table in ("policies", "access_control_policies"):
            server.execute("UPDATE policies SET value = 'damaged' WHERE name = 'stamp'")

    return damage


@pytest.fixture(params=DAMAGES)
def damaged(request, server, damage):
    """The server, on which one of its trusts cannot be read."""
    damage("trusts", request.param, DAMAGES[request.param], entity_id=WIKI)
    return server


@pytest.fixture
def one(server, damage):
    """The same, with one damage for all of them."""
    damage("trusts", "settings", "{", entity_id=WIKI)
    return server


def findings(server):
    world = Environment(resolve=lambda _host: None)
    found = {finding.code: finding for finding in examine(server.folder / "tallystick.toml", world)}
    logs.configure()  # the doctor has it write to where nobody reads
    return found


def error_of(entry):
    return entry["error"], entry["remedy"].partition(";")[0]


UPGRADE = "Upgrade this node if another one runs a newer version"


def test_a_trust_that_cannot_be_read_is_listed_as_that(damaged):
    listed = damaged.run("sp", "list")
    as_json = damaged.run_json("sp", "list")

    assert listed.exit_code == 0
    _, library, wiki, shop = (line.split("\t") for line in listed.stdout.splitlines())
    assert (library[0], shop[0]) == (LIBRARY, SHOP)
    assert wiki[:2] == [WIKI, "cannot be read"]
    assert "tallystick sp remove" in wiki[-1]
    assert wiki[-1].endswith("[unreadable_trust]")
    assert [trust["entity_id"] for trust in as_json] == [LIBRARY, WIKI, SHOP]
    assert error_of(as_json[1]) == ("unreadable_trust", UPGRADE)
    assert "settings" in as_json[0]


def test_an_unreadable_trust_is_listed_over_the_web_too(damaged):
    visitor = damaged.browser().administrator()

    api = visitor.api("trusts")
    pages = [visitor.get(path) for path in ("/admin/trusts", "/admin/access", "/admin/")]
    searched = visitor.get(f"/admin/trusts?q={quote(WIKI)}")

    assert [trust["entity_id"] for trust in api.json] == [LIBRARY, WIKI, SHOP]
    assert error_of(api.json[1]) == ("unreadable_trust", UPGRADE)
    assert [page.status_code for page in pages] == [200] * 3
    for page in (*pages[:2], searched):
        assert WIKI in page.text
        assert "cannot be read" in page.text
        assert "[unreadable_trust]" in page.text
        assert "tallystick sp add" in page.text
    assert SHOP in pages[0].text
    assert SHOP not in searched.text


def test_the_page_of_applications_leaves_an_unreadable_trust_out_and_offers_the_others(damaged):
    browser = damaged.browser()

    page = browser.get("/adfs/ls/idpinitiatedsignon.aspx")

    assert page.status_code == 200
    assert quote(LIBRARY, safe="/") in page.text
    assert quote(WIKI, safe="/") not in page.text
    assert "SAMLResponse" in browser.sign_in(LIBRARY).text


def test_a_sign_in_at_an_unreadable_trust_is_refused_with_a_code(damaged, capsys):
    page = damaged.browser().sign_in(WIKI)

    assert page.status_code == 400
    assert "MSIS7012" in page.text
    assert "settings" not in page.text
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    failed = [line for line in lines if line["event"] == "sign_in_failed"]
    assert [line["code"] for line in failed] == ["unreadable_trust"]


def test_the_doctor_finds_an_unreadable_trust(damaged):
    found = findings(damaged)["unreadable_trust"]

    assert found.level == "broken"
    assert WIKI in found.problem
    assert "tallystick sp add" in found.remedy


def test_an_unreadable_trust_can_be_removed(damaged):
    assert damaged.run("sp", "remove", WIKI).exit_code == 0

    assert [trust["entity_id"] for trust in damaged.run_json("sp", "list")] == [LIBRARY, SHOP]


def test_adding_the_metadata_again_mends_an_unreadable_trust(damaged, tmp_path):
    path = tmp_path / "wiki.xml"
    path.write_text(metadata(WIKI, "https://wiki.example.test/acs"))

    preview = damaged.run_json("sp", "add", str(path), "--dry-run")
    added = damaged.run("sp", "add", str(path))

    assert preview["new"]
    assert added.exit_code == 0
    assert '"event": "trust_repaired"' in added.stderr
    assert [trust.get("error") for trust in damaged.run_json("sp", "list")] == [None] * 3
    damaged.run("sp", "set", WIKI, "second_factor=never")
    assert "SAMLResponse" in damaged.browser().sign_in(WIKI).text


@pytest.mark.parametrize(
    ("column", "lifetime"), [("settings", 60), ("service_provider", 30), ("terms", 30)]
)
def test_adding_the_metadata_again_keeps_the_settings_that_can_be_read(
    column, lifetime, server, damage, tmp_path
):
    path = tmp_path / "wiki.xml"
    path.write_text(metadata(WIKI))
    damage("trusts", column, "{", entity_id=WIKI)

    server.run("sp", "add", str(path))

    settings = server.run_json("sp", "show", WIKI)["settings"]
    assert settings["token_lifetime"] == lifetime


def test_adding_the_metadata_again_keeps_the_certificate_that_must_sign_it(
    server, damage, tmp_path
):
    path = tmp_path / "wiki.xml"
    path.write_text(metadata(WIKI))
    damage("trusts", "terms", '{"signed_by": "TUlJQg=="}', entity_id=WIKI)
    damage("trusts", "settings", "{", entity_id=WIKI)

    assert server.run("sp", "add", str(path)).exit_code == 1


def test_an_unreadable_trust_is_neither_shown_nor_changed_nor_refreshed(one):
    for verb in (("show",), ("refresh",), ("set", "token_lifetime=5")):
        result = one.run("sp", verb[0], WIKI, *verb[1:])
        assert result.exit_code == 1
        assert result.stderr.endswith("[unreadable_trust]\n")
    visitor = one.browser().administrator()
    path = f"trusts/{quote(WIKI, safe='')}"
    assert visitor.get(f"/admin/trusts/one?id={quote(WIKI)}").status_code == 422
    assert visitor.api(path).json["error"] == "unreadable_trust"
    assert visitor.api(path, "PUT", json={"token_lifetime": 5}).status_code == 422
    assert one.column("trusts", "settings", "entity_id", WIKI) == "{"


def test_an_unreadable_trust_can_be_removed_by_rest(one):
    visitor = one.browser()

    assert visitor.api(f"trusts/{quote(WIKI, safe='')}", "DELETE").status_code == 204


def test_the_metadata_folder_does_not_give_an_unreadable_trust_default_settings(one):
    (one.folder / "trusts").mkdir()
    (one.folder / "trusts" / "wiki.xml").write_text(metadata(WIKI))
    toml = one.folder / "tallystick.toml"
    toml.write_text(toml.read_text().replace("allow_http", 'metadata_dir = "trusts"\nallow_http'))

    one.browser()

    assert one.column("trusts", "settings", "entity_id", WIKI) == "{"


def test_other_trusts_are_refreshed_beside_an_unreadable_one(server, damage):
    damage("trusts", "settings", "{", entity_id=SHOP)
    server.clock.advance(days=1)

    assert Monitor(server.services()).refresh_due() == ()
    assert server.services().refreshes.state(SHOP) is not None


def test_a_log_out_goes_on_past_an_unreadable_trust(one):
    browser = one.browser()
    browser.sign_in(LIBRARY)

    assert browser.get("/adfs/ls/signout").status_code == 200
    assert browser.post("/adfs/ls/signout").status_code == 200


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
    page = server.browser().administrator().get("/admin/")

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

    (participant,) = server.services().log_outs.participants(["root"])

    assert participant.outcome == "failed"


def test_a_trust_that_cannot_be_read_says_so_wherever_it_is_asked_for(one):
    trusts = one.services().trusts

    for ask in (trusts.find, trusts.existing):
        with pytest.raises(UnreadableTrust, match="settings: it is not JSON"):
            ask(WIKI)
    assert isinstance(trusts.list_all()[1], TallystickError)
    assert [trust.entity_id for trust in trusts.list()] == [LIBRARY, SHOP]
