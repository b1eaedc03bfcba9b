"""Which name a relying party is told of a user, and which one it cannot have."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.clock import NOON
from support.users import SAMPLE_USER

from idp.directory import User
from idp.federation.issuance.name_ids import choose_format, choose_name_id
from idp.federation.relying_party.settings import TrustSettings
from idp.federation.relying_party.trust import RelyingPartyTrust
from idp.saml import uris
from idp.saml.refusal import Refused
from idp.saml.values import (
    EMAIL,
    PERSISTENT,
    TRANSIENT,
    UNSPECIFIED,
    NameID,
    NameIDPolicy,
    ServiceProvider,
)
from idp.store.name_ids import SqlPersistentNames

IDP = "http://sts.example.test/adfs/services/trust"
USER = replace(SAMPLE_USER, groups=())
OTHER_USER = replace(USER, upn="bob@example.test", email="")
KERBEROS = "urn:oasis:names:tc:SAML:2.0:nameid-format:kerberos"
ENCRYPTED = "urn:oasis:names:tc:SAML:2.0:nameid-format:encrypted"


def _trust(*formats: str, entity_id: str = "urn:sp", **settings) -> RelyingPartyTrust:
    provider = ServiceProvider(entity_id, (), name_id_formats=formats)
    return RelyingPartyTrust(entity_id, "SP", provider, TrustSettings(**settings), "", NOON, NOON)


@pytest.fixture
def name_of(database):
    names = SqlPersistentNames(database)

    def name_of(
        user: User = USER,
        trust: RelyingPartyTrust | None = None,
        asked: str | None = None,
        **policy,
    ) -> NameID | None:
        wanted = NameIDPolicy(asked, **policy)
        return choose_name_id(user, trust or _trust(), wanted, issuer=IDP, names=names)

    return name_of


def _refused(trust: RelyingPartyTrust, *asked: str | None, **policy) -> Refused:
    with pytest.raises(Refused) as caught:
        choose_format(trust, NameIDPolicy(*asked, **policy))
    return caught.value


def test_an_unspecified_name_is_the_upn(name_of):
    assert name_of() == NameID(USER.upn, UNSPECIFIED)
    assert name_of(asked=UNSPECIFIED) == NameID(USER.upn, UNSPECIFIED)


def test_a_mail_address_is_the_directorys_and_else_the_upn(name_of):
    assert name_of(USER, asked=EMAIL) == NameID("a.archer@mail.test", EMAIL)
    assert name_of(OTHER_USER, asked=EMAIL) == NameID("bob@example.test", EMAIL)


def test_a_persistent_name_is_the_same_each_time_and_names_issuer_and_receiver(name_of):
    name = name_of(asked=PERSISTENT)

    assert name == name_of(asked=PERSISTENT)
    assert (name.format, name.name_qualifier, name.sp_name_qualifier) == (PERSISTENT, IDP, "urn:sp")


def test_a_persistent_name_is_anothers_at_another_trust_and_for_another_user(name_of):
    other = _trust(entity_id="urn:other")
    given = [(USER, None), (OTHER_USER, None), (USER, other), (OTHER_USER, other)]

    assert len({name_of(user, trust, PERSISTENT).value for user, trust in given}) == len(given)


def test_persistent_and_transient_names_say_nothing_of_the_user(name_of):
    for asked in (PERSISTENT, TRANSIENT):
        value = name_of(asked=asked).value
        assert not {"alice", "archer", "example"} & set(value.lower().replace("@", ".").split("."))
        assert 32 <= len(value) <= 256


def test_a_transient_name_is_new_each_time(name_of):
    names = {name_of(asked=TRANSIENT).value for _ in range(20)}

    assert len(names) == 20


def test_a_persistent_name_is_not_made_where_the_request_forbids_it(name_of):
    with pytest.raises(Refused) as caught:
        name_of(asked=PERSISTENT, allow_create=False)

    assert caught.value.code == "MSIS7070"
    assert caught.value.status == (uris.REQUESTER, uris.INVALID_NAME_ID_POLICY)
    made = name_of(asked=PERSISTENT)
    assert name_of(asked=PERSISTENT, allow_create=False) == made


@pytest.mark.parametrize("asked", [None, UNSPECIFIED, EMAIL, TRANSIENT])
def test_no_other_name_has_to_be_made(name_of, asked):
    assert name_of(asked=asked, allow_create=False) is not None


@pytest.mark.parametrize("format_", [EMAIL, PERSISTENT, TRANSIENT])
def test_the_request_outranks_the_setting_and_the_metadata(format_):
    assert (
        choose_format(_trust(EMAIL, name_id_format="transient"), NameIDPolicy(format_)) == format_
    )


@pytest.mark.parametrize("asked", [None, UNSPECIFIED])
def test_a_request_without_a_format_gets_the_format_of_the_setting(asked):
    assert (
        choose_format(_trust(EMAIL, name_id_format="persistent"), NameIDPolicy(asked)) == PERSISTENT
    )


def test_unasked_and_unset_the_metadatas_first_that_can_be_given_counts():
    assert choose_format(_trust("urn:other", EMAIL, PERSISTENT), NameIDPolicy()) == EMAIL
    assert choose_format(_trust("urn:other"), NameIDPolicy()) == UNSPECIFIED
    assert choose_format(_trust(EMAIL), NameIDPolicy(UNSPECIFIED)) == UNSPECIFIED


@pytest.mark.parametrize("asked", [KERBEROS, ENCRYPTED, "", EMAIL.upper(), f" {EMAIL}"])
def test_a_format_that_cannot_be_given_is_refused(asked):
    refused = _refused(_trust(EMAIL), asked)

    assert refused.code == "MSIS7070"
    assert refused.status == (uris.REQUESTER, uris.INVALID_NAME_ID_POLICY)


def test_a_trust_whose_setting_is_none_gets_no_name_and_cannot_ask_for_one(name_of):
    silent = _trust(EMAIL, name_id_format="none")

    assert name_of(trust=silent) is None
    assert name_of(trust=silent, asked=UNSPECIFIED) is None
    assert _refused(silent, EMAIL).code == "MSIS7070"


def test_a_trust_gets_no_name_that_belongs_to_another(name_of):
    assert _refused(_trust(), PERSISTENT, sp_name_qualifier="urn:other").code == "MSIS7070"
    assert _refused(_trust(), None, sp_name_qualifier="urn:other").code == "MSIS7070"
    own = name_of(asked=PERSISTENT, sp_name_qualifier="urn:sp")
    assert own == name_of(asked=PERSISTENT)
