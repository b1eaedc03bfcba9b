"""Two hundred sign-ins hang at one process at the same time, and each is brought to its end."""

from __future__ import annotations

import http.client
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode

import pytest
from support.adapters.mfa_node import CURRENT_PHONE, at_once, public_key
from support.nets import NET_SECONDS
from support.servers.engine_server import FORM, SIGN_IN, EngineServer

from adapter.mfa.devices.device import Device
from adapter.mfa.push.challenge import State
from adapter.mfa_server.page import ERRORS, NO_PLACE
from idp.admission import Room
from idp.mfa.phone_wait import PhoneWait

ENGINES_OF_MODULE = ("granian", "waitress")
SERVER = "AzureMfaServerAuthentication"
PASSWORD = "correct horse battery"
SERVE = {"threads": 600}  # a third of them may hang
SIGN_INS = 200


@dataclass
class Client:
    """A client of the command line: it keeps cookies, and reads the fields of the MFA page."""

    server: EngineServer
    user: str
    cookies: dict[str, str] = field(default_factory=dict)
    context: str = ""

    def begin(self) -> None:
        """Sign in up to the MFA page."""
        status = 503  # while other passwords are checked, which this test is not about
        while status == 503:
            status, _ = self.read(self.send("POST", UserName=self.user, Password=PASSWORD))
        assert status == 302
        _, page = self.read(self.send("GET"))
        self.context = unescape(re.search(r'name="Context" value="([^"]+)"', page)[1])

    def post(self) -> http.client.HTTPConnection:
        """Post the MFA page, and leave its answer to be read."""
        return self.send("POST", AuthMethod=SERVER, Context=self.context)

    def send(self, method: str, **fields: str) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=NET_SECONDS)
        headers = dict([self.server.host, FORM, ("Cookie", self._cookie())])
        connection.request(method, SIGN_IN, urlencode(fields) if fields else None, headers)
        return connection

    def read(self, connection: http.client.HTTPConnection) -> tuple[int, str]:
        """Return the status and the body of an answer, and keep its cookies."""
        response = connection.getresponse()
        body = response.read().decode()
        connection.close()
        for line in response.headers.get_all("Set-Cookie", ()):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return response.status, body

    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())


@dataclass
class Crowd:
    """Users with a phone each, whose phones answer in this process."""

    server: EngineServer
    devices: dict[str, Device] = field(default_factory=dict)

    def joins(self, name: str) -> Client:
        services = self.server.services
        services.directory.add(name, PASSWORD)
        code = services.mfa.activations.create(name, totp=False).link
        self.devices[name] = services.mfa.activations.activate(
            code, public_key=public_key(), **CURRENT_PHONE, name="Phone"
        ).device
        client = Client(self.server, name)
        client.begin()
        return client

    def answer(self, wait: PhoneWait, name: str, number: int) -> State:
        """Answer the user's request: every tenth phone denies it."""
        (request,) = wait.for_requests(self.devices[name], seen=(), seconds=NET_SECONDS)
        push, approve = self.server.services.mfa.push, number % 10 > 0
        device = self.devices[name]
        return push.answer(device, request.id, nonce=request.nonce, approve=approve).state


@pytest.fixture
def crowd(engine_server: EngineServer) -> Crowd:
    engine_server.services.providers.enable([SERVER])
    return Crowd(engine_server)


@pytest.fixture
def phones(engine_server: EngineServer) -> Iterator[PhoneWait]:
    wait = PhoneWait(engine_server.services.mfa.push, room=Room(SIGN_INS))
    yield wait
    wait.close()


def each(work: Callable[..., object], *turns: list) -> list:
    """Do *work* for each of the turns, a few at once; an exception is raised."""
    done = at_once(lambda turn: work(*turn), list(zip(*turns, strict=True)))
    for one in done:
        if isinstance(one, Exception):
            raise one
    return done


def test_two_hundred_sign_ins_hang_and_all_come_to_their_end(crowd, phones, engine_server):
    names = [f"user{number}@example.test" for number in range(SIGN_INS)]
    clients = each(crowd.joins, names)
    push, late = engine_server.services.mfa.push, crowd.joins("late@example.test")
    with ExitStack() as open_connections:
        posts = [client.post() for client in clients]
        for post in posts:
            open_connections.callback(post.close)
        # Each phone has its request, so each sign-in has its place.
        for name in names:
            assert phones.for_requests(crowd.devices[name], seen=(), seconds=NET_SECONDS)

        status, page = late.read(late.post())
        assert (status, ERRORS[NO_PLACE] in unescape(page)) == (200, True)
        assert push.pending_ids([late.user]) == {}
        assert "full: answers" in late.read(http_get(engine_server, "/adfs/probe"))[1]
        assert late.read(http_get(engine_server, SIGN_IN))[0] == 200
        crowd.joins("latest@example.test")

        states = each(lambda *turn: crowd.answer(phones, *turn), names, list(range(SIGN_INS)))
        answers = each(Client.read, clients, posts)

    assert states.count(State.DENIED) == SIGN_INS // 10
    for state, client, (status, page) in zip(states, clients, answers, strict=True):
        if state is State.APPROVED:
            assert status == 302
            assert "SAMLResponse" in client.read(client.send("GET"))[1]
        else:
            assert (status, ERRORS["denied"] in page) == (200, True)


def http_get(server: EngineServer, path: str) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=NET_SECONDS)
    connection.request("GET", path, headers=dict([server.host]))
    return connection
