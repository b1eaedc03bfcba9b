"""Signing in to security info: the scenario "MFA", a number whatever the builds of the farm."""

from __future__ import annotations

import csv
from pathlib import Path
from urllib.parse import quote

import pytest

TABLE = Path(__file__).parents[1] / "adapter" / "data" / "experience-table.csv"
ROWS = [
    row for row in csv.DictReader(TABLE.read_text("utf-8").splitlines()) if row["scenario"] == "mfa"
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(filter(None, row.values())))
@pytest.mark.parametrize("build", ["20348.1", "20348.350"])
def test_each_row_of_the_table_about_mfa_is_lived_through_on_any_build(
    row, build, federation, account
):
    federation.set_build(build)
    user = federation.add_user(phone=row["device"], totp=row["requested_method"] == "totp")
    if row["requested_method"] == "totp":
        federation.choose_default(user, "totp")
    federation.policy(push_policy=row["push_policy"])
    visit = account(user)

    sign_in = visit.sign_in()

    assert (sign_in.number is not None) == (row["expected"] == "number_match")
    if row["expected"] == "number_match":
        user.phone.approve(number=sign_in.number)
        assert sign_in.poll().url == visit.home
    elif row["expected"] == "totp":
        assert sign_in.enter_code(user.code()).url == visit.home
    else:
        assert sign_in.error
        assert user.phone.pending() == ()
        assert visit.browser.get(visit.home).url != visit.home
    last = federation.log[-1]
    assert (last.experience, last.reason) == (row["expected"], row["reason"])


def test_the_password_alone_shows_nothing_of_a_user_who_has_a_method(account):
    visit = account()

    page = visit.sign_in().page

    assert "methods" not in page.ids()
    assert visit.browser.get(visit.home).url.startswith(f"{visit.home}verify?")


def test_a_user_without_any_method_gets_in_with_the_password_to_add_one(federation, account):
    page = account(federation.add_user(phone=None)).sign_in().page

    assert "noMethods" in page.ids()


def test_the_session_is_that_of_the_applications_and_the_factor_counts_there(
    federation, account, sp
):
    visit = account()
    visit.enter()

    finished = federation.sign_in(sp.url(), browser=visit.browser).finish()

    assert finished.name_id is not None


def test_a_session_of_an_application_with_the_factor_is_enough_to_see_the_methods(
    federation, account, sp
):
    visit = account()
    sign_in = federation.sign_in(sp.url(), browser=visit.browser)
    federation.user.phone.approve(number=sign_in.number)
    sign_in.finish()

    assert "methods" in visit.browser.get(visit.home).ids()


def test_a_denied_request_says_so_and_another_one_lets_in(account):
    visit = account()
    sign_in = visit.sign_in()

    visit.user.phone.deny()
    sign_in.poll()
    assert "denied" in sign_in.error

    sign_in.try_again()
    visit.user.phone.approve(number=sign_in.number)
    assert sign_in.poll().url == visit.home


def test_a_wrong_number_ends_the_request(account):
    visit = account()
    sign_in = visit.sign_in()

    visit.user.phone.approve(number="10" if sign_in.number != "10" else "11")
    sign_in.poll()

    assert "number" in sign_in.error
    assert visit.browser.get(visit.home).url != visit.home


def test_a_page_that_was_passed_once_lets_nobody_in_again(account):
    visit = account()
    sign_in = visit.sign_in()
    kept = sign_in.page.form
    visit.user.phone.approve(number=sign_in.number)
    sign_in.poll()

    page = visit.browser.submit(kept)

    assert page.status == 403 or page.text("errorCode") == "csrf"


def test_a_page_of_one_user_is_worth_nothing_in_the_session_of_another(federation, account):
    other = account(federation.add_user())
    theirs = other.sign_in()
    mine = account()
    own = mine.sign_in()

    other.user.phone.approve(number=theirs.number)
    page = own.post(Context=theirs.page.form.fields["Context"])

    assert page.text("errorCode") == "verification_ended"
    assert mine.browser.get(mine.home).url != mine.home


def test_a_disabled_user_does_not_get_in_with_an_approval_of_before(federation, account):
    visit = account()
    sign_in = visit.sign_in()
    visit.user.phone.approve(number=sign_in.number)

    federation.services.directory.disable(visit.user.name)

    assert "userNameInput" in sign_in.poll().ids()


def test_loading_the_page_again_shows_the_same_number_and_sends_no_second_request(account):
    visit = account()
    sign_in = visit.sign_in()

    again = visit.browser.get(sign_in.page.url)

    assert again.text("validEntropyNumber") == sign_in.number
    assert len(visit.user.phone.pending()) == 1


def test_the_address_for_signing_in_leads_to_no_other_page(federation):
    browser = federation.browser()

    for own_page in ("/adfs/ls/", "https://example.com/", "//example.com/account/", ""):
        page = browser.get(f"{federation.url}/adfs/signin?own-page={own_page}")
        assert page.status in (400, 404)
        assert "userNameInput" not in page.ids()


@pytest.mark.parametrize(
    "page",
    [
        "//evil.example.test/",
        "/account//evil.example.test/",
        "/account/\\evil.example.test/",
        "/account/\t/evil.example.test/",
        "/account/\r\nSet-Cookie: planted=1",
        "/account/\u560d\u560aSet-Cookie: planted=1",
        "/admin/users",
    ],
)
def test_whoever_has_signed_in_is_led_to_no_other_page_either(page, federation, account):
    visit = account(federation.add_user("nothing@example.test", phone=None))
    visit.sign_in()

    for path in ("verify", "verify?again=1"):
        with_next = f"{path}{'&' if '?' in path else '?'}next={quote(page)}"
        answer = visit.browser.session.get(f"{visit.home}{with_next}", allow_redirects=False)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/account/")


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_cannot_cause_a_request_to_the_phone(site, federation, account):
    visit = account()
    visit.sign_in()
    visit.user.phone.deny()
    federation.clock.advance(60)
    visit.browser.session.headers["Sec-Fetch-Site"] = site

    page = visit.browser.get(f"{visit.home}verify?again=1")

    assert visit.user.phone.pending() == ()
    assert "validEntropyNumber" not in page.ids()
    visit.browser.session.headers["Sec-Fetch-Site"] = "same-origin"
    assert "validEntropyNumber" in visit.browser.get(page.link("goOn")).ids()


def test_another_site_cannot_cause_an_activation(federation, account):
    visit = account(federation.add_user(phone=None))
    visit.enter()
    visit.browser.session.headers["Sec-Fetch-Site"] = "cross-site"

    assert "goOn" in visit.add_phone().page.ids()
    assert federation.services.mfa.activations.of_user(visit.user.name) == []
