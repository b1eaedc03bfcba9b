"""What a stranger learns at a password reset of whether an account exists: nothing.

Every kind of account gets the same pages and the same answers, and costs the same statements of the
database, until a method was proved.
"""

from __future__ import annotations

import re
import threading
from itertools import count
from urllib.parse import urlsplit

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine
from support.accounts.reset_accounts import make

from idp.embedded.page import Page

KINDS = (
    "two methods",
    "unknown",
    "not a name",
    "by account name",
    "disabled",
    "not in scope",
    "no method",
    "only a phone",
    "only codes",
    "old app",
    "watch",
    "locked",
    "pushes paused",
    "pushes reported",
    "codes locked",
    "blocked",
    "password locked",
)
VALUES = re.compile(r'value="[^"]*"|\b\d{2}\b|number is \d \d|[0-9a-f-]{36}')


class Visitor:
    """A browser of a stranger, over a server of its own whose statements are counted."""

    def __init__(self, client, statements: list[str]) -> None:
        self.client = client
        self.statements = statements
        self.page = self._read(client.get("/account/reset/"))

    def post(self, **fields: str) -> tuple[object, ...]:
        """Post the form of the page; return all that can be seen of the answer, and its cost."""
        form = self.page.form
        self.statements.clear()
        path = urlsplit(form.action).path
        answer = self.client.post(path, data={**form.fields, **fields})
        cost = list(self.statements)
        cookies = [value.partition("=")[0] for value in answer.headers.getlist("Set-Cookie")]
        if answer.status_code == 303:
            seen = (answer.status_code, cookies, answer.headers["Location"])
            self.statements.clear()
            self.page = self._read(self.client.get(answer.headers["Location"]))
            return (*seen, VALUES.sub("", self.page.html), cost, list(self.statements))
        self.page = self._read(answer)
        return (answer.status_code, cookies, VALUES.sub("", self.page.html), cost)

    @staticmethod
    def _read(answer) -> Page:
        return Page("http://localhost/account/reset/", answer.status_code, answer.text)


@pytest.fixture
def visitor(reassembled):
    """A stranger's browser; ``statements`` are the first words of what this thread executes."""
    statements: list[str] = []
    thread = threading.current_thread()

    def note(sql: str) -> None:
        if threading.current_thread() is thread:
            words = re.sub(r'["(]', " ", sql).split()
            table = next((word for word in words if word in TABLES), "")
            statements.append(f"{words[0]} {table}")

    def trace(connection, _record) -> None:
        connection.set_trace_callback(note)

    event.listen(Engine, "connect", trace)
    addresses = count(1)  # those of one client are counted: the second try costs more

    def visit() -> Visitor:
        client = reassembled()
        client.environ_base["REMOTE_ADDR"] = f"192.0.2.{next(addresses)}"
        return Visitor(client, statements)

    yield visit
    event.remove(Engine, "connect", trace)


TABLES = (
    "users",
    "policies",
    "devices",
    "challenges",
    "mfa_users",
    "code_apps",
    "passkeys",
    "used_once",
    "sign_ins",
    "password_resets",
    "reset_limits",
)


def walk(stranger: Visitor, name: str) -> dict[str, tuple[object, ...]]:
    """Go through the pages as a stranger does; return what each step has shown, and its cost."""
    seen = {"name": stranger.post(UserName=name), "request": stranger.post(TryAgain="1")}
    assert stranger.page.text("validEntropyNumber")
    seen["poll"] = stranger.post(Poll="1")
    seen["code page"] = stranger.post(UseCode="1")
    seen["wrong code"] = stranger.post(VerificationCode="123456")
    return seen


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_account_shows_and_costs_the_same(kind, federation, visitor):
    name = make(kind, federation)
    expected = walk(visitor(), "somebody.else@example.test")

    seen = walk(visitor(), name)

    assert len(expected["name"][-2]) > 8, "statements are counted"
    for step, each in seen.items():
        assert each == expected[step], step


@pytest.mark.parametrize(
    "kind", ["two methods", "unknown", "old app", "only codes", "locked", "blocked"]
)
def test_every_request_ends_without_an_answer_after_a_minute(kind, federation, visitor):
    name, seen = make(kind, federation), []
    for typed in ("somebody.else@example.test", name):
        stranger = visitor()
        stranger.post(UserName=typed)
        stranger.post(TryAgain="1")
        federation.clock.advance(50)
        seen.append([stranger.post()[:3]])
        assert stranger.page.error == ""

        federation.clock.advance(10)
        seen[-1].append(stranger.post()[:3])
        assert "no answer" in stranger.page.error

    assert seen[0] == seen[1]


@pytest.mark.parametrize("answer", ["deny", "wrong number"])
def test_a_stranger_is_not_told_what_the_phone_has_answered(answer, federation):
    user = federation.add_user(totp=True)
    reset = federation.reset(user)
    reset.send_request()

    if answer == "wrong number":
        user.phone.approve(number="10" if reset.number != "10" else "11")
    else:
        user.phone.deny()
    reset.poll()
    assert reset.error == ""
    assert reset.number

    federation.clock.advance(60)
    reset.poll()
    assert "no answer" in reset.error
    expected = "wrong_number" if answer == "wrong number" else "denied"
    assert federation.log[-1].outcome == expected


def test_who_has_proved_something_is_told_what_the_phone_has_answered(federation):
    user = federation.add_user(totp=True)
    reset = federation.reset(user)
    reset.enter_code()
    reset.send_request()

    user.phone.deny()
    reset.poll()

    assert "denied" in reset.error
