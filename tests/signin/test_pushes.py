"""A denial, a wrong number or silence ends a request; only the page's button sends another."""

from __future__ import annotations

import pytest

from idp.management import users
from idp.testing.signin import NotFinished

pytestmark = pytest.mark.each_database


@pytest.fixture
def sign_in(federation, sp):
    return federation.sign_in(sp.url())


def wrong(number: str) -> str:
    return "10" if number != "10" else "11"


ENDS = {
    "denied": (lambda sign_in, phone, clock: phone.deny(), "denied"),
    "reported": (lambda sign_in, phone, clock: phone.deny(report=True), "reported"),
    "wrong number": (lambda sign_in, phone, clock: phone.approve(wrong(sign_in.number)), "not the"),
    "no answer": (lambda sign_in, phone, clock: clock.advance(61), "no answer"),
}


@pytest.fixture(params=ENDS.values(), ids=ENDS.keys())
def ended(request, sign_in, phone, federation):
    """A sign-in whose request has ended badly, and the page that says so."""
    end, words = request.param
    end(sign_in, phone, federation.clock)
    sign_in.poll()
    assert words in sign_in.error
    return sign_in


def test_a_page_after_the_end_names_the_end_and_shows_no_number(ended):
    assert ended.page.status == 200
    assert {"loginForm", "options", "context", "errorText"} <= ended.page.ids()
    assert "validEntropyNumber" not in ended.page.ids()


def test_no_post_but_try_again_is_followed_by_a_push(ended, phone):
    posts = [{}, {"__EVENTTARGET": ""}, {"SignIn": "Sign in"}, {"TryAgain": ""}, {"TryAgain": "0"}]
    posts += [{"Poll": "1"}, {"AuthMethod": "AzureMfaAuthentication"}, {"VerificationCode": "1"}]
    for fields in posts:
        page = ended.post(**fields)
        assert page.status == 200
        assert page.error
        assert phone.pending() == ()


def test_an_earlier_context_does_not_revive_a_request(ended, federation, sp, phone):
    assert ended.browser.submit(ended.page.form).error
    with pytest.raises(NotFinished):
        ended.finish()
    assert phone.pending() == ()


@pytest.mark.parametrize(
    "ended", [end for name, end in ENDS.items() if name != "reported"], indirect=True
)
def test_try_again_sends_one_with_a_new_number(ended, phone):
    ended.try_again()
    assert len(phone.pending()) == 1
    phone.approve(ended.number)
    assert ended.finish().status == ("Success",)


def test_the_end_of_a_request_is_logged_once_however_often_the_page_is_posted(ended, federation):
    for _ in range(3):
        ended.poll()
    rows = [row for row in federation.log if row.event_id == 1201]
    assert [row.experience for row in rows] == ["number_match"]
    assert rows[0].outcome in ("denied", "denied_and_reported", "wrong_number", "no_answer")


def test_a_newer_sign_in_replaces_the_request_and_the_older_page_says_that(
    sign_in, federation, sp, phone
):
    newer = federation.sign_in(sp.url())
    sign_in.poll()
    assert "newer" in sign_in.error
    assert len(phone.pending()) == 1
    phone.approve(newer.number)
    assert newer.finish().status == ("Success",)


def test_a_sign_in_after_five_unanswered_requests_sends_none_and_says_that(federation, sp, phone):
    for _ in range(5):
        federation.sign_in(sp.url())
        phone.deny()

    sign_in = federation.sign_in(sp.url())

    assert (sign_in.page.status, sign_in.number, phone.pending()) == (200, None, ())
    assert "Too many requests" in sign_in.error
    assert (federation.log[-1].outcome, federation.log[-1].reason) == ("push_limit", "push_limit")

    federation.clock.advance(601)
    sign_in.try_again()
    phone.approve(sign_in.number)
    assert sign_in.finish().status == ("Success",)


def test_after_a_report_no_push_is_sent_until_a_code_was_right(federation, sp):
    user = federation.add_user(totp=True)
    other = federation.sign_in(sp.url())  # of another user
    sign_in = federation.sign_in(sp.url(), user)
    user.phone.report()

    sign_in.poll()
    assert "denied on the phone and reported" in sign_in.error
    assert federation.log[-1].outcome == "denied_and_reported"
    (report,) = [
        row for row in federation.log if row.outcome == "user_reported_suspicious_activity"
    ]
    assert (report.event_id, report.user, report.node) == (1203, user.name, "srv2022")
    assert report.experience == "number_match"

    for again in (sign_in.try_again, sign_in.try_again):
        again()
        assert (sign_in.number, user.phone.pending()) == (None, ())
        assert "reported" in sign_in.error
    reason = "user_reported_suspicious_activity"
    assert (federation.log[-1].outcome, federation.log[-1].reason) == (reason, reason)
    federation.clock.advance(3 * 86_400)
    later = federation.sign_in(sp.url(), user)
    assert (later.number, user.phone.pending()) == (None, ())

    later.use_code()
    later.enter_code(user.code())
    assert later.finish().status == ("Success",)
    assert federation.sign_in(sp.url(), user).number
    assert other.number


def test_an_administrator_lets_pushes_be_sent_again(federation, sp, phone):
    federation.sign_in(sp.url())
    phone.report()
    assert federation.sign_in(sp.url()).number is None

    users.unlock(federation.services, federation.user.name)

    assert federation.sign_in(sp.url()).number


def test_an_approval_in_time_may_be_collected_a_minute_after_the_time_to_answer(
    sign_in, federation, phone
):
    federation.clock.advance(59)
    phone.approve(sign_in.number)
    federation.clock.advance(60)
    assert sign_in.finish().status == ("Success",)


def test_an_approval_is_not_good_for_ever(sign_in, federation, phone):
    phone.approve(sign_in.number)
    federation.clock.advance(125)
    sign_in.poll()
    assert "no answer" in sign_in.error


def test_asking_how_things_stand_takes_nothing(sign_in, phone):
    phone.approve(sign_in.number)
    for _ in range(3):
        assert "SAMLResponse" not in sign_in.post(Poll="1").html
    assert sign_in.finish().status == ("Success",)


def test_other_ways_and_unknown_fields_change_nothing(sign_in, phone):
    number = sign_in.number
    page = sign_in.post(__EVENTTARGET="", nonsense="x", UseCode="1", VerificationCode="123456")
    assert page.text("validEntropyNumber") == number


def test_a_user_with_phone_and_codes_may_type_a_code(federation, sp):
    user = federation.add_user(totp=True)
    sign_in = federation.sign_in(sp.url(), user)
    sign_in.enter_code(user.code())

    methods = sign_in.finish().assertion.values_of("authnmethodsreferences")
    assert "http://schemas.microsoft.com/ws/2012/12/authmethod/otp" in methods


def test_a_code_counts_once_for_all_sign_ins(federation, sp):
    user = federation.add_user(phone=None, totp=True)
    code = user.code()
    first, second = federation.sign_in(sp.url(), user), federation.sign_in(sp.url(), user)
    first.enter_code(code)
    assert first.is_finished

    second.enter_code(code)

    assert not second.is_finished
    assert "used already" in second.error
