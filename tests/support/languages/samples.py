"""Every page of ``/adfs/`` with sample values, which stand between degree signs (``°user°``)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from flask import Flask
from werkzeug.datastructures import Headers

from adapter.contract import AdapterPresentation
from adapter.entra_mfa.page import ERRORS, VerificationPage
from adapter.mfa.push.challenge import APPROVE_DENY, NUMBER_MATCH
from adapter.mfa.verification.state import CODE, PUSH, Verification
from adapter.mfa_server.page import ERRORS as SERVER_ERRORS
from adapter.mfa_server.page import ServerPage
from adapter.mfa_server.state import ServerSignIn
from adapter.texts import LANGUAGES
from idp.adapters.calls import AdapterPage
from idp.adapters.second_factor import Choice
from idp.federation.relying_party.offered import OfferedTrusts
from idp.federation.request_context import RequestContext
from idp.saml.refusal import Refused
from idp.saml_faults.scene import Delivery
from idp.session.participants import Outcome
from idp.signin import pages, ways_on
from idp.signin.address import Address
from idp.signin.error_texts import SENTENCES
from idp.signin.faulty import faulty_page
from idp.signin.posting import posting_page
from idp.web.app import harden
from idp.web.page_texts import page_language
from idp.web.web_request import NO_FIELDS, Activity, WebRequest

GERMAN = 1031
ADDRESS = Address("/adfs/ls/?a=b", "http://localhost/adfs/ls/?a=b")
BACK = (
    ways_on.WayBack("/", ways_on.TO_APPLICATION),
    ways_on.WayBack("/", ways_on.TO_LIST),
)
OTHERS = (Choice("Other", "°other°", "°about°", "de-DE"),)
NUMBER = Verification("°user°", NUMBER_MATCH, "kb_installed", PUSH, True, "id", "42")


@dataclass
class Request:
    """A request of a German browser."""

    headers: Headers = field(default_factory=lambda: Headers({"Accept-Language": "de"}))
    cookies: dict[str, str] = field(default_factory=dict)
    method: str = "GET"
    path: str = "/adfs/ls/"
    query_string: bytes = b"a=b"


def refused(code: str) -> bytes:
    web = WebRequest(
        "GET", "/", b"", NO_FIELDS, {}, Headers({"User-Agent": "°agent°"}),
        RequestContext("°ip°"), Activity("°id°"),
    )  # fmt: skip
    at = datetime(2026, 1, 2, tzinfo=UTC)
    page = pages.error_page(
        Refused("°problem°", code=code), web, status=400, at=at, node="°node°", back=BACK[0]
    )
    return re.sub(rb"2026-01-02 00:00:00 UTC", b"", page.body)


def verified(state: Verification, *, is_broker: bool = False) -> bytes:
    return asked_by(VerificationPage(state, seconds_left=60, is_broker=is_broker))


def asked_by_server(**state) -> bytes:
    return asked_by(ServerPage(ServerSignIn("°user°", APPROVE_DENY, "r", **state)))


def asked_by(shown: AdapterPresentation) -> bytes:
    tag = page_language().language.tag
    lcid = next((lcid for lcid, each in LANGUAGES.items() if each == tag), GERMAN)
    page = AdapterPage(
        shown.page_title(lcid), shown.form_html(lcid), tag, shown.stylesheets, shown.scripts
    )
    return pages.second_factor_page(
        page,
        provider="P",
        context="C",
        address=ADDRESS,
        user="°user°",
        others=OTHERS,
        back=BACK[0],
    ).body


def logged_in(**values) -> bytes:
    given = {"saml_session": "S", "application": "°app°", "offers_kmsi": True, **values}
    return pages.log_in_page(ADDRESS, **given).body


def passkey(error: str = "") -> bytes:
    return pages.passkey_page(
        options="{}", context="C", address=ADDRESS, user="°user°", error=error, back=BACK[0]
    ).body


def changed(**values) -> bytes:
    return pages.change_password_page(action="/a", saml_session="S", **values).body


def of_http(status: int) -> bytes:
    app = Flask(__name__)
    harden(app)
    app.add_url_rule("/", "raise", lambda: (_ for _ in ()).throw(RuntimeError))
    paths = {404: "/nothing", 405: "/", 500: "/"}
    answer = app.test_client().open(
        paths[status],
        method="POST" if status == 405 else "GET",
        headers={"Accept-Language": "de"},
    )
    assert answer.status_code == status
    return re.sub(r"<code.*?</code>", "", answer.text).replace(f">{status} ", ">").encode()


SAMPLES: dict[str, Callable[[], bytes]] = {
    "log in": logged_in,
    "wrong password": lambda: logged_in(error=pages.WRONG_PASSWORD, username="°user°"),
    "must change": lambda: logged_in(error=pages.MUST_CHANGE_PASSWORD),
    **{
        f"new password: {code}": lambda text=text: changed(error=text)
        for code, text in pages.NEW_PASSWORD.items()
    },
    "passkey": passkey,
    "passkey not accepted": lambda: passkey(error=pages.PASSKEY_NOT_ACCEPTED),
    "changed password": lambda: pages.password_changed_page().body,
    "front page": lambda: pages.front_page().body,
    "posting": lambda: posting_page("http://sp.test/", [("SAMLResponse", "x")]).body,
    "faulty": lambda: (
        faulty_page(Delivery("http://sp.test/", (("SAMLResponse", "x"),)), "°code°").body
    ),
    "applications": lambda: (
        pages.trusts_page(OfferedTrusts((("id", "°app°"),), 7), user="°user°", is_first=False).body
    ),
    "no application": lambda: (
        pages.trusts_page(OfferedTrusts(()), user="°user°", is_first=True).body
    ),
    "sign out": lambda: pages.sign_out_page("°user°").body,
    "signing out": lambda: pages.signing_out_page(["°app°"], "h", left=timedelta(9)).body,
    "signed out": lambda: (
        pages.signed_out_page(
            [("°app°", each) for each in Outcome if each in pages.OUTCOMES], leads_back=True
        ).body
    ),
    "choice": lambda: pages.choice_page(OTHERS, context="C", address=ADDRESS, user="°u°").body,
    "last page": lambda: pages.last_page(AdapterPage("°t°", "°form°", "de"), "P", BACK[1]).body,
    "number": lambda: verified(NUMBER),
    "approve": lambda: verified(Verification("°u°", APPROVE_DENY, "r", PUSH, False, "id")),
    "code": lambda: verified(NUMBER.by_code()),
    "code instead": lambda: verified(
        Verification("°u°", NUMBER_MATCH, "push_not_enabled", CODE, True)
    ),
    **{f"ended: {code}": lambda code=code: verified(NUMBER.failed(code)) for code in ERRORS},
    "broker": lambda: verified(NUMBER, is_broker=True),
    "server: ready": asked_by_server,
    "server: pending": lambda: asked_by_server(has_posted=True),
    **{
        f"server: {code}": lambda code=code: asked_by_server(outcome=code) for code in SERVER_ERRORS
    },
    "unavailable": lambda: verified(Verification("°u°", "unavailable", "r", PUSH, False)),
    **{f"error: {code}": lambda code=code: refused(code) for code in [*SENTENCES, "other"]},
    **{f"http {status}": lambda status=status: of_http(status) for status in (404, 405, 500)},
}
