"""A trust may go by several entity ids, as in AD FS; it is answered by the one it used."""

from __future__ import annotations

import pytest
from lxml import etree

from adapter.errors import TallystickError
from idp.saml import uris
from idp.saml.values import PERSISTENT

OTHER = "https://sp.example.test/another-name"


@pytest.fixture
def named(easy):
    easy.set(identifiers=OTHER)
    return easy


def audience(finished) -> str:
    root = etree.fromstring(finished.xml)
    return root.find(f".//{{{uris.ASSERTION}}}Audience").text


@pytest.mark.parametrize("signed", [False, True])
def test_a_request_by_another_name_is_answered_for_that_name(federation, named, signed):
    key = named.key if signed else None

    assert audience(federation.sign_in(named.url(issuer=OTHER, key=key)).finish()) == OTHER
    assert audience(federation.sign_in(named.url(key=key)).finish()) == named.entity_id


def test_an_idp_initiated_answer_is_for_the_name_that_was_chosen(federation, named):
    assert audience(federation.sign_in(federation.idp_initiated_url(OTHER)).finish()) == OTHER


def test_settings_log_and_persistent_names_are_those_of_one_trust(federation, named):
    named.set(name_id_format="persistent")
    names = {
        federation.sign_in(named.url(issuer=name)).finish().assertion.name_id
        for name in (OTHER, named.entity_id)
    }

    assert len(names) == 1
    assert next(iter(names)).format == PERSISTENT
    assert {row.trust for row in federation.log} == {named.entity_id}


def test_a_name_that_was_taken_away_is_nobodys(federation, named, lines):
    named.set(identifiers="")

    assert federation.browser().get(named.url(issuer=OTHER)).status == 400
    assert lines.refusals() == ["MSIS7007"]


def test_a_request_that_was_answered_is_not_answered_again_by_another_name(federation, named):
    first = named.authn_request(ID="_once")
    second = named.authn_request(ID="_once", issuer=OTHER)

    assert federation.sign_in(named.url(first)).is_finished
    assert federation.browser().get(named.url(second)).status == 400


def test_a_name_is_that_of_one_trust_alone(federation, named):
    trusts = federation.services.trusts
    shop = named.metadata().replace(named.entity_id, "urn:shop")

    with pytest.raises(TallystickError, match="Another trust"):
        federation.add_service_provider(named.metadata().replace(named.entity_id, OTHER))
    federation.add_service_provider(shop)
    for taken in (OTHER, named.entity_id):
        with pytest.raises(TallystickError, match="Another trust"):
            trusts.change_from_text("urn:shop", {"identifiers": taken})
    assert trusts.existing("urn:shop").settings.identifiers == ()
    trusts.remove(named.entity_id)
    assert trusts.change_from_text("urn:shop", {"identifiers": OTHER}).settings.identifiers == (
        OTHER,
    )


def test_log_out_by_another_name_ends_the_session(logout_app, browser, deliver):
    other = "https://wiki.example.test/another-name"
    wiki = logout_app("wiki", settings={"identifiers": (other,)})

    answer = deliver(wiki.logout_request(wiki.sign_in(browser), issuer=other))

    assert (answer.kind, answer.status) == ("LogoutResponse", ("Success",))
