"""Where a demo is reached: options first, then what its folder was made for, then the default."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from idp.cli.demo import demo
from idp.demo.address import DemoAddress, choose_address, is_host


@pytest.mark.parametrize(
    ("options", "earlier", "base_url", "sp_url"),
    [
        # host, port, tls
        ((None, None, None), None, "http://localhost:8080", "http://localhost:8081"),
        ((None, 9000, None), None, "http://localhost:9000", "http://localhost:9001"),
        (("a.test", None, True), None, "https://a.test:8080", "https://a.test:8081"),
        (("a.test", 443, True), None, "https://a.test", "https://a.test:444"),
        (("a.test", 80, None), None, "http://a.test", "http://a.test:81"),
        (("::1", 9000, None), None, "http://[::1]:9000", "http://[::1]:9001"),
        ((None, None, None), "https://b.test:9", "https://b.test:9", "https://b.test:10"),
        ((None, None, None), "https://b.test", "https://b.test", "https://b.test:444"),
        ((None, 7, None), "https://b.test:9", "https://b.test:7", "https://b.test:8"),
        (("c.test", None, None), "http://b.test:9", "http://c.test:9", "http://c.test:10"),
        ((None, None, True), "http://b.test:9", "https://b.test:9", "https://b.test:10"),
    ],
)
def test_an_option_that_is_not_given_keeps_its_earlier_value(options, earlier, base_url, sp_url):
    host, port, tls = options
    address = choose_address(host, port, tls, earlier)
    assert (address.base_url, address.sp_url) == (base_url, sp_url)


def test_port_zero_leaves_both_ports_to_the_system():
    assert choose_address(None, 0, None, None) == DemoAddress(port=0, sp_port=0)


@pytest.mark.parametrize("host", ["localhost", "adfs.example.test", "my_host", "192.0.2.1", "::1"])
def test_names_and_addresses_are_hosts(host):
    assert is_host(host)


@pytest.mark.parametrize(
    "host", ["", "[::1]", "[bad", "a b", "a/b", "a:80", "u@a", "-a", "a..b", "fe80::1%eth0", "ａ"]
)
def test_an_option_that_would_break_an_address_is_wrong_usage(host):
    assert not is_host(host)
    assert CliRunner().invoke(demo, ["--host", host]).exit_code == 2
