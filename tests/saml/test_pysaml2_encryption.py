"""pysaml2 opens the assertions that are encrypted for it, and no others."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import saml2
from support.service_providers.pysaml2_provider import (
    accept,
    make_client,
    response_to,
)

from idp.saml.values import Encryption

PARTS = {
    "assertion": {"assertion": True},
    "NameID": {"assertion": False, "name_id": True},
    "both": {"assertion": True, "name_id": True},
}
WAYS = {
    "GCM": {},
    "SHA-256": {"sha256_transport": True},
    "AES-128": {"aes128": True},
    "CBC": {"cbc": True},
}


def encrypted_for(owner, identities, client, parts="assertion", way="GCM", **more) -> str:
    encryption = Encryption(owner.certificate, **PARTS[parts], **WAYS[way])
    return response_to(client, identities, encryption=encryption, **more)


@pytest.mark.parametrize("signed", ["assertion", "response", "both"])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("parts", PARTS)
def test_pysaml2_opens_and_accepts_an_assertion_encrypted_for_it(identities, parts, way, signed):
    signs = {"sign_assertion": signed != "response", "sign_response": signed != "assertion"}
    client = make_client(
        identities,
        want_assertions_signed=signs["sign_assertion"],
        want_response_signed=signs["sign_response"],
    )
    xml = encrypted_for(identities.sp, identities, client, parts, way, **signs)

    assert ">ada<" not in xml
    assert accept(client, xml).get_subject().text == "ada"


def test_pysaml2_does_not_open_an_assertion_encrypted_for_another(identities):
    client = make_client(identities)

    taken = accept(client, encrypted_for(identities.stranger, identities, client))

    assert taken is None or not taken.assertions


def test_an_encrypted_assertion_of_a_stranger_is_refused(identities):
    client = make_client(identities)
    xml = encrypted_for(identities.sp, identities, client)
    forged = encrypted_for(identities.sp, SimpleNamespace(idp=identities.stranger), client)

    assert accept(client, xml)
    with pytest.raises(saml2.sigver.SignatureError):
        accept(client, forged)
