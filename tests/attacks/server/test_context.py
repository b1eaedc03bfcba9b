"""``Context`` opens for the user, browser session and sign-in that it was made for, until the end.

It can be kept and sent again; what it must not rewind is in the database.
"""

from __future__ import annotations

from itertools import permutations

import pytest

ENDED = "MSIS7001"


def context_of(sign_in) -> str:
    return sign_in.page.form.fields["Context"]


def post(sign_in, context, browser=None):
    return (browser or sign_in.browser).submit(sign_in.page.form, Context=context)


@pytest.fixture
def sign_in(federation, sp):
    return federation.sign_in(sp.url())


def test_every_answer_has_a_new_context(sign_in):
    seen = {context_of(sign_in)}
    for _ in range(3):
        sign_in.poll()
        seen.add(context_of(sign_in))
    assert len(seen) == 4


def test_a_context_does_not_reveal_what_is_in_it(sign_in, federation):
    number = sign_in.number
    assert sign_in.page.html.count(f">{number}<") == 1
    assert federation.user.name not in context_of(sign_in)


def test_an_earlier_context_is_as_good_as_the_latest(sign_in, phone):
    earlier = context_of(sign_in)
    for _ in range(3):
        sign_in.poll()
    phone.approve(sign_in.number)

    assert "SAMLResponse" in post(sign_in, earlier).html


def test_an_earlier_context_gives_no_try_back(federation, sp):
    """Every guess is posted with the Context that came before any of them."""
    user = federation.add_user(phone=None, totp=True)
    sign_in = federation.sign_in(sp.url(), user)
    form, browser = sign_in.page.form, sign_in.browser
    for steps in range(1000, 1010):
        page = browser.submit(form, VerificationCode=user.code(steps=steps))
        assert page.status == 200

    page = browser.submit(form, VerificationCode=user.code())

    assert "SAMLResponse" not in page.html
    federation.clock.advance(16 * 60)
    assert "SAMLResponse" in browser.submit(form, VerificationCode=user.code()).html


def test_a_lost_answer_may_be_asked_for_again(sign_in):
    kept, number = context_of(sign_in), sign_in.number
    for _ in range(3):
        page = post(sign_in, kept)
        assert page.text("validEntropyNumber") == number


def test_a_context_is_refused_after_the_end(sign_in, phone, lines):
    forms = [sign_in.page.form]
    sign_in.poll()
    forms.append(sign_in.page.form)
    phone.approve(sign_in.number)
    sign_in.poll()

    for form in forms:
        page = sign_in.browser.submit(form)
        assert (page.status, page.form) == (400, None)
    assert lines.refusals() == [ENDED] * 2


@pytest.mark.parametrize(
    "damage",
    [
        lambda context: context[:-1],
        lambda context: context[: len(context) // 2],
        lambda context: context.partition(".")[0],
        lambda context: "",
        lambda context: context + "A",
        lambda context: context + "==",
        lambda context: context.replace(".", "", 1),
        lambda context: "00000000." + context.partition(".")[2],
        lambda context: context.swapcase(),
        lambda context: context * 2,
        lambda context: "A" * 600_000,
        lambda context: "\x00" + context,
        lambda context: context + "\ud7ff€",
    ],
)
def test_a_damaged_context_is_refused(damage, sign_in, federation, lines):
    rows = len(federation.log)

    page = post(sign_in, damage(context_of(sign_in)))

    assert (page.status, page.form) == (400, None)
    assert lines.refusals() == [ENDED]
    assert [row.outcome for row in federation.log[rows:]] == [ENDED]


def test_any_flipped_character_is_refused(sign_in):
    context = context_of(sign_in)
    for at in range(0, len(context), len(context) // 40):
        other = "A" if context[at] != "A" else "B"
        assert post(sign_in, context[:at] + other + context[at + 1 :]).status == 400
    assert post(sign_in, context).status == 200


def test_a_context_does_not_open_without_its_session(sign_in, federation, phone, lines):
    phone.approve(sign_in.number)

    page = post(sign_in, context_of(sign_in), federation.browser())

    assert page.status == 400
    assert lines.refusals() == [ENDED]


def test_a_context_does_not_open_in_another_session_of_the_same_user(
    sign_in, federation, sp, phone
):
    phone.approve(sign_in.number)
    other = federation.sign_in(sp.url())

    assert post(other, context_of(sign_in)).status == 400


def test_a_new_password_in_the_same_browser_is_a_new_session(sign_in, federation, sp, phone):
    federation.sign_in(sp.url(ForceAuthn="true"), browser=sign_in.browser)

    assert post(sign_in, context_of(sign_in)).status == 400


@pytest.mark.parametrize(("own", "other"), list(permutations(["alice", "bob"])))
@pytest.mark.parametrize("approved", ["alice", "bob"])
@pytest.mark.parametrize("cookies_of", ["alice", "bob"])
def test_across_two_users_only_the_own_approval_in_the_own_browser_counts(
    own, other, approved, cookies_of, federation, sp
):
    """Sign in as two people at once, and answer one prompt with the other's factor."""
    users = {name: federation.add_user(f"{name}@example.test") for name in ("alice", "bob")}
    sign_ins = {name: federation.sign_in(sp.url(), user) for name, user in users.items()}
    users[approved].phone.approve(sign_ins[approved].number)

    page = post(sign_ins[own], context_of(sign_ins[own]), sign_ins[cookies_of].browser)

    if "SAMLResponse" in page.html:
        finished = federation.resume(sign_ins[own].browser, page).finish()
        assert finished.name_id == users[own].name
    assert ("SAMLResponse" in page.html) == (own == approved == cookies_of)
    assert (page.status == 400) == (own != cookies_of)


def test_another_challenge_of_the_same_user_does_not_answer_a_context(federation, sp, phone):
    first, second = federation.sign_in(sp.url()), federation.sign_in(sp.url())
    phone.approve(second.number)

    first.poll()

    assert not first.is_finished
    assert "newer" in first.error
    assert second.finish().status == ("Success",)


def test_a_context_and_other_sealed_fields_do_not_pass_for_one_another(federation, sp, sign_in):
    log_in = federation.browser().get(sp.url()).form
    sealed = log_in.fields["SamlSession"]
    cookie = sign_in.browser.session.cookies["MSISAuth"]

    assert post(sign_in, sealed).status == 400
    assert post(sign_in, cookie).status == 400
    as_session = {"SamlSession": context_of(sign_in)}
    assert federation.browser().post(sp.ls_url, as_session).status == 400


def test_a_context_is_good_for_two_hours_after_the_request_however_often_it_is_renewed(
    sign_in, federation, lines
):
    for _ in range(4):
        federation.clock.advance(29 * 60)
        assert sign_in.poll().status == 200
    federation.clock.advance(4 * 60)
    assert sign_in.poll().status == 400
    assert lines.refusals()[-1] == ENDED


def test_a_log_in_page_is_good_for_an_hour_however_often_it_is_shown(federation, easy, lines):
    browser, user = federation.browser(), federation.user
    form = browser.get(easy.url()).form
    for _ in range(2):
        federation.clock.advance(29 * 60)
        form = browser.submit(form, UserName=user.name, Password="wrong").form
    federation.clock.advance(3 * 60)

    page = browser.submit(form, UserName=user.name, Password=user.password)

    assert page.status == 400
    assert lines.refusals()[-1] == ENDED
