"""The demo's sample users: one for each situation that a second factor may meet."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from idp.authenticator.phonefile import PhoneFile
from idp.config.admin import AdminSection
from idp.embedded.phones import PHONE_KINDS, give_phone
from idp.federation.token_signing.private_files import read_private_file, replace_private_file

if TYPE_CHECKING:
    from idp.services import Services

DOMAIN = "example.test"
GROUPS = ("Staff",)
FURTHER_GROUPS = {
    "phone1": (AdminSection().administrators,),
    "phone2": (AdminSection().help_desk,),
    "both":   (AdminSection().auditors,),
}  # fmt: skip
"""Those who administer the demo at ``/admin/``."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What a sample user has: ``phone`` is one of ``idp.embedded.phones.PHONE_KINDS``."""

    name: str
    phone: str | None
    has_codes: bool
    about: str


SITUATIONS = (
    #         name       phone            codes  about
    Situation("phone1",  "phone-current", False, "A phone with a current app: begin here"),
    Situation("phone2",  "phone-current", False, "Another phone with a current app"),
    Situation("code",    None,            True,  "No phone, only codes"),
    Situation("oldapp",  "phone-old",     False, "A phone with an app too old to match numbers"),
    Situation("watch",   "wearable",      False, "Only a wearable, which cannot match numbers"),
    Situation("nothing", None,            False, "No second factor at all"),
    Situation("both",    "phone-current", True,  "A phone and codes: enough to reset the password"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SampleUser:
    """A sample user as the demo shows it; ``name`` is the user name to sign in with."""

    name: str
    password: str
    phone: Path | None
    totp_secret: str | None
    about: str

    def as_json(self) -> dict[str, Any]:
        """Return the fields as the demo's ``--json`` prints them."""
        return {
            "name": self.name,
            "password": self.password,
            "phone": str(self.phone) if self.phone else None,
            "totp_secret": self.totp_secret,
            "about": self.about,
        }


def create_sample_users(
    services: Services, folder: Path, ca_file: str | None
) -> tuple[SampleUser, ...]:
    """Create the sample users that are missing, and return all of them.

    *folder* keeps their passwords and TOTP secrets, which the database does not have in plain text,
    and their phones. Phones of an earlier run learn the server's address of this run. *ca_file* is
    the certificate that phones trust.
    """
    phones = folder / "phones"
    phones.mkdir(mode=0o700, exist_ok=True)
    for file in phones.glob("*.json"):
        _move_phone(file, services.config.server.base_url, ca_file)
    credentials = _credentials(folder / "users.json")
    users = tuple(_user(each, credentials[each.name], phones) for each in SITUATIONS)
    for situation, user in zip(SITUATIONS, users, strict=True):
        if services.directory.find(user.name) is None:
            services.directory.add(
                user.name,
                user.password,
                display_name=f"Sample {situation.name}",
                groups=(*GROUPS, *FURTHER_GROUPS.get(situation.name, ())),
                attributes=_attributes(situation),
            )
        if user.totp_secret and not services.mfa.codes.is_registered(user.name):
            services.mfa.codes.register(user.name, user.totp_secret)
        if situation.phone and user.phone and not user.phone.exists():
            app = PHONE_KINDS[situation.phone]
            give_phone(services, user.name, user.phone, app=app, ca_file=ca_file)
    return users


def _attributes(situation: Situation) -> dict[str, str]:
    number = SITUATIONS.index(situation) + 1
    return {
        "givenName": "Sample",
        "sn": situation.name,
        "title": "Tester",
        "department": "Quality",
        "employeeID": f"{1000 + number}",
        "telephoneNumber": f"+1 202 555 01{number:02}",  # never assigned to anybody
    }


def _user(situation: Situation, credentials: Mapping[str, str], phones: Path) -> SampleUser:
    return SampleUser(
        name=f"{situation.name}@{DOMAIN}",
        password=credentials["password"],
        phone=phones / f"{situation.name}.json" if situation.phone else None,
        totp_secret=credentials["totp_secret"] if situation.has_codes else None,
        about=situation.about,
    )


def _credentials(file: Path) -> dict[str, dict[str, str]]:
    """Return password and TOTP secret of each sample user; what is missing is created."""
    stored: dict[str, dict[str, str]] = json.loads(read_private_file(file)) if file.exists() else {}
    missing = [each.name for each in SITUATIONS if each.name not in stored]
    if missing:
        import pyotp

        for name in missing:
            stored[name] = {"password": _password(), "totp_secret": pyotp.random_base32()}
        replace_private_file(file, json.dumps(stored, indent=2).encode())
    return stored


def _password() -> str:
    """Return a password that is easy to type from a screen: six syllables and two digits."""
    syllables = [secrets.choice("bdfgklmnprstvz") + secrets.choice("aeiou") for _ in range(6)]
    return f"{''.join(syllables[:3])}-{''.join(syllables[3:])}-{secrets.randbelow(90) + 10}"


def _move_phone(file: Path, server: str, ca_file: str | None) -> None:
    """Change the server's address in the file of a phone."""
    accounts = PhoneFile(file).accounts()
    issuer = urlsplit(server).netloc
    moved = tuple(
        replace(account, server=server, issuer=issuer, ca_file=ca_file) for account in accounts
    )
    if moved == accounts:
        return
    new = PhoneFile(file.with_suffix(".new"))
    for account in moved:
        new.add(account)
    new.path.replace(file)
