"""Users change their password: off unless switched on, judged like a sign-in, ending sessions."""

from __future__ import annotations

import pytest
from support.adapters.mfa_node import at_once

from idp.config.schema import SignInSection
from idp.signin.pages import MUST_CHANGE_PASSWORD, NEW_PASSWORD, WRONG_PASSWORD

PATH, NEW = "/adfs/portal/updatepassword/", "Battery staple 9"


@pytest.fixture
def password_change_on(served):
    served(sign_in=SignInSection(password_change=True))


@pytest.fixture
def change(federation, password_change_on):
    """Fill in the page, and send it."""

    def change(old=None, new=NEW, name=None, again=None, browser=None, **fields):
        user, browser = federation.user, browser or federation.browser()
        return browser.submit(
            browser.get(federation.url + PATH).form,
            UserName=name or user.name,
            OldPassword=old or user.password,
            NewPassword=new,
            ConfirmNewPassword=new if again is None else again,
            **fields,
        )

    return change


def is_changed(page):
    return "updatedMessage" in page.ids()


def takes(federation, password, name=None):
    check = federation.services.directory.check_password(name or federation.user.name, password)
    return check.user is not None


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_page_is_off_unless_switched_on(method, federation):
    fields = {"UserName": federation.user.name, "OldPassword": federation.user.password}
    new = {"NewPassword": NEW, "ConfirmNewPassword": NEW}
    browser, url = federation.browser(), federation.url + PATH
    page = browser.get(url) if method == "get" else browser.post(url, fields | new)
    assert (page.status, page.text("errorCode")[:8]) == (404, "MSIS7065")
    assert takes(federation, federation.user.password)


@pytest.mark.parametrize(
    "path", [PATH, PATH.rstrip("/"), "/ADFS/Portal/UpdatePassword", PATH.upper()]
)
def test_the_page_is_served_with_and_without_a_slash_in_letters_of_any_case(
    path, federation, password_change_on
):
    page = federation.browser().get(federation.url + path)
    assert (page.status, page.title, page.error) == (200, "Update Password", "")
    assert set(page.form.fields) == {
        "UserName",
        "OldPassword",
        "NewPassword",
        "ConfirmNewPassword",
    }


def test_the_new_password_takes_the_place_of_the_old_one(change, federation):
    assert is_changed(change())
    assert takes(federation, NEW)
    assert not takes(federation, federation.user.password)
    assert [(row.event_id, row.outcome) for row in federation.log] == [(1204, "password_changed")]


@pytest.mark.parametrize("name", ["USER@Example.Test", "EXAMPLE\\user"])
def test_either_name_in_any_case_will_do(name, change):
    assert is_changed(change(name=name))


def test_every_session_ends(change, federation, easy):
    browser = federation.sign_in(easy.url()).browser
    change()
    assert "passwordInput" in browser.get(easy.url()).html


# What is refused


@pytest.mark.parametrize(
    ("name", "old"),
    [
        (None, "wrong"),
        ("nobody@example.test", "wrong"),
        ("disabled@example.test", "correct horse"),
        ("locked@example.test", "correct horse"),
        ("no name", "wrong"),
        (None, "x" * 1000),
    ],
    ids=["wrong", "unknown", "disabled", "locked", "no name", "long"],
)
def test_every_failure_looks_alike(name, old, change, federation):
    for each in ("disabled", "locked"):
        federation.add_user(f"{each}@example.test", phone=None)
    federation.services.directory.disable("disabled@example.test")
    for _ in range(10):
        federation.services.directory.check_password("locked@example.test", "wrong")

    page = change(old, name=name)

    assert (page.status, page.error, is_changed(page)) == (200, WRONG_PASSWORD, False)
    assert [row.event_id for row in federation.log] == [1205]


REFUSED = {
    "new_passwords_differ":    {"again": NEW + "x"},
    "new_password_length":     {"new": "Short 1"},
    "new_password_too_simple": {"new": "long enough but plain"},
    "new_password_is_old":     {"old": NEW},
}  # fmt: skip


@pytest.mark.parametrize(("code", "given"), REFUSED.items(), ids=REFUSED.keys())
def test_an_unacceptable_new_password_is_reported_and_costs_no_try(code, given, change, federation):
    page = change(**given)
    assert (page.error, federation.log[-1].outcome) == (NEW_PASSWORD[code], code)
    assert federation.services.directory.lockouts() == {}
    assert takes(federation, federation.user.password)


def test_after_a_failure_the_page_keeps_the_name_and_no_password(change, federation):
    page = change("wrong but long")
    assert page.form.fields["UserName"] == federation.user.name
    assert "wrong but long" not in page.html
    assert NEW not in page.html


def test_wrong_old_passwords_and_wrong_sign_ins_share_one_account(change, federation):
    for _ in range(10):
        change("wrong")
    assert change().error == WRONG_PASSWORD
    assert not takes(federation, federation.user.password)
    assert [row.event_id for row in federation.log][-4:] == [1205, 1210, 516, 1205]


@pytest.mark.each_database
def test_of_many_changes_at_once_one_is_made(change, federation):
    pages = at_once(lambda number: (number, change(new=f"{NEW}{number}")), range(8))
    changed = [number for number, page in pages if is_changed(page)]
    assert len(changed) == 1
    assert takes(federation, f"{NEW}{changed[0]}")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example.test"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_of_another_site_changes_nothing(headers, federation, password_change_on):
    fields = {"UserName": federation.user.name, "OldPassword": federation.user.password}
    new = {"NewPassword": NEW, "ConfirmNewPassword": NEW}
    answer = federation.browser().session.post(
        federation.url + PATH, data=fields | new, headers=headers
    )
    assert answer.status_code == 403
    assert takes(federation, federation.user.password)


# Who has to change it


@pytest.fixture
def must_change(federation):
    user = federation.user
    federation.services.directory.set_password(user.name, user.password, must_change=True)
    return user


def submit_new(federation, page, browser, new=NEW):
    return browser.submit(
        page.form, OldPassword=federation.user.password, NewPassword=new, ConfirmNewPassword=new
    )


@pytest.mark.each_database
def test_a_user_who_has_to_change_the_password_does_so_on_the_way_to_the_application(
    must_change, federation, password_change_on, sp, phone
):
    sign_in = federation.sign_in(sp.url(relay_state="onward"))
    assert (sign_in.page.title, sign_in.page.error) == ("Update Password", "")
    assert sign_in.page.form.fields["UserName"] == must_change.name
    assert not sign_in.browser.session.cookies

    page = submit_new(federation, sign_in.page, sign_in.browser)

    onward = federation.resume(sign_in.browser, page)
    phone.approve(onward.number)
    finished = onward.finish()
    assert (finished.name_id, finished.relay_state) == (must_change.name, "onward")
    assert takes(federation, NEW)


def test_a_user_who_ticked_keep_me_signed_in_stays_signed_in_after_the_change(
    must_change, federation, served, easy
):
    served(sign_in=SignInSection(password_change=True, keep_me_signed_in=True))
    browser = federation.browser()
    page = browser.submit(
        browser.get(easy.url()).form,
        UserName=must_change.name,
        Password=must_change.password,
        Kmsi="true",
    )
    page = submit_new(federation, page, browser, "simple")  # refused, and still wanted
    assert "SAMLResponse" in submit_new(federation, page, browser).html
    federation.clock.advance(9 * 3600)
    assert "SAMLResponse" in browser.get(easy.url()).html


def test_a_password_that_has_to_be_changed_signs_nobody_in(
    must_change, federation, password_change_on, easy
):
    sign_in = federation.sign_in(easy.url())
    page = submit_new(federation, sign_in.page, sign_in.browser, "simple")
    assert page.error == NEW_PASSWORD["new_password_length"]
    assert not sign_in.browser.session.cookies
    assert not takes(federation, must_change.password)
    assert [row.outcome for row in federation.log] == [
        "must_change_password",
        "new_password_length",
    ]


def test_a_wrong_password_does_not_lead_to_the_page(
    must_change, federation, password_change_on, easy
):
    page = federation.sign_in(easy.url(), password="wrong").page
    assert (page.title, page.error) == ("Sign In", WRONG_PASSWORD)


def test_a_user_who_has_to_change_the_password_is_sent_to_the_administrator_where_the_page_is_off(
    must_change, federation, easy
):
    page = federation.sign_in(easy.url()).page
    assert (page.title, page.error) == ("Sign In", MUST_CHANGE_PASSWORD)


def test_a_page_of_a_sign_in_that_is_over_changes_nothing(
    must_change, federation, password_change_on, easy
):
    sign_in = federation.sign_in(easy.url())
    federation.clock.advance(3601)
    page = submit_new(federation, sign_in.page, sign_in.browser)
    assert page.status == 400
    assert not takes(federation, NEW)
