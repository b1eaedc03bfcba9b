"""An MFA service over a real database, and people with phones to use it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any

import pyotp
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from support.clock import SetClock
from support.passkeys import SoftwareAuthenticator
from support.users import ALICE

from adapter.mfa.devices.device import Device
from adapter.mfa.passkeys.passkey import Passkey, relying_party_of
from adapter.mfa.push.challenge import APPROVE_DENY, NUMBER_MATCH, Challenge
from adapter.mfa.push.factor import Started
from adapter.mfa.service import MfaService, MfaStores
from idp.session.seal import Sealer
from idp.store.engine import Database
from idp.store.mfa.stores import mfa_stores

NUMBER_KEY = bytes(range(32))
ORIGIN = "https://sts.example.test"

CURRENT_PHONE = {"platform": "android", "app_version": "6.2404.1234"}
OLD_PHONE = {"platform": "android", "app_version": "6.2001.1"}
WATCH = {"platform": "wear-os", "app_version": "6.1"}
SEALER = Sealer(b"a secret of at least thirty-two bytes")


def public_key(curve: ec.EllipticCurve | None = None) -> bytes:
    """Return the public part of a new key, as a phone sends it."""
    key = ec.generate_private_key(curve or ec.SECP256R1()).public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def stores_on(database: Database) -> MfaStores:
    return mfa_stores(database, SEALER.purpose("totp-seed"))


@dataclass
class SecondFactors:
    """One node's MFA service."""

    stores: MfaStores
    clock: SetClock
    random: Random | None = None
    phone: Device = field(init=False)
    """The phone of a test that has one alone; the test sets it."""
    _names: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.service = MfaService(
            self.stores,
            self.clock,
            number_key=NUMBER_KEY,
            relying_party=relying_party_of(ORIGIN),
            random=self.random,
        )
        self.push = self.service.push
        self.codes = self.service.codes
        self.passkeys = self.service.passkeys

    def somebody(self) -> str:
        """Return the name of a user that nothing is known of."""
        return f"user{next(self._names)}@example.test"

    def give_phone(
        self, user: str = ALICE, *, totp: bool = False, key: bytes | None = None, **app: Any
    ) -> Device:
        """Activate a phone, the way a person does; a current one unless told otherwise."""
        code = self.service.activations.create(user, totp=totp).typed
        app = {**CURRENT_PHONE, "name": "Phone", **app}
        key = key or public_key()
        return self.service.activations.activate(code, public_key=key, **app).device

    def give_codes(self, user: str = ALICE) -> pyotp.TOTP:
        """Give a user a source of codes alone."""
        seed = pyotp.random_base32()
        self.codes.register(user, seed)
        return pyotp.TOTP(seed)

    def give_passkey(
        self, browser: SoftwareAuthenticator, user: str = ALICE, *, name: str = "", **wrong: Any
    ) -> Passkey:
        """Register a passkey of *browser*, the way a person does."""
        options = self.passkeys.registration_options(user, attempt="page")
        answer = browser.create(options, **wrong)
        return self.passkeys.register(user, answer, attempt="page", name=name)

    def send(self, user: str = ALICE, experience: str = NUMBER_MATCH) -> Started:
        return self.push.start(user, experience, application="Wiki", client_ip="192.0.2.1")

    def approve(self, device: Device, started: Started, **answer: Any) -> Challenge:
        """Approve as the phone does, with the number from the page where there is one."""
        answer = {"approve": True, "number": started.number, **answer}
        challenge = started.challenge
        return self.push.answer(device, challenge.id, **{"nonce": challenge.nonce, **answer})

    def deny(self, device: Device, started: Started, **answer: Any) -> Challenge:
        return self.approve(device, started, approve=False, number=None, **answer)

    def sign_in(self, device: Device) -> None:
        """Push, approve, collect."""
        started = self.send(device.user, APPROVE_DENY)
        self.approve(device, started)
        if not self.push.collect(started.challenge.id, device.user):
            raise AssertionError("An approved request was not collected")


@pytest.fixture
def mfa(database: Database, clock: SetClock) -> SecondFactors:
    return SecondFactors(stores_on(database), clock)


@pytest.fixture
def other_node(open_database: Callable[[], Database], clock: SetClock) -> SecondFactors:
    """Another process of the farm, on the same database."""
    return SecondFactors(stores_on(open_database()), clock)


def at_once(work: Any, turns: Any) -> list[Any]:
    """Call *work* with each of *turns* in parallel threads; return what each gave or raised."""

    def one(turn: Any) -> Any:
        try:
            return work(turn)
        except Exception as error:
            return error

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(one, turns))
