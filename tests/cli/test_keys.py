"""``tallystick keys``: roles change by command, and a server that runs is told by the files."""

from __future__ import annotations

import json

import pytest
from cryptography import x509
from support.service_providers.metadata_parts import SP_ID, metadata

from idp.audit.changes import ChangeQuery
from idp.config.reading import load
from idp.federation.token_signing.configured import open_signing_keys
from idp.federation.token_signing.private_files import write_private_file


@pytest.fixture
def current(farm_folder):
    """The keys as a server that runs sees them."""
    return open_signing_keys(load(farm_folder / "tallystick.toml")).current


def listed(done) -> list[dict[str, str]]:
    return json.loads(done("keys", "list", "--json"))


def test_times_have_the_format_of_all_json_output(done, current):
    [key] = listed(done)
    assert key["valid_until"] == f"{current().primary.facts.not_after:%Y-%m-%dT%H:%M:%SZ}"


def test_keys_are_rolled_promoted_and_retired(done, current):
    first = current().primary.facts.thumbprint

    done("keys", "roll", "--kind", "ecdsa")
    assert [key["role"] for key in listed(done)] == ["primary", "secondary"]
    assert [key["kind"] for key in listed(done)] == ["rsa", "ecdsa"]
    assert current().primary.facts.thumbprint == first

    second = listed(done)[1]["thumbprint"]
    assert second[:16] in done("keys", "promote", second[:16])
    assert current().primary.facts.thumbprint == second

    done("keys", "retire", first)
    assert [key["thumbprint"] for key in listed(done)] == [second]


def test_an_urgent_roll_signs_at_once(done, current):
    before = current().primary.facts.thumbprint

    done("keys", "roll", "--urgent", "--kind", "ecdsa")

    assert current().primary.facts.thumbprint != before


def test_the_table_shows_role_kind_and_validity(done):
    head, line = done("keys", "list").splitlines()

    assert head.split("\t")[:3] == ["role", "kind", "thumbprint"]
    assert line.split("\t")[:2] == ["primary", "rsa"]


def test_the_key_that_signs_is_not_retired(refused, current):
    assert "[key_signs]" in refused("keys", "retire", current().primary.facts.thumbprint)
    assert "[no_such_key]" in refused("keys", "promote")


@pytest.mark.parametrize("source", ["file", "variable"])
def test_the_passphrase_comes_from_a_file_or_a_variable(
    done, refused, farm_folder, monkeypatch, source
):
    settings = (farm_folder / "tallystick.toml").read_text()
    done("keys", "roll", "--urgent", "--kind", "ecdsa")
    done("keys", "retire")
    names = listed(done)[0]["file"]
    _encrypt(farm_folder / names.rpartition("/")[2], b"correct horse")
    refused("keys", "list")

    if source == "file":
        write_private_file(farm_folder / "passphrase", b"correct horse\n")
        (farm_folder / "tallystick.toml").write_text(
            settings + '\n[keys]\npassphrase_file = "passphrase"\n'
        )
    else:
        monkeypatch.setenv("TALLYSTICK__KEYS__PASSPHRASE", "correct horse")

    assert len(listed(done)) == 1
    done("keys", "roll")
    assert "ENCRYPTED" in (farm_folder / "signing-3.key").read_text()


def _encrypt(path, passphrase: bytes) -> None:
    from cryptography.hazmat.primitives import serialization as pem

    key = pem.load_pem_private_key(path.read_bytes(), None)
    path.write_bytes(
        key.private_bytes(
            pem.Encoding.PEM,
            pem.PrivateFormat.PKCS8,
            pem.BestAvailableEncryption(passphrase),
        )
    )


def test_each_step_by_command_leaves_the_entry_that_a_page_leaves(done, services):
    entries = []
    for command in (("roll", "--kind", "ecdsa"), ("promote",), ("retire",)):
        done("keys", *command)
        (entry,) = services.changes.store.newest(ChangeQuery(), 1)
        entries.append((entry.verb, sorted(entry.before), sorted(entry.after)))

    assert entries == [
        ("key.roll", [], ["secondary"]),
        ("key.promote", ["primary", "secondary"], ["primary", "secondary"]),
        ("key.retire", ["secondary"], []),
    ]


def test_the_rollover_is_shown_with_its_steps(done, services):
    services.trusts.add(metadata().encode())

    steps = done("keys", "rollover")

    assert steps.splitlines()[1].startswith(
        "now\tPublish the next certificate\ttallystick keys roll"
    )
    assert "Applications with metadata from a file: 1." in steps
    assert SP_ID in steps
    assert json.loads(done("keys", "rollover", "--json"))["phase"] == "settled"


def test_a_certificate_is_exported_as_pem_and_der(done, tally, farm_folder, refused):
    [key] = listed(done)
    pem = done("keys", "export", key["thumbprint"][:8])
    done("keys", "export", key["sha1"], "--der", "--out", "signing.cer")

    der = (farm_folder / "signing.cer").read_bytes()
    assert x509.load_der_x509_certificate(der) == x509.load_pem_x509_certificate(pem.encode())
    assert tally("keys", "export", "--der").stdout_bytes == der
    assert done("keys", "export", "primary") == pem
    assert refused("keys", "export", "secondary").endswith("[no_such_key]\n")
    assert refused("keys", "export", "00000000").endswith("[no_such_key]\n")
