"""One stored row that cannot be read: it is shown as what it is, and breaks no list and no other.

A row is damaged, or a newer version has put into it what this one must not pass over.
"""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from support.databases.damaged_rows import UPGRADE, error_of, findings
from support.databases.stored_rows import LIBRARY, SHOP, WIKI
from support.service_providers.metadata_parts import metadata

from adapter.errors import TallystickError
from idp.federation.relying_party.trust import UnreadableTrust
from idp.management.metadata.monitor import Monitor

DAMAGES = {
    # column            what stands there
    "settings":         "{",
    "service_provider": '{"entity_id": 5}',
    "terms":            '{"valid_until": "yesterday"}',
}  # fmt: skip
"""What else may be wrong with each is in tests/store/test_trust_rows.py."""


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


def test_an_unreadable_trust_is_listed_as_unreadable(damaged):
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
    assert "SAMLResponse" in browser.sign_in(LIBRARY).text

    page = browser.get("/adfs/ls/idpinitiatedsignon.aspx")

    assert page.status_code == 200
    assert quote(LIBRARY, safe="/") in page.text
    assert quote(WIKI, safe="/") not in page.text


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


def test_a_trust_that_cannot_be_read_says_so_wherever_it_is_asked_for(one):
    trusts = one.services().trusts

    for ask in (trusts.find, trusts.existing):
        with pytest.raises(UnreadableTrust, match="settings: it is not JSON"):
            ask(WIKI)
    assert isinstance(trusts.list_all()[1], TallystickError)
    assert [trust.entity_id for trust in trusts.list()] == [LIBRARY, SHOP]
