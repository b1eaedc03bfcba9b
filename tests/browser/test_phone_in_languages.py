"""The phone page in languages: each screen translated and with room, the choice, and offline."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from support.browsers.fit import CUT, PLACEHOLDERS_CUT, TOO_SMALL
from support.languages.pseudo import pseudo
from support.languages.untranslated import untranslated
from support.phones.phone_page import PHONE
from support.users import ALICE, BOB

from idp.authenticator.phone_texts import OUTCOMES, PROBLEMS, REFUSED_TITLES, TEXTS
from idp.notices.occasions import OCCASIONS
from idp.web.languages import COOKIE, LANGUAGES, language_of
from idp.web.page_texts import catalogue

VALUES = (
    r"\S+@\S+|localhost:\d+|alice|bob|A$|^B$|\d+|Payroll|android|Terminal|Jan|PM|AM|"
    r"tallystick phone|tallystick user activate NAME|\b[ABab]\b"
)
LOOKED_AT = ("de", "ja")
NARROWEST = {"width": 320, "height": 640}
READY = TEXTS["ready"]


@pytest.fixture
def german_page(phone_host, page) -> Page:
    """A phone whose user chose German. (An emulated locale does not reach the service worker.)"""
    page.set_viewport_size(PHONE)
    choice = {"name": COOKIE, "value": "de", "url": phone_host.url}
    page.context.add_cookies([choice])
    return page


def activate(page: Page, host, ready: str, user: str = ALICE, **options) -> None:
    before = page.get_by_text(ready).count()
    page.goto(host.activation_url(user, **options))
    expect(page.get_by_text(ready)).to_have_count(before + 1)


@pytest.fixture
def judge(looks):
    """Judge one screen: everything translated, nothing cut, nothing too small to be hit."""

    def check(page: Page, name: str) -> None:
        assert untranslated(page.content(), VALUES) == []
        looks(page, f"pseudo-phone-{name}")
        page.set_viewport_size(NARROWEST)
        assert page.evaluate(CUT) == []
        assert page.evaluate(PLACEHOLDERS_CUT) == []
        assert page.evaluate(TOO_SMALL) == []
        page.set_viewport_size(PHONE)

    return check


def number_typed(page: Page, number: str) -> None:
    expect(page.locator("#yes")).to_be_enabled()
    page.locator("#number").fill(number)
    page.locator("#yes").click()


def outcome_is(page: Page, name: str) -> None:
    expect(page.locator("#outcome-title")).to_have_text(pseudo(OUTCOMES[name]["title"]))


@pytest.mark.usefixtures("pseudo_german")
def test_accounts_and_notices_are_translated_and_fit(phone_host, german_page, judge):
    german_page.goto(f"{phone_host.url}/authenticator/")
    german_page.locator("#advanced summary").click()
    judge(german_page, "empty")
    german_page.locator("#code").fill("123456789")
    german_page.locator("#activate").click()
    problem = german_page.locator("#activation-problem")
    expect(problem).to_have_text(pseudo(PROBLEMS["activation_unknown"]))
    judge(german_page, "not-activated")

    activate(german_page, phone_host, pseudo(READY), totp=True)
    activate(german_page, phone_host, pseudo(READY), BOB)
    phone_host.services.mfa.codes.register(ALICE, "A" * 32)
    german_page.reload()
    notice = german_page.locator("#notices li")
    expect(notice).to_contain_text(pseudo(OCCASIONS["codes_added"]))
    judge(german_page, "accounts")

    german_page.locator(".account .remove").first.click()
    judge(german_page, "removal")


@pytest.mark.usefixtures("pseudo_german")
def test_a_request_and_its_end_are_translated_and_fit(phone_host, german_page, judge):
    activate(german_page, phone_host, pseudo(READY))
    started = phone_host.push()
    expect(german_page.locator("#yes")).to_be_enabled()
    german_page.locator("#yes").click()
    expect(german_page.locator("#number-problem")).to_have_text(pseudo(TEXTS["two_digits"]))
    judge(german_page, "number")
    german_page.locator("#not-me").click()
    expect(german_page.locator("#report")).to_be_enabled()
    judge(german_page, "denial")
    german_page.locator("#back-to-asking").click()
    number_typed(german_page, str(109 - int(started.number)))
    outcome_is(german_page, "wrong_number")
    judge(german_page, "wrong-number")
    german_page.locator("#done").click()
    phone_host.push("approve_deny")
    expect(german_page.locator("#approve")).to_be_enabled()
    judge(german_page, "approve")
    german_page.locator("#report").click()
    outcome_is(german_page, "reported")
    judge(german_page, "reported")


@pytest.mark.usefixtures("pseudo_german")
def test_what_a_watch_and_a_lost_connection_say_is_translated(phone_host, german_page, judge):
    german_page.goto(f"{phone_host.url}/authenticator/")
    german_page.locator("#advanced summary").click()
    german_page.locator("#platform").select_option("wear-os")
    german_page.locator("#code").fill(phone_host.activation_url())
    german_page.locator("#activate").click()
    expect(german_page.get_by_text(pseudo(READY))).to_be_visible()
    phone_host.push("phone_required")
    title = german_page.locator("#request-title")
    expect(title).to_have_text(pseudo(REFUSED_TITLES["wearable_cannot_match"]))
    german_page.context.set_offline(True)
    expect(german_page.locator("#request-connection")).not_to_be_empty()
    assert untranslated(german_page.content(), VALUES + "|wear-os|1.0") == []


@pytest.mark.parametrize("tag", [each.tag for each in LANGUAGES])
def test_the_page_looks_right_in(tag, phone_host, new_page, looks):
    page = new_page(locale=tag, viewport=PHONE)
    translated = catalogue(language_of(tag)).gettext
    activate(page, phone_host, translated(READY), totp=True)
    if tag in LOOKED_AT:
        looks(page, f"{tag}-phone-accounts")
    phone_host.push()
    expect(page.locator("#yes")).to_be_enabled()
    expect(page.locator("#request-title")).to_have_text(translated(TEXTS["are_you"]))
    if tag in LOOKED_AT:
        looks(page, f"{tag}-phone-number")


def test_the_chosen_language_is_kept_also_by_the_worker_and_without_a_connection(federation, page):
    user = federation.add_user(phone=None)
    code = federation.services.mfa.activations.create(user.name, totp=True).link
    page.goto(f"{federation.url}/authenticator/#{code}")
    expect(page.get_by_text(READY)).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    page.reload()
    assert page.evaluate("Boolean(navigator.serviceWorker.controller)")

    page.get_by_role("button", name="Deutsch").click()
    german = catalogue(language_of("de")).gettext
    expect(page.get_by_text(german(READY))).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "de"
    page.context.set_offline(True)
    page.reload()
    expect(page.locator("#connection")).to_have_text(german(TEXTS["lost"]))
    page.get_by_role("button", name="日本語").click()
    expect(page.locator("#language-problem")).to_have_text(german(TEXTS["language_offline"]))

    page.context.set_offline(False)
    page.get_by_role("button", name="日本語").click()
    japanese = catalogue(language_of("ja")).gettext
    expect(page.get_by_text(japanese(READY))).to_be_visible()


def test_codes_keep_their_order_in_a_text_from_the_right(phone_host, page, looks):
    activate(page, phone_host, READY, totp=True)
    digits = page.locator(".digits").first
    expect(digits).to_have_text(re.compile(r"\d{3} \d{3}"))
    page.evaluate("document.documentElement.dir = 'rtl'")
    looks(page, "rtl-phone-accounts")
    places = digits.evaluate("""element => {
        const range = document.createRange();
        return [0, 4].map(start => {
            range.setStart(element.firstChild, start);
            range.setEnd(element.firstChild, start + 3);
            return range.getBoundingClientRect().left;
        });
    }""")
    assert places[0] < places[1]
