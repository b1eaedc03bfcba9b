"""Every page of ``/adfs/`` in the pseudo-locale: nothing is left untranslated, nothing is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from lxml import html
from werkzeug.datastructures import Headers

from adapter.entra_mfa.page import ERRORS, VerificationPage
from adapter.mfa.push.challenge import APPROVE_DENY, NUMBER_MATCH
from adapter.mfa.verification.state import CODE, PUSH, Verification
from idp import signin
from idp.adapters.calls import AdapterPage
from idp.adapters.second_factor import Choice
from idp.federation.relying_party.offered import OfferedTrusts
from idp.federation.request_context import RequestContext
from idp.saml.refusal import Refused
from idp.session.participants import Outcome
from idp.signin import pages
from idp.signin.address import Address
from idp.signin.error_texts import SENTENCES
from idp.web.app import harden
from idp.web.error_page import SENTENCES as HTTP_SENTENCES
from idp.web.languages import Language
from idp.web.page_frame import TEMPLATES
from idp.web.page_texts import begin_page, page_language
from idp.web.web_request import NO_FIELDS, Activity, WebRequest

GERMAN = 1031
ADDRESS = Address("/adfs/ls/?a=b", "http://localhost/adfs/ls/?a=b")
BACK = (pages.WayBack("/", pages.TO_APPLICATION), pages.WayBack("/", pages.TO_LIST))
OTHERS = (Choice("Other", "°other°", "°about°", "de-DE"),)
NUMBER = Verification("°user°", NUMBER_MATCH, "kb_installed", PUSH, True, "id", "42")
DATA = re.compile(r"°[^°]*°|\b42\b|4 2|Tallystick|[\s():,.]+")
"""What is no text of ours: values of the samples, the number, and what stands between."""
SHOWN_ATTRIBUTES = ("placeholder", "aria-label", "title", "alt", "data-done", "data-left")


@dataclass
class Request:
    """A request of a German browser."""

    headers: Headers = field(default_factory=lambda: Headers({"Accept-Language": "de"}))
    cookies: dict[str, str] = field(default_factory=dict)
    method: str = "GET"
    path: str = "/adfs/ls/"
    query_string: bytes = b"a=b"


@pytest.fixture
def german(pseudo_german):
    begin_page(Request())


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


def verified(state: Verification) -> bytes:
    shown = VerificationPage(state, seconds_left=60)
    page = AdapterPage(shown.page_title(GERMAN), shown.form_html(GERMAN), "de-DE")
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
    "changed password": lambda: pages.password_changed_page().body,
    "front page": lambda: re.sub(rb">/[^<]*<", b"><", pages.front_page().body),
    "posting": lambda: pages.posting_page("http://sp.test/", {"SAMLResponse": "x"}).body,
    "applications": lambda: (
        pages.trusts_page(OfferedTrusts((("id", "°app°"),), 7), user="°user°", is_first=False).body
    ),
    "no application": lambda: re.sub(
        rb"<code>.*?</code>",
        b"",
        pages.trusts_page(OfferedTrusts(()), user="°user°", is_first=True).body,
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
    "unavailable": lambda: verified(Verification("°u°", "unavailable", "r", PUSH, False)),
    **{f"error: {code}": lambda code=code: refused(code) for code in [*SENTENCES, "other"]},
    **{f"http {status}": lambda status=status: of_http(status) for status in (404, 405, 500)},
}


def untranslated(page: bytes) -> list[str]:
    """Return what of a page's texts is neither in the pseudo-locale nor a value."""
    document = html.document_fromstring(page.decode())
    for node in document.xpath("//script | //style | //*[@class='languages'] | //*[@lang='en']"):
        node.drop_tree()
    texts = [" ".join(document.itertext())]
    texts += document.xpath(" | ".join(f"//@{name}" for name in SHOWN_ATTRIBUTES))
    left = (DATA.sub("", re.sub(r"⟦.*?⟧", "", text, flags=re.DOTALL)) for text in texts)
    return [text for text in left if text]


@pytest.mark.parametrize("name", SAMPLES)
def test_no_text_is_left_untranslated(name, german):
    assert untranslated(SAMPLES[name]()) == []


@pytest.mark.parametrize("name", SAMPLES)
def test_the_values_of_a_page_are_on_it_in_every_language(name, german):
    page = SAMPLES[name]()
    begin_page(Request(headers=Headers()))
    english = SAMPLES[name]()
    values = re.compile(r"°[^°]*°")
    shown = {value for value in values.findall(page.decode()) if value != "°problem°"}
    assert shown == {value for value in values.findall(english.decode()) if value != "°problem°"}


def test_the_check_finds_a_text_that_is_not_translated(german):
    page = SAMPLES["log in"]()
    assert untranslated(page.replace(b"</main>", b"<p>Plain</p></main>")) == ["Plain"]
    assert untranslated(page.replace(b"</main>", b"<img alt='Plain'></main>")) == ["Plain"]


def test_every_template_is_among_the_samples(german):
    own = {file.name for file in (Path(signin.__file__).parent / "templates").glob("*.html")}
    shared = {file.name for file in TEMPLATES.glob("*.html")}
    parts = {"page.html", "languages.html", "activity_id.html", "back.html", "options.html"}
    parts |= {"sign_out_form.html"}
    rendered = {
        "change_password.html", "choose.html", "error.html", "front.html", "last_page.html",
        "log_in.html", "password_changed.html", "post_form.html", "second_factor.html",
        "sign_out.html", "signed_out.html", "signing_out.html", "trusts.html", "http_error.html",
    }  # fmt: skip
    assert (own | shared) - parts == rendered
    assert 404 in HTTP_SENTENCES


def test_a_page_says_its_language_and_its_direction(german):
    assert b'<html lang="de" dir="ltr">' in logged_in()
    page_language().choose(Language("ar", "العربية", "rtl"))
    assert b'<html lang="ar" dir="rtl">' in logged_in()
