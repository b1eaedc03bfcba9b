"""Which addresses may be registered; the choice among them is tested with the requests."""

from __future__ import annotations

import pytest

from idp.saml.endpoints import address_fault, default_acs
from idp.saml.refusal import Refused
from idp.saml.values import POST, REDIRECT, AssertionConsumerService, ServiceProvider


@pytest.mark.parametrize(
    "address",
    ["https://sp.example.test", "https://sp.example.test/", "https://sp.example.test:8443/a/b?c=d",
     "https://[::1]:8443/acs", "https://localhost/a..b/...", "https://sp.example.test/a%20b"],
)  # fmt: skip
def test_an_ordinary_address_may_be_registered(address):
    assert address_fault(address) is None


@pytest.mark.parametrize(
    "address",
    ["", "acs", "/acs", "//sp.example.test/acs", "ftp://sp.example.test/", "javascript:alert(1)",
     "data:text/html,x", "https:///acs", "https://", "https://user@sp.example.test/",
     "https://user:pw@sp.example.test/", "https://@sp.example.test/",
     "https://sp.example.test/a/../b", "https://sp.example.test/./b",
     "https://sp.example.test/a/%2e%2E/b", "https://sp.example.test/a%2F..%2Fb",
     "https://sp.example.test/..", "https://sp.example.test/a#b", "https://sp.example.test/#",
     "https://sp.example.test/a b", "https://sp.example.test/\\evil.test", "https://sp.example.test:x/",
     "https://sp.example.test:99999/", "https://[::1/", "https://ümlaut.test/", "https://a.test/\n",
     " https://a.test/", "https://a.test/\x7f"],
)  # fmt: skip
@pytest.mark.parametrize("allow_http", [True, False])
def test_any_other_address_may_not_be_registered(address, allow_http):
    assert address_fault(address, allow_http=allow_http)


def test_http_may_be_registered_by_the_setting_only():
    assert address_fault("http://sp.example.test/acs") == (
        "is not https (trusts.allow_http = true accepts it)"
    )
    assert address_fault("http://sp.example.test/acs", allow_http=True) is None


def test_the_default_is_the_marked_one_else_the_first_for_post():
    first = AssertionConsumerService("https://sp.example.test/1", POST, 1)
    other = AssertionConsumerService("https://sp.example.test/2", POST, 2, is_default=True)
    artifact = AssertionConsumerService("https://sp.example.test/0", REDIRECT, 0, is_default=True)

    assert default_acs(ServiceProvider("x", (artifact, first, other))) == other
    assert default_acs(ServiceProvider("x", (artifact, first))) == first
    with pytest.raises(Refused, match="HTTP-POST"):
        default_acs(ServiceProvider("x", (artifact,)))
