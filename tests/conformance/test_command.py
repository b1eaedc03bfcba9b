"""``tallystick conformance`` against the test service provider, over HTTP."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from lxml import etree

from idp.cli import main


@pytest.fixture
def conformance(federation, service_provider, monkeypatch, tmp_path):
    """Run the command on the running server: ``conformance(*more)``."""
    services = federation.services
    monkeypatch.setenv("TALLYSTICK__STORE__URL", services.config.store.url)
    monkeypatch.chdir(tmp_path)
    config = services.config.keys.signing_key.parent / "tallystick.toml"
    url = service_provider.url

    def run(*more: str, user: str = federation.user.name, typed: str = federation.user.password):
        words = ["conformance", service_provider.entity_id, "-c", str(config), "--user", user]
        words += ["--login-url", f"{url}login", "--password-stdin", *more]
        return CliRunner().invoke(main, words, input=f"{typed}\n")

    return run


def easy(federation, service_provider) -> None:
    federation.services.trusts.change_from_text(
        service_provider.entity_id, {"second_factor": "never"}
    )


def test_the_faults_are_judged_and_reported(conformance, federation, service_provider, tmp_path):
    easy(federation, service_provider)
    only = ("audience_wrong", "both_signed", "log_out_unsigned", "xsw3", "encrypted")
    chosen = [word for code in only for word in ("--only", code)]
    files = ("--json", "r.json", "--junit", "r.xml", "--html", "r.html")

    done = conformance("--probe-url", service_provider.url, *files, *chosen)

    assert done.exit_code == 0, done.output
    assert "4 pass, 0 fail, 1 not decided" in done.output
    report = json.loads((tmp_path / "r.json").read_text())
    by_code = {each["code"]: each for each in report["results"]}
    assert by_code.keys() == set(only)
    assert "_fault-audience_wrong-" in by_code["audience_wrong"]["evidence"]["sent"]
    assert by_code["encrypted"]["note"].endswith("are not encrypted.")
    assert len(etree.parse("r.xml").getroot()) == 6
    assert "<title>Passed" in (tmp_path / "r.html").read_text()
    assert federation.services.next_faults.due() == []


def test_the_running_server_says_that_it_allows_faults(
    conformance, federation, service_provider, monkeypatch
):
    """As one does that was started with --allow-faults, with a file that says nothing of it."""
    easy(federation, service_provider)
    monkeypatch.setenv("TALLYSTICK__TESTING__ALLOW_FAULTS", "false")

    done = conformance("--probe-url", service_provider.url, "--only", "audience_wrong")

    assert done.exit_code == 0, done.output + done.stderr


def test_a_probe_that_shows_nothing_is_said_before_the_first_fault(
    conformance, federation, service_provider
):
    easy(federation, service_provider)

    refused = conformance("--probe-url", service_provider.url, "--probe-text", "Nobody Knows")

    assert refused.exit_code == 1
    assert "does not show the user" in refused.stderr
    assert "--probe-text" in refused.stderr


def test_a_sign_in_that_asks_the_phone_says_what_to_do(conformance, service_provider):
    refused = conformance("--probe-url", service_provider.url)

    assert refused.exit_code == 1
    assert "second_factor=never" in refused.stderr


def test_a_sign_in_that_asks_for_a_code_gets_one(
    conformance, federation, service_provider, tmp_path
):
    user = federation.add_user(phone=None, totp=True)
    (tmp_path / "secret").write_text(f"{user.totp_secret}\n")

    done = conformance(
        "--probe-url", service_provider.url, "--only", "audience_wrong", "--only", "both_signed",
        "--totp-secret-file", "secret", user=user.name,
    )  # fmt: skip

    assert done.exit_code == 0, done.output + done.stderr
    assert "2 pass" in done.output


def test_a_harmless_variation_that_is_refused_fails(conformance, federation, service_provider):
    """The trust has lost its address, so that even a correct variation reaches nobody."""
    easy(federation, service_provider)
    federation.services.trusts.change_from_text(
        service_provider.entity_id, {"signature_algorithm": "rsa-sha1"}
    )

    done = conformance("--probe-url", service_provider.url, "--only", "both_signed")

    assert done.exit_code == 1
    assert "does not show the user" in done.stderr
