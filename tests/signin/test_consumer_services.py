"""Where the answer goes: to an address that the service provider registered, and nowhere else."""

from __future__ import annotations

import pytest
from support.service_providers.metadata_parts import ACS_URL, DEFAULT_ACS_URL, OTHER_ACS_URL

FOREIGN = [
    "https://evil.example.test/acs",
    f"{ACS_URL}/",
    f"{ACS_URL}x",
    f"{ACS_URL}?a=b",
    f"{ACS_URL}/../evil",
    ACS_URL.replace("https", "http"),
    ACS_URL.replace("sp.example", "SP.example"),
    "https://sp.example.test@evil.example.test/acs",
    "javascript:alert(1)",
    "",
]


def test_the_consumer_service_marked_as_default_is_used(federation, easy):
    assert federation.sign_in(easy.url()).finish().action == DEFAULT_ACS_URL


def test_an_idp_initiated_answer_goes_to_the_default(federation, easy):
    assert federation.sign_in(easy.initiated_url()).finish().action == DEFAULT_ACS_URL


@pytest.mark.parametrize("address", [ACS_URL, OTHER_ACS_URL])
def test_a_consumer_service_may_be_requested_by_address(address, federation, easy):
    url = easy.url(AssertionConsumerServiceURL=address)
    assert federation.sign_in(url).finish().action == address


@pytest.mark.parametrize(
    ("index", "address"), [("3", ACS_URL), ("7", OTHER_ACS_URL), ("9", DEFAULT_ACS_URL)]
)
def test_a_consumer_service_may_be_requested_by_index(index, address, federation, easy):
    url = easy.url(AssertionConsumerServiceIndex=index)
    assert federation.sign_in(url).finish().action == address


@pytest.mark.parametrize("address", FOREIGN)
@pytest.mark.parametrize("signed", [False, True], ids=["unsigned", "signed"])
def test_a_foreign_address_is_refused_on_our_page(address, signed, federation, easy, lines):
    key = easy.key if signed else None
    page = federation.browser().get(easy.url(AssertionConsumerServiceURL=address, key=key))

    assert (page.status, page.form) == (400, None)
    assert lines.refusals() == ["MSIS3200"]


def test_page_and_log_name_the_address_asked_for_and_those_registered(federation, easy, lines):
    asked = f"{ACS_URL}x"
    page = federation.browser().get(easy.url(AssertionConsumerServiceURL=asked))

    (line,) = lines.all()
    for text in (page.text("errorCode"), line["problem"], federation.log[-1].detail):
        assert repr(asked) in text
        assert f"{ACS_URL} (index 3)" in text
        assert f"{OTHER_ACS_URL} (index 7)" in text
    page = federation.browser().get(easy.url(AssertionConsumerServiceIndex="1"))
    assert "with the index 1," in page.text("errorCode")


@pytest.mark.parametrize("index", ["0", "1", "65535"], ids=["none", "of another binding", "last"])
def test_an_index_that_leads_nowhere_is_refused(index, federation, easy, lines):
    page = federation.browser().get(easy.url(AssertionConsumerServiceIndex=index))

    assert (page.status, lines.refusals()) == (400, ["MSIS3200"])


def test_address_and_index_at_once_are_refused(federation, easy, lines):
    url = easy.url(AssertionConsumerServiceURL=ACS_URL, AssertionConsumerServiceIndex="3")

    assert federation.browser().get(url).status == 400
    assert lines.refusals() == ["MSIS3200"]
