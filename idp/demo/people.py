"""The demo's sample users: one for each thing that a second factor may meet."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from idp.embedded.phones import CURRENT, OLD, PLATFORM, give_phone
from idp.federation.token_signing.key_files import read_private_file, write_private_file

if TYPE_CHECKING:
    from idp.services import Services

DOMAIN = "example.test"
GROUPS = ("Staff",)


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample user; ``phone`` is (platform, app version), None without one."""

    name: str
    phone: tuple[str, str] | None
    codes: bool
    about: str


SAMPLES = (
    #      name       phone                 codes  about
    Sample("phone1",  (PLATFORM, CURRENT),  False, "A phone with a current app: begin here"),
    Sample("phone2",  (PLATFORM, CURRENT),  False, "Another phone with a current app"),
    Sample("code",    None,                 True,  "No phone, only codes"),
    Sample("oldapp",  (PLATFORM, OLD),      False, "A phone whose app is too old to match numbers"),
    Sample("watch",   ("watchos", "1.0"),   False, "Only a wearable, which cannot match numbers"),
    Sample("nothing", None,                 False, "No second factor at all"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """A sample user as the demo tells of them; ``name`` is what is typed to sign in."""

    name: str
    password: str
    phone: Path | None
    totp_secret: str | None
    about: str

    def as_json(self) -> dict[str, Any]:
        """Return the fields as the demo's ``--json`` has them."""
        return {
            "name": self.name,
            "password": self.password,
            "phone": str(self.phone) if self.phone else None,
            "totp_secret": self.totp_secret,
            "about": self.about,
        }


def settle(
    services: Services, folder: Path, phones: Path, ca_file: str | None
) -> tuple[Person, ...]:
    """Return the sample users, after making those that are not in the directory yet.

    Their passwords and seeds are kept in *folder*, since the database does not know them.
    """
    secrets_of = _secrets(folder / "users.json")
    people = tuple(_person(sample, secrets_of[sample.name], phones) for sample in SAMPLES)
    for sample, person in zip(SAMPLES, people, strict=True):
        if services.directory.find(person.name) is None:
            services.directory.add(
                person.name, person.password, display_name=f"Sample {sample.name}", groups=GROUPS
            )
        if person.totp_secret and not services.mfa.codes.is_registered(person.name):
            services.mfa.codes.register(person.name, person.totp_secret)
        if sample.phone and person.phone and not person.phone.exists():
            platform, version = sample.phone
            give_phone(
                services,
                person.name,
                person.phone,
                platform=platform,
                app_version=version,
                ca_file=ca_file,
            )
    return people


def _person(sample: Sample, known: Mapping[str, str], phones: Path) -> Person:
    return Person(
        name=f"{sample.name}@{DOMAIN}",
        password=known["password"],
        phone=phones / f"{sample.name}.json" if sample.phone else None,
        totp_secret=known["totp_secret"] if sample.codes else None,
        about=sample.about,
    )


def _secrets(file: Path) -> dict[str, dict[str, str]]:
    if not file.exists():
        import pyotp

        made = {
            sample.name: {"password": _password(), "totp_secret": pyotp.random_base32()}
            for sample in SAMPLES
        }
        write_private_file(file, json.dumps(made, indent=2).encode())
    known: dict[str, dict[str, str]] = json.loads(read_private_file(file))
    return known


def _password() -> str:
    """Return a password that is easily typed from a screen: four syllables and two digits."""
    syllables = [secrets.choice("bdfgklmnprstvz") + secrets.choice("aeiou") for _ in range(6)]
    return f"{''.join(syllables[:3])}-{''.join(syllables[3:])}-{secrets.randbelow(90) + 10}"
