"""``tallystick sp``."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager

import pytest
from support.service_providers.metadata_parts import SP_ID as ID
from support.service_providers.metadata_parts import metadata
from werkzeug import Request, Response
from werkzeug.serving import make_server

from idp.federation.relying_party.settings import settings_help
from idp.federation.relying_party.weak_settings import SHA1


@pytest.fixture
def metadata_file(farm_folder):
    path = farm_folder / "sp.xml"
    path.write_text(metadata())
    return path


@pytest.fixture
def trust_id(metadata_file, done):
    done("sp", "add", "sp.xml")
    return ID


@pytest.fixture
def private_networks_allowed(farm_folder):
    path = farm_folder / "tallystick.toml"
    path.write_text(f"{path.read_text()}allow_private_addresses = true\n")


@contextmanager
def serving(content: str):
    server = make_server("127.0.0.1", 0, Request.application(lambda _: Response(content)))
    thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}/metadata"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def shown(done, entity_id: str = ID) -> dict:
    return json.loads(done("sp", "show", entity_id, "--json"))


def test_a_file_becomes_a_trust(metadata_file, done):
    assert done("sp", "add", "sp.xml").startswith(f"{ID} is trusted")

    trust = shown(done)
    assert trust["entity_id"] == ID
    assert trust["settings"]["second_factor"] == "global"
    assert trust["metadata"]["assertion_consumer_services"][0]["location"] == (
        "https://sp.example.test/acs"
    )


def test_the_same_entity_id_again_updates_the_trust_and_keeps_its_settings(
    trust_id, metadata_file, done
):
    done("sp", "set", trust_id, "second_factor=never")
    metadata_file.write_text(metadata(acs_url="https://sp.example.test/new"))

    done("sp", "add", "sp.xml")

    assert len(json.loads(done("sp", "list", "--json"))) == 1
    assert shown(done)["settings"]["second_factor"] == "never"
    assert "https://sp.example.test/new" in json.dumps(shown(done))


def test_list_and_show_are_readable(trust_id, done):
    header, row = (line.split("\t") for line in done("sp", "list").splitlines())
    fields = dict(line.split(None, 1) for line in done("sp", "show", trust_id).splitlines() if line)

    assert header[:5] == ["entity id", "name", "enabled", "second factor", "access control"]
    assert row[:5] == [ID, ID, "yes", "global", "Permit everyone"]
    assert fields["settings.access_control_policy"] == "Permit everyone"
    assert fields["settings.token_lifetime"] == "60"


def test_set_changes_settings_all_or_none(trust_id, done, refused):
    done("sp", "set", trust_id, "second_factor=always", "token_lifetime=30")
    line = refused("sp", "set", trust_id, "token_lifetime=40", "second_factor=sometimes", "x=1")

    assert "second_factor" in line
    assert "x: there is no such setting" in line
    assert shown(done)["settings"]["token_lifetime"] == 30


def test_names_of_ad_fs_are_taken_and_ours_are_shown(trust_id, farm_folder, done, refused):
    (farm_folder / "rules.toml").write_text('[[issuance_transform_rules]]\npass = "upn"\n')

    done("sp", "set", trust_id, "additional_authentication=never")
    done("sp", "set", trust_id, "issuance_transform_rules=@rules.toml")
    line = refused(
        "sp", "set", trust_id, "additional_authentication=always", "second_factor=always"
    )

    settings = shown(done)["settings"]
    assert (settings["second_factor"], settings["claim_rules"]) == ("never", [{"pass": "upn"}])
    assert not {"additional_authentication", "issuance_transform_rules"} & settings.keys()
    assert "give second_factor or additional_authentication" in line
    done("sp", "claims", "remove", trust_id)
    done("sp", "claims", "set", trust_id, "rules.toml")
    assert shown(done)["settings"]["claim_rules"] == [{"pass": "upn"}]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("mfa_freshness=15", "15"),
        ("always_require_authentication=true", "true"),
        ("authentication_context=entra", "entra"),
        ("name_id_format=none", "none"),
    ],
)
def test_a_setting_that_was_set_is_shown(change, told, trust_id, done):
    done("sp", "set", trust_id, change)

    fields = dict(line.split(None, 1) for line in done("sp", "show", trust_id).splitlines() if line)
    assert fields[f"settings.{change.partition('=')[0]}"] == told


def test_a_fixed_attribute_may_have_several_values(trust_id, done):
    name = "https://sp.example.test/role"

    done("sp", "set", trust_id, f'attributes.{name}=["staff", "{{group}}"]')

    assert shown(done)["settings"]["attributes"] == {name: ["staff", "{group}"]}


@pytest.mark.parametrize("change", ["second_factor", ""])
def test_an_argument_that_is_not_key_and_value_is_wrong_usage(change, trust_id, tally):
    assert tally("sp", "set", trust_id, change).exit_code == 2


def test_help_of_set_lists_every_setting_with_its_default(tally):
    text = " ".join(tally("sp", "set", "--help").stdout.split())

    for each in settings_help():
        assert each.name in text
        assert f"{each.description} (default: {each.default or 'not set'})" in text


def test_a_removed_trust_is_gone(trust_id, done, refused):
    done("sp", "remove", trust_id)

    assert done("sp", "list", "--json") == "[]\n"
    assert refused("sp", "show", trust_id).endswith("[unknown_trust]\n")
    assert refused("sp", "remove", trust_id).endswith("[unknown_trust]\n")
    assert refused("sp", "set", trust_id, "enabled=false").endswith("[unknown_trust]\n")


def test_a_file_that_is_not_there_or_no_metadata_is_refused(refused, farm_folder):
    assert refused("sp", "add", "none.xml").endswith("[metadata_source]\n")
    assert "[metadata_source]" in refused("sp", "add", ".")
    (farm_folder / "page.xml").write_text("<html/>")
    assert "metadata" in refused("sp", "add", "page.xml")


def test_metadata_is_fetched_from_a_url_that_the_configuration_allows(
    done, private_networks_allowed
):
    with serving(metadata()) as url:
        done("sp", "add", url)

    assert shown(done)["source"] == url


def test_an_error_about_a_setting_is_told_also_if_the_metadata_is_fetched(
    refused, private_networks_allowed
):
    with serving(metadata()) as url:
        assert "token_lifetime" in refused("sp", "add", url, "--set", "token_lifetime=soon")


def test_metadata_is_not_fetched_from_loopback_unless_the_configuration_allows_it(
    refused, services
):
    with serving(metadata()) as url:
        assert refused("sp", "add", url).endswith("[private_address]\n")

    assert services.trusts.list() == ()


def test_an_answer_that_is_not_metadata_is_not_shown(refused, private_networks_allowed, services):
    for content in (
        "secret of an inner page",
        "<secret/>",
        metadata("secret") + "secret",
        '<!DOCTYPE secret [<!ENTITY secret "secret">]><secret/>',
        metadata(acs_url="javascript:secret"),
    ):
        with serving(content) as url:
            assert "secret" not in refused("sp", "add", url)

    assert services.trusts.list() == ()


def test_sha1_is_warned_of_wherever_the_trust_is_seen(trust_id, tally, services):
    changed = tally("sp", "set", trust_id, "signature_algorithm=rsa-sha1")

    assert "SHA-1" in changed.stderr
    assert "SHA-1" in tally("sp", "show", trust_id).stderr
    assert "SHA-1" in tally("sp", "list").stdout
    assert "SHA-1" in json.loads(tally("sp", "list", "--json").stdout)[0]["warnings"][0]
    assert services.trusts.weakened_by(SHA1) == (trust_id,)
    assert "SHA-1" not in tally("sp", "set", trust_id, "signature_algorithm=rsa-sha256").output
    assert services.trusts.weakened_by(SHA1) == ()


def test_a_certificate_is_taken_from_a_file(trust_id, done, refused, farm_folder):
    done("sp", "set", trust_id, "encryption_certificate=@signing.crt")
    taken = shown(done)["settings"]["encryption_certificate"]

    assert taken in "".join((farm_folder / "signing.crt").read_text().splitlines())
    assert "[bad_certificate]" in refused("sp", "set", trust_id, "encryption_certificate=@sp.xml")
    done("sp", "set", trust_id, "encryption_certificate=")
    assert shown(done)["settings"]["encryption_certificate"] is None
