"""Any node answers any step: what one has begun, the other ends; what one has used, is used."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from support.adapters.mfa_node import at_once
from support.nets import NET_SECONDS

from adapter.mfa.codes.limits import MAX_WRONG_IN_A_ROW

pytestmark = pytest.mark.each_database


def tokens(pages) -> int:
    return ["SAMLResponse" in page.html for page in pages].count(True)


def test_every_step_may_be_another_nodes(load_balancer, federation, sp, phone):
    browser, user = federation.browser(), federation.user
    page = browser.get(sp.url())
    load_balancer.to("b")
    page = browser.submit(page.form, UserName=user.name, Password=user.password)
    sign_in = federation.resume(browser, page)
    load_balancer.to("a")
    assert sign_in.poll().text("validEntropyNumber") == sign_in.number
    load_balancer.to("b")
    phone.approve(sign_in.number)
    load_balancer.to("a")

    assert sign_in.finish().status == ("Success",)
    assert [row.event_id for row in federation.log] == [1202, 1200]


def test_a_post_that_hangs_at_one_node_ends_when_the_phone_has_answered_at_the_other(
    load_balancer, federation, sp, phone, enable, threads
):
    enable("AzureMfaServerAuthentication")
    sign_in = federation.sign_in(sp.url())
    post = threads.submit(sign_in.poll)
    phone.pending(wait=NET_SECONDS)
    load_balancer.to("b")

    phone.approve()

    assert "SAMLResponse" in post.result(NET_SECONDS).html
    assert [row.event_id for row in federation.log] == [1202, 1200]


def test_single_sign_on_holds_at_both(load_balancer, federation, sp, phone):
    sign_in = federation.sign_in(sp.url())
    phone.approve(sign_in.number)
    sign_in.finish()
    load_balancer.to("b")

    again = federation.sign_in(sp.url(), browser=sign_in.browser)

    assert again.is_finished
    assert again.finish().name_id == federation.user.name


def test_a_build_that_is_changed_at_one_node_holds_at_the_other(load_balancer, federation, sp):
    assert federation.sign_in(sp.url()).number is not None
    load_balancer.rooms("b").farm.set_build("srv2022", "20348.349", by="b")

    assert federation.sign_in(sp.url()).number is None


def test_a_trust_changed_at_one_node_is_seen_by_the_other(load_balancer, federation, sp):
    load_balancer.to("a", "b")
    for page in (federation.sign_in(sp.url()), federation.sign_in(sp.url())):
        assert not page.is_finished
    load_balancer.rooms("a").trusts.change_from_text(sp.entity_id, {"second_factor": "never"})
    load_balancer.to("b")

    assert federation.sign_in(sp.url()).is_finished


def test_a_user_who_is_disabled_at_one_node_is_out_at_the_other(load_balancer, federation, easy):
    browser = federation.sign_in(easy.url()).browser
    load_balancer.to("b")
    assert federation.sign_in(easy.url(), browser=browser).is_finished
    load_balancer.rooms("a").directory.disable(federation.user.name)

    assert browser.get(easy.url()).title == "Sign In"
    assert federation.sign_in(easy.url()).page.title == "Sign In"


def test_a_log_out_at_one_node_ends_the_session_at_the_other(load_balancer, federation, easy):
    browser = federation.sign_in(easy.url()).browser
    kept = dict(browser.session.cookies)
    browser.post(f"{federation.url}/adfs/ls/signout", {})
    load_balancer.to("b")
    browser.session.cookies.update(kept)

    assert browser.get(easy.url()).title == "Sign In"


def test_only_one_of_fifty_posts_to_both_nodes_at_once_gets_a_token(
    load_balancer, federation, sp, phone
):
    sign_in = federation.sign_in(sp.url())
    phone.approve(sign_in.number)
    form, cookies = sign_in.page.form, sign_in.browser.session.cookies.copy()
    load_balancer.to("a", "b")

    def post(_: int):
        browser = federation.browser()
        browser.session.cookies.update(cookies)
        return browser.submit(form)

    assert tokens(at_once(post, range(50))) == 1
    assert [row.event_id for row in federation.log].count(1200) == 1


def test_a_request_brought_to_both_nodes_at_once_is_answered_once(load_balancer, federation, easy):
    browser = federation.sign_in(easy.url()).browser
    url, cookies = easy.url(), browser.session.cookies.copy()
    load_balancer.to("a", "b")

    def ask(_: int):
        mine = federation.browser()
        mine.session.cookies.update(cookies)
        return mine.get(url)

    assert tokens(at_once(ask, range(8))) == 1


def test_when_a_node_dies_the_other_goes_on_with_the_same_number_and_without_a_second_push(
    load_balancer, federation, sp, phone
):
    sign_in = federation.sign_in(sp.url())
    number, asked = sign_in.number, phone.pending()
    load_balancer.dies("a")

    assert sign_in.poll().text("validEntropyNumber") == number
    assert phone.pending() == asked
    phone.approve(number)
    assert sign_in.finish().status == ("Success",)
    assert len(asked) == 1


def test_a_phone_that_waits_at_one_node_hears_of_a_push_from_the_other(
    load_balancer, federation, sp, phone, room_reads, endless_wait
):
    load_balancer.to("b")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(phone.pending, wait=25)
        room_reads.wait_for(bool)
        load_balancer.to("a")
        sign_in = federation.sign_in(sp.url())
        (request,) = waiting.result(NET_SECONDS)

    phone.approve(sign_in.number, request_id=request.id)
    assert sign_in.finish().status == ("Success",)


def test_a_code_that_was_given_at_one_node_is_used_up_at_the_other(load_balancer, federation, sp):
    user = federation.add_user(phone=None, totp=True)
    first, second = (federation.sign_in(sp.url(), user) for _ in range(2))
    code = user.code()
    first.enter_code(code)
    assert first.is_finished
    load_balancer.to("b")
    second.enter_code(code)

    assert not second.is_finished


def test_a_code_given_to_both_nodes_at_once_counts_once(load_balancer, federation, sp):
    user = federation.add_user(phone=None, totp=True)
    sign_ins = [federation.sign_in(sp.url(), user) for _ in range(8)]
    code = user.code()
    load_balancer.to("a", "b")
    at_once(lambda sign_in: sign_in.enter_code(code), sign_ins)

    assert [each.is_finished for each in sign_ins].count(True) == 1


def test_wrong_codes_are_counted_together(load_balancer, federation, sp):
    user = federation.add_user(phone=None, totp=True)
    sign_ins = [federation.sign_in(sp.url(), user) for _ in range(MAX_WRONG_IN_A_ROW)]
    wrong = f"{(int(user.code()) + 500_000) % 1_000_000:06}"
    load_balancer.to("a", "b")
    for sign_in in sign_ins:
        sign_in.enter_code(wrong)
    last = federation.sign_in(sp.url(), user)
    last.enter_code(user.code())

    assert not last.is_finished


def test_wrong_passwords_are_counted_together(load_balancer, federation, easy):
    load_balancer.to("a", "b")
    at_once(lambda _: federation.sign_in(easy.url(), password="wrong"), range(16))

    state = load_balancer.rooms("b").directory.lockouts(federation.user.name)[federation.user.name]
    assert (state.counters["soft"].wrong, state.locked) == (10, ("soft",))
    assert not federation.sign_in(easy.url()).is_finished


def test_what_one_node_redirects_another_goes_on_with(load_balancer, federation, sp, phone):
    """Both redirects of a sign-in by HTTP-POST: nothing but the cookie says what it was."""
    browser, user = federation.browser(), federation.user
    load_balancer.to("a")
    form = browser.post(sp.ls_url, sp.fields(ID="_mine", relay_state="kept")).form

    def redirected_from_a_to_b(form, **fields):
        load_balancer.to("a")
        data = {**form.fields, **fields}
        answer = browser.session.post(form.action, data=data, allow_redirects=False)
        assert answer.status_code == 302
        load_balancer.to("b")
        return browser.get(answer.headers["Location"])

    page = redirected_from_a_to_b(form, UserName=user.name, Password=user.password)
    phone.approve(page.text("validEntropyNumber"))
    finished = federation.resume(browser, redirected_from_a_to_b(page.form)).finish()

    assert (finished.received.in_response_to, finished.relay_state) == ("_mine", "kept")
