"""The settings on their page and by REST: as ``tallystick config show --origin`` has them."""

from __future__ import annotations

import dataclasses
import json

import pytest
from pydantic import SecretStr

from idp.config.schema import Config
from idp.config.sources import settings_of
from idp.management.settings import settings_in_force

SECRET = "a-secret-that-nobody-sees"


@pytest.fixture
def file(farm_folder):
    return farm_folder / "tallystick.toml"


def rows(script, text: str = "") -> dict[str, dict]:
    answer = script("GET", f"/admin/api/settings?q={text}")
    return {each["name"]: each for each in answer.json["settings"]}


def test_page_and_rest_show_every_setting_as_the_command_does(script, administrator, file):
    page = administrator.see("/admin/settings").text
    shown = rows(script)

    assert [
        (each["name"], each["value"], each["origin"], each["meaning"]) for each in shown.values()
    ] == [
        (each.name, each.value, each.origin, each.meaning.replace("``", ""))
        for each in settings_of(file)
    ]
    for each in shown.values():
        assert each["variable"] in page
        assert f"<code>{each['name'].partition('.')[2]}</code>" in page


def test_every_setting_says_what_it_means(file):
    assert [each.name for each in settings_of(file) if not each.meaning] == []


def test_a_setting_of_the_file_names_its_line_and_one_of_a_variable_its_variable(
    script, file, monkeypatch
):
    monkeypatch.setenv("TALLYSTICK__SERVE__PORT", "8443")
    lines = file.read_text().splitlines()
    line = next(n for n, text in enumerate(lines, 1) if text.startswith("allow_http"))

    assert rows(script)["trusts.allow_http"]["origin"] == f"{file}:{line}"
    assert rows(script)["serve.port"]["origin"] == "$TALLYSTICK__SERVE__PORT"


def test_what_was_changed_since_the_start_waits_for_a_restart(script, administrator, file):
    file.write_text(file.read_text() + "\n[admin]\nproofs_minutes = 7\n")

    row = rows(script)["admin.proofs_minutes"]

    assert (row["value"], row["after_restart"], row["waits_for_restart"]) == (5, 7, True)
    page = administrator.see("/admin/settings").text
    assert "1 setting waits for a restart of the server." in page
    assert "After a restart: <code>7</code>" in page


def test_a_file_that_cannot_be_read_any_more_is_told_with_the_settings_in_force(
    script, administrator, file
):
    file.write_text(f'[mail]\npassword = "{SECRET}"\nnonsense = 1\n')

    answer = script("GET", "/admin/api/settings").json

    assert "nonsense" in answer["problem"]
    assert {each["origin"] for each in answer["settings"]} == {"unknown"}
    assert SECRET not in json.dumps(answer)
    page = administrator.see("/admin/settings").text
    assert "The server would not start again:" in page
    assert SECRET not in page


def test_the_list_is_filtered_by_words_of_name_value_origin_or_meaning(script, administrator):
    assert set(rows(script, "proofs_minutes")) == {"admin.proofs_minutes"}
    assert "serve.port" in rows(script, "8080")
    assert "sign_in.session_minutes" in rows(script, "SSOLIFETIME")
    assert set(rows(script, "[lockout] extranet")) <= {
        name for name in rows(script) if name.startswith("lockout.")
    }
    assert "No setting contains this text." in administrator.see("/admin/settings?q=zzz").text
    odd = administrator.see('/admin/settings?q="><script>').text
    assert '"><script>' not in odd


def test_no_secret_is_shown(services, monkeypatch):
    monkeypatch.setenv("TALLYSTICK__KEYS__PASSPHRASE", SECRET)
    keys = services.config.keys.model_copy(update={"passphrase": SecretStr(SECRET)})
    store = services.config.store.model_copy(update={"url": f"postgresql://tally:{SECRET}@db/x"})
    config = services.config.model_copy(update={"keys": keys, "store": store})

    found = settings_in_force(dataclasses.replace(services, config=config))

    assert SECRET not in json.dumps([row.as_json() for row in found.rows])


def test_a_server_that_a_program_has_configured_says_so(services):
    config = Config(server=services.config.server)

    found = settings_in_force(dataclasses.replace(services, config=config))

    assert (found.file, found.problem) == ("", "")
    assert {row.setting.origin for row in found.rows} == {"program"}
    assert not any(row.waits for row in found.rows)


def test_what_the_demo_or_a_test_switches_waits_for_no_restart(services):
    sign_in = services.config.sign_in.model_copy(update={"password_reset": True})
    config = services.config.model_copy(update={"sign_in": sign_in})

    found = settings_in_force(dataclasses.replace(services, config=config))

    row = next(row for row in found.rows if row.setting.name == "sign_in.password_reset")
    assert (row.value, row.setting.origin, row.waits) == (True, "program", False)


def test_the_help_desk_has_no_settings(signed_in_as):
    assert signed_in_as("help_desk").see("/admin/settings").status_code == 403
