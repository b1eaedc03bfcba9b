"""Many people at once: no name, number or answer ends up with anybody else."""

from __future__ import annotations

import base64
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from html import unescape

from flask.testing import FlaskClient

from idp.app import create_app

PEOPLE = 20
SIGN_INS = 1000
WITH_PHONES = 16
FIELD = re.compile(r'name="(\w+)" value="([^"]*)"')
NAME_ID = re.compile(r"<(?:\w+:)?NameID[^>]*>([^<]*)<")
IN_RESPONSE_TO = re.compile(r'<(?:\w+:)?Response[^>]* InResponseTo="([^"]*)"')


@dataclass(frozen=True)
class Visit:
    """Somebody with a browser of their own who asks for one sign-in."""

    client: FlaskClient
    path: str
    name: str
    password: str
    relay_state: str
    request_id: str
    form: tuple[tuple[str, str], ...] = ()

    def open(self) -> Visit:
        return replace(self, form=tuple(fields_of(self.client.get(self.path).text).items()))

    def log_in(self) -> tuple[str, str, str]:
        """Give the password and return who is named to whom: user, RelayState, request."""
        fields = dict(self.form) | {"UserName": self.name, "Password": self.password}
        answer = fields_of(self.client.post(self.path, data=fields, follow_redirects=True).text)
        xml = base64.b64decode(answer["SAMLResponse"]).decode()
        return NAME_ID.search(xml)[1], answer["RelayState"], IN_RESPONSE_TO.search(xml)[1]

    @property
    def expected(self) -> tuple[str, str, str]:
        return self.name, self.relay_state, self.request_id


def fields_of(page: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in FIELD.findall(page)}


def test_a_thousand_interleaved_sign_ins_never_mix_names(federation, easy):
    """All have the page before they log in, in another order, eight at a time."""
    services = federation.services
    app = create_app(services.config, services=services)
    users = [federation.add_user(f"p{each}@example.test", phone=None) for each in range(PEOPLE)]
    visits = [
        Visit(
            client=app.test_client(),
            path=easy.url(ID=f"_{turn}", relay_state=f"to {turn}").removeprefix(federation.url),
            name=users[turn % PEOPLE].name,
            password=users[turn % PEOPLE].password,
            relay_state=f"to {turn}",
            request_id=f"_{turn}",
        ).open()
        for turn in range(SIGN_INS)
    ]
    visits = [visits[turn * 617 % SIGN_INS] for turn in range(SIGN_INS)]

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(Visit.log_in, visits))

    assert told == [visit.expected for visit in visits]
    issued = [row.user for row in federation.log if row.event_id == 1200]
    assert sorted(issued) == sorted(visit.name for visit in visits)


def test_people_with_phones_at_once_each_match_their_own_number(federation, sp):
    users = [federation.add_user() for _ in range(WITH_PHONES)]

    def sign_in(user) -> str:
        waiting = federation.sign_in(sp.url(), user)
        waiting.poll()
        user.phone.approve(waiting.number)
        return waiting.finish().name_id

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(sign_in, users)) == [user.name for user in users]
