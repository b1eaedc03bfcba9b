"""Names of cookies: with ``__Host-`` under https, without it in the code, never twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.wrappers import Request

from idp.web.cookies import (
    delete_cookie_header,
    own_cookie,
    own_cookies,
    repeated_cookie,
    set_cookie_header,
    superseded_cookie_headers,
)
from idp.web.exchange import Received

GET = {"REQUEST_METHOD": "GET", "PATH_INFO": "/adfs/ls/"}
OURS = (
    *("MSISAuth", "MSISSignout_00", "tallystick_node"),
    *("AdminSession", "AdminNotice", "AdminPending", "AdminLinks"),
)


@pytest.mark.parametrize("path", ["/adfs", "/admin", "/"])
def test_browsers_accept_the_prefix_only_with_these_attributes(path):
    for header in (
        set_cookie_header("MSISN", "v", max_age=None, secure=True, path=path),
        delete_cookie_header("MSISN", secure=True, path=path),
    ):
        name, *attributes = header.split("; ")
        assert name.startswith("__Host-MSISN=")
        assert {"Secure", "HttpOnly", "Path=/"} <= set(attributes)
        assert not any(attribute.startswith("Domain") for attribute in attributes)


@pytest.mark.parametrize("same_site", [None, "Lax", "Strict"])
def test_a_cookie_is_deleted_by_the_attributes_that_it_was_set_with(same_site):
    given = {"secure": True, "same_site": same_site}
    assert set_cookie_header("MSISN", "v", max_age=60, **given) == (
        f"__Host-MSISN=v; Max-Age=60; Secure; HttpOnly; Path=/; SameSite={same_site or 'None'}"
    )
    assert delete_cookie_header("MSISN", **given) == (
        f"__Host-MSISN=; Max-Age=0; Secure; HttpOnly; Path=/; SameSite={same_site or 'None'}"
    )


@pytest.mark.parametrize("secure", [True, False])
def test_no_cookie_is_set_whose_repetition_would_not_be_noticed(secure):
    with pytest.raises(ValueError, match="unheard"):
        set_cookie_header("unheard", "v", max_age=None, secure=secure)


def test_plain_http_has_no_prefix():
    header = set_cookie_header("MSISN", "v", max_age=None, secure=False, path="/admin")
    assert set(header.split("; ")) == {"MSISN=v", "HttpOnly", "Path=/admin", "SameSite=Lax"}


def test_the_prefixed_cookie_outranks_the_plain_one_in_either_order():
    pairs = [("MSISAuth", "planted"), ("__Host-MSISAuth", "own"), ("other", "1")]
    for cookies in (dict(pairs), dict(reversed(pairs))):
        assert own_cookies(cookies)["MSISAuth"] == "own"
        assert own_cookies(cookies)["other"] == "1"


def test_a_plain_cookie_counts_for_one_release():
    assert own_cookies({"MSISAuth": "old"}) == {"MSISAuth": "old"}


@given(st.dictionaries(st.sampled_from([*OURS, *(f"__Host-{each}" for each in OURS)]), st.text()))
def test_one_cookie_is_read_as_all_are(cookies):
    for name in OURS:
        assert own_cookie(cookies, name) == own_cookies(cookies).get(name, "")


@given(
    name=st.sampled_from(OURS),
    prefix=st.sampled_from(["", "__Host-"]),
    others=st.lists(st.sampled_from(["a=1", "b", "", "=", 'c="x"', "a=MSISAuth"])),
    separator=st.sampled_from([";", "; ", ",", " ; "]),
    place=st.integers(0, 5),
)
def test_whatever_stands_around_them_two_of_a_name_are_found(
    name, prefix, others, separator, place
):
    once = [*others[:place], f"{prefix}{name}=1", *others[place:]]
    assert repeated_cookie(separator.join(once)) is None
    twice = [*once, f"{prefix}{name} = 2"]
    assert repeated_cookie(separator.join(twice)) == f"{prefix}{name}"


def test_the_plain_and_the_prefixed_one_are_two_names():
    assert repeated_cookie("MSISAuth=1; __Host-MSISAuth=2; msisauth=3; xMSISAuth=4") is None


@pytest.mark.parametrize("value", ["sealed", ""])
def test_a_plain_cookie_is_deleted_as_soon_as_the_prefixed_one_is_set_or_deleted(value):
    given = [f"__Host-MSISAuth={value}; Path=/", "__Host-AdminSession=1", "other=1"]
    (header,) = superseded_cookie_headers({"MSISAuth": "old", "other": "1"}, given)
    assert header.startswith("MSISAuth=;")
    assert {"Path=/adfs", "Max-Age=0"} <= set(header.split("; "))


COOKIES = st.lists(
    st.sampled_from(["a", "b", "=", ";", " ", '"', "\\", "\\303", ",", "\xe4", "\t"])
)


@given(parts=COOKIES)
def test_cookies_are_read_as_werkzeug_reads_them_the_first_of_each_name(parts):
    environ = {**GET, "HTTP_COOKIE": "".join(parts)}
    cookies = Received(environ).cookies
    assert list(cookies.items()) == list(Request(environ).cookies.items())


def test_a_request_without_cookies_has_none():
    assert Received(GET).cookies == {}
