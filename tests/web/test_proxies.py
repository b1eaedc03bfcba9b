"""Which headers are believed, and from whom."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.config.reading import ConfigError, from_values
from idp.web.proxies import MAX_HOPS, MAX_USER_AGENT_LENGTH, Proxies

WAP, BALANCER, USER, STRANGER = "10.0.0.80", "10.0.1.1", "203.0.113.9", "198.51.100.66"
PROXIES = Proxies([ip_network(WAP), ip_network("2001:db8:80::/64")], [ip_network("10.0.1.0/28")])
ALL = {
    "X-MS-Proxy": "wap.example.test",
    "X-MS-Forwarded-Client-IP": USER,
    "X-Forwarded-For": USER,
    "X-Forwarded-Host": "evil.example.test",
    "Forwarded": f"for={USER}",
}


def seen(peer: str, proxies: Proxies = PROXIES, **headers: str):
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return proxies.request_context(peer, sent, "/adfs/ls/")


@pytest.mark.parametrize("peer", [STRANGER, "10.0.0.81", "10.0.1.16", "::1", "2001:db8:81::1"])
def test_headers_of_an_unconfigured_proxy_are_not_believed(peer):
    here = PROXIES.request_context(peer, ALL, "/adfs/ls/")

    assert (here.client_ip, here.user_ip) == (peer, peer)
    assert (here.forwarded_ips, here.proxy, here.inside_corporate_network) == ((), "", True)


@given(st.dictionaries(st.sampled_from(sorted(ALL)), st.text(max_size=40)))
def test_without_proxies_no_header_changes_anything(headers):
    assert Proxies().request_context(WAP, headers, "/") == Proxies().request_context(WAP, {}, "/")


@pytest.mark.parametrize("peer", [WAP, f"::ffff:{WAP}", "2001:db8:80::1"])
def test_a_request_through_a_web_application_proxy_is_outside(peer):
    there = PROXIES.request_context(peer, ALL, "/adfs/ls/")

    assert not there.inside_corporate_network
    assert there.proxy == "wap.example.test"
    assert there.user_ip == USER


def test_a_request_through_a_silent_web_application_proxy_is_outside_too():
    there = seen(WAP)

    assert (there.inside_corporate_network, there.proxy) == (False, WAP)
    assert (there.client_ip, there.user_ip) == (WAP, "")


def test_of_a_list_the_proxys_own_entry_is_the_user():
    there = seen(WAP, X_MS_Forwarded_Client_IP=f"10.0.0.1, garbage,[2001:db8::7]:443, {USER}:5000")

    assert there.forwarded_ips == ("10.0.0.1", "2001:db8::7", USER)
    assert there.user_ip == USER


@pytest.mark.parametrize("last", ["", "unknown", "10.0.0.1;", "<b>"])
def test_a_list_whose_last_entry_is_no_address_is_not_believed_at_all(last):
    there = seen(WAP, X_MS_Forwarded_Client_IP=f"10.0.0.1,{last}")

    assert (there.forwarded_ips, there.user_ip) == ((), "")


def test_a_web_application_proxy_is_not_believed_in_what_reverse_proxies_say():
    assert seen(WAP, X_Forwarded_For=USER).user_ip == ""


def test_a_reverse_proxy_names_the_client():
    here = seen("10.0.1.3", X_Forwarded_For=USER, X_MS_Proxy="wap", X_MS_Forwarded_Client_IP="::1")

    assert (here.client_ip, here.user_ip) == (USER, USER)
    assert here.inside_corporate_network
    assert here.forwarded_ips == ()


def test_addresses_that_a_client_claims_are_dropped():
    assert seen(BALANCER, X_Forwarded_For=f"10.0.0.1, {WAP}, {USER}").client_ip == USER


def test_reverse_proxies_may_stand_in_a_row():
    row = f"10.0.0.1, {USER}, 10.0.1.2,10.0.1.3:80"

    assert seen(BALANCER, X_Forwarded_For=row).client_ip == USER


def test_a_web_application_proxy_may_stand_behind_a_reverse_proxy():
    there = seen(BALANCER, X_Forwarded_For=f"{USER}, {WAP}", X_MS_Forwarded_Client_IP=USER)

    assert (there.client_ip, there.user_ip) == (WAP, USER)
    assert not there.inside_corporate_network


def test_naming_the_proxy_in_a_header_changes_nothing():
    there = seen(BALANCER, X_Forwarded_For=f"{WAP}, {STRANGER}", X_MS_Forwarded_Client_IP=USER)

    assert (there.client_ip, there.inside_corporate_network) == (STRANGER, True)


@pytest.mark.parametrize("named", ["", " ", ",", "10.0.1.2", "10.0.1.2, 10.0.1.3"])
def test_a_reverse_proxy_that_names_no_client_is_not_taken_for_it(named):
    """Its own address may be in a range that a policy permits; who is behind it is unknown."""
    for there in (seen(BALANCER, X_Forwarded_For=named), seen(BALANCER)):
        assert (there.client_ip, there.user_ips, there.proxy) == ("", (), BALANCER)
        assert not there.inside_corporate_network


@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from([USER, WAP, BALANCER, "10.0.1.2", "x", ""])).map(",".join)
)
def test_whatever_a_reverse_proxy_sends_who_is_not_named_is_outside(named):
    context = seen(BALANCER, X_Forwarded_For=named)
    is_one_of_ours = not context.user_ip or ip_address(context.user_ip) in ip_network("10.0.1.0/28")
    assert not (is_one_of_ours and context.inside_corporate_network)


def test_a_request_without_an_address_from_the_reverse_proxy_is_unknown_and_outside():
    there = seen(BALANCER, X_Forwarded_For=f"{USER}, unknown", X_MS_Forwarded_Client_IP=USER)

    assert (there.client_ip, there.user_ips, there.shown_ip) == ("", (), "")
    assert (there.inside_corporate_network, there.proxy) == (False, BALANCER)


def test_a_peer_without_an_address_is_unknown_and_outside():
    there = PROXIES.request_context("", ALL, "/adfs/ls/")

    assert (there.client_ip, there.user_ips, there.proxy) == ("", (), "unknown")
    assert not there.inside_corporate_network


def test_a_long_list_is_read_from_its_end_and_no_further_than_needed():
    hops = ",".join(f"192.0.2.{number % 256}" for number in range(1_000_000))

    there = seen(WAP, X_MS_Forwarded_Client_IP=f"{hops},{USER}")
    here = seen(BALANCER, X_Forwarded_For=",".join([USER] + ["10.0.1.1"] * 10_000))

    assert len(there.forwarded_ips) == MAX_HOPS
    assert there.user_ip == USER
    assert (here.client_ip, here.inside_corporate_network) == ("", False)


def test_stored_addresses_are_bounded_and_printable():
    there = seen(WAP, X_MS_Proxy="wap\x1b[2J" + "a" * 9999, User_Agent="\r\nb" * 9999)

    assert there.proxy.startswith("wap[2Jaaa")
    assert len(there.proxy) == 256
    assert there.user_agent == "b" * MAX_USER_AGENT_LENGTH


def test_the_limits_are_those_that_are_documented():
    assert (MAX_HOPS, MAX_USER_AGENT_LENGTH) == (16, 512)


def test_a_request_without_headers_has_no_user_agent_and_no_proxy():
    here = seen(STRANGER)

    assert (here.user_agent, here.proxy, here.forwarded_ips) == ("", "", ())
    assert here.endpoint_path == "/adfs/ls/"


def test_proxies_are_configured_as_addresses_and_networks(monkeypatch):
    monkeypatch.setenv("TALLYSTICK__PROXIES__REVERSE_PROXIES", '["10.1.0.0/16", "::1"]')

    known = from_values({"proxies": {"web_application_proxies": [WAP]}}).proxies

    assert known.web_application_proxies == (ip_network(WAP),)
    assert known.reverse_proxies == (ip_network("10.1.0.0/16"), ip_network("::1"))


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"reverse_proxies": ["proxy.example.test"]}, "reverse_proxies.0"),
        ({"reverse_proxies": ["10.0.0.1/8"]}, "reverse_proxies.0"),
        ({"reverse_proxies": "10.0.0.1"}, "reverse_proxies"),
        ({"trusted": ["10.0.0.1"]}, "trusted"),
        (
            {"reverse_proxies": ["10.0.0.0/8"], "web_application_proxies": [WAP]},
            "10.0.0.80/32 and 10.0.0.0/8 overlap",
        ),
    ],
)
def test_malformed_proxies_are_an_error_of_the_configuration(values, fault):
    with pytest.raises(ConfigError, match=fault):
        from_values({"proxies": values})


@pytest.mark.parametrize("peer", [WAP, BALANCER, "10.0.1.15", "2001:db8:80::7", f"::ffff:{WAP}"])
def test_a_configured_peer_is_one_of_the_proxies(peer):
    assert PROXIES.has(peer)


@pytest.mark.parametrize("peer", [STRANGER, "10.0.1.16", "2001:db8:81::1", "", "unix:", "x"])
def test_any_other_peer_is_none_of_the_proxies(peer):
    assert not PROXIES.has(peer)
    assert not Proxies().has(WAP)
