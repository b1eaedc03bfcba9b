"""The session's cookie: sealed, for ``/adfs`` alone, and as safe as the address allows."""

from __future__ import annotations

from http.cookies import SimpleCookie

import pytest

from idp.config.schema import ServerSection
from idp.signin.loop_detection import NAME as LOOP_COOKIE

NAME = "MSISAuth"


def morsel_of(header: str):
    (morsel,) = SimpleCookie(header).values()
    return morsel


def session_cookie(headers: list[str], name: str = NAME):
    (morsel,) = (each for each in map(morsel_of, headers) if each.key == name)
    return morsel


@pytest.fixture
def given(federation, easy):
    """Sign in and return the cookie as it was given."""

    def given(**fields):
        user = federation.user
        form = {"UserName": user.name, "Password": user.password, **fields}
        session = federation.browser().session
        answer = session.post(easy.url(), data=form, allow_redirects=False)
        return session_cookie(answer.raw.headers.getlist("Set-Cookie"))

    return given


def test_the_cookie_is_lax_on_plain_http(given):
    morsel = given()
    assert (morsel.key, morsel["path"], morsel["samesite"]) == (NAME, "/", "Lax")
    assert morsel["httponly"]
    assert not morsel["secure"]
    assert not morsel["domain"]


def test_the_cookie_is_secure_and_same_site_none_under_tls(federation, reconfigured, easy):
    client = reconfigured(server=ServerSection(base_url="https://sts.example.test"))
    user = federation.user
    query = easy.url(Destination=None).partition("?")[2]

    answer = client.post(
        f"/adfs/ls/?{query}", data={"UserName": user.name, "Password": user.password}
    )

    morsel = session_cookie(answer.headers.getlist("Set-Cookie"), f"__Host-{NAME}")
    assert (morsel["path"], morsel["samesite"]) == ("/", "None")
    assert morsel["httponly"]
    assert morsel["secure"]
    assert not morsel["domain"]


def test_the_cookie_is_removed_under_tls_with_the_attributes_it_was_set_with(
    federation, reconfigured, easy
):
    client = reconfigured(server=ServerSection(base_url="https://sts.example.test"))
    user, query = federation.user, easy.url(Destination=None).partition("?")[2]
    client.post(f"/adfs/ls/?{query}", data={"UserName": user.name, "Password": user.password})

    answer = client.post("/adfs/ls/signout")

    morsels = map(morsel_of, answer.headers.getlist("Set-Cookie"))
    (taken,) = (each for each in morsels if each["max-age"] == "0")
    assert (taken.key, taken.value, taken["path"]) == (f"__Host-{NAME}", "", "/")
    assert (taken["samesite"], taken["secure"], taken["httponly"]) == ("None", True, True)


def test_the_cookie_ends_with_the_browser(given):
    morsel = given()
    assert not morsel["max-age"]
    assert not morsel["expires"]


def test_the_cookie_changes_at_every_factor_and_every_sign_in(federation, sp, phone):
    sign_in = federation.sign_in(sp.url())
    seen = {sign_in.browser.session.cookies[NAME]}
    phone.approve(sign_in.number)
    sign_in.finish()
    seen.add(sign_in.browser.session.cookies[NAME])
    again = federation.sign_in(sp.url(ForceAuthn="true"), browser=sign_in.browser)
    seen.add(again.browser.session.cookies[NAME])
    assert len(seen) == 3


def test_the_cookie_is_not_set_before_the_password_or_for_a_wrong_one(federation, sp):
    browser = federation.browser()
    form = browser.get(sp.url()).form
    browser.submit(form, UserName=federation.user.name, Password="wrong")
    assert not browser.session.cookies


def test_the_cookie_fits_into_the_limits_of_browsers(federation, sp):
    user = federation.add_user(f"{'u' * 50}@{'d' * 60}.{'d' * 60}.example.test")
    sign_in = federation.sign_in(sp.url(), user)
    user.phone.approve(sign_in.number)
    sign_in.finish()
    assert len(sign_in.browser.session.cookies[NAME]) < 1024


def test_the_cookie_does_not_reveal_the_user(given, federation):
    assert federation.user.name not in given().value


@pytest.mark.parametrize(
    "value",
    [
        "x",
        "a.b",
        "00000000.AAAA",
        "%00",
        '"\\"',
        "=" * 100,
        "A" * 30_000,
        "\xff\xfe",
        "{}",
        "; Path=/",
    ],
)
def test_a_foreign_cookie_is_no_session(value, federation, easy):
    browser = federation.browser()
    answer = browser.session.get(
        easy.url(), headers={"Cookie": f"{NAME}={value}".encode("latin-1")}
    )
    assert answer.status_code == 200
    assert "passwordInput" in answer.text


def test_a_changed_cookie_is_no_session(federation, easy):
    browser = federation.sign_in(easy.url()).browser
    good = browser.session.cookies[NAME]
    for at in range(0, len(good), len(good) // 20):
        other = "A" if good[at] != "A" else "B"
        changed = f"{NAME}={good[:at]}{other}{good[at + 1 :]}"
        answer = federation.browser().session.get(easy.url(), headers={"Cookie": changed})
        assert "passwordInput" in answer.text


def test_a_thousand_cookies_do_no_harm(federation, easy):
    many = "; ".join(f"c{number}={number}" for number in range(1000))
    answer = federation.browser().session.get(easy.url(), headers={"Cookie": many})
    assert answer.status_code == 200


def test_a_session_from_before_the_prefix_goes_on_and_the_next_cookie_replaces_it(
    federation, reconfigured, easy
):
    """One release reads the plain name, too; what stayed of it would count again later."""
    client = reconfigured(server=ServerSection(base_url="https://sts.example.test"))
    old = federation.sign_in(easy.url()).browser.session.cookies[NAME]
    client.set_cookie(NAME, old, domain="sts.example.test", path="/adfs")
    query = easy.url(Destination=None).partition("?")[2]
    assert "SAMLResponse" in client.get(f"/adfs/ls/?{query}").text

    user, query = federation.user, easy.url(Destination=None, ForceAuthn="true").partition("?")[2]
    client.post(f"/adfs/ls/?{query}", data={"UserName": user.name, "Password": user.password})

    assert client.get_cookie(NAME, "sts.example.test", "/adfs") is None
    assert client.get_cookie(f"__Host-{NAME}", "sts.example.test", "/") is not None


@pytest.mark.parametrize("prefix", ["", "__Host-"])
@pytest.mark.parametrize("name", [NAME, LOOP_COOKIE, "MSISSignout_12345678", "tallystick_node"])
@pytest.mark.parametrize("between", ["; ", ";", ", ", "; other=1; "])
def test_two_cookies_of_one_name_are_refused_in_either_order(
    prefix, name, between, federation, easy, lines
):
    """One of them is planted, from another path or a neighbouring host: nobody can say which."""
    good = federation.sign_in(easy.url()).browser.session.cookies[NAME]
    pair = [f"{prefix}{name}={good}", f"{prefix}{name}=planted"]
    for cookies in (pair, pair[::-1]):
        answer = federation.browser().session.get(
            easy.url(), headers={"Cookie": between.join(cookies)}
        )
        assert answer.status_code == 400
        assert "SAMLResponse" not in answer.text
        assert "Delete the cookies of this site" in answer.text
    assert lines.refusals() == ["duplicate_cookie"] * 2


def test_a_planted_cookie_without_the_prefix_does_not_replace_the_own_one(
    federation, reconfigured, easy
):
    client = reconfigured(server=ServerSection(base_url="https://sts.example.test"))
    mallory = federation.add_user("mallory@example.test")
    own = federation.sign_in(easy.url()).browser.session.cookies[NAME]
    planted = federation.sign_in(easy.url(), mallory).browser.session.cookies[NAME]
    client.set_cookie(f"__Host-{NAME}", own, domain="sts.example.test", path="/")
    client.set_cookie(NAME, planted, domain="sts.example.test", path="/adfs/ls")

    page = client.get("/adfs/ls/signout").text

    assert federation.user.name in page
    assert "mallory" not in page


def test_other_applications_may_send_a_name_twice(federation, easy):
    answer = federation.browser().session.get(easy.url(), headers={"Cookie": "a=1; a=2; XMSIS=1"})
    assert answer.status_code == 200
