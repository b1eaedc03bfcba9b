"""What the server's key signs in a faulty response is no danger anywhere else."""

from __future__ import annotations

import base64
import zlib
from dataclasses import replace
from itertools import product
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import etree

from idp.saml import xmlcrypto
from idp.saml_faults.catalogue import FAULTS, find_fault
from idp.saml_faults.edits import NS
from idp.saml_faults.errors import FaultNotPossible
from idp.saml_faults.fault import Fault, Group, Needs
from idp.saml_faults.response import ID_PREFIX, faulty_response
from idp.saml_faults.scene import IMPOSTOR
from idp.saml_faults.signing import canonical

SIGNED = list(product([True, False], repeat=2))[:3]
"""Assertion and response, assertion alone, response alone: what trusts can be set to."""
OWN = (b">https://sp.example.test/metadata<", b'"https://sp.example.test/acs"')
"""Audience and recipient of the service provider: one of them is in whatever we sign."""
each_group = pytest.mark.parametrize("group", [each for each in Group if each != Group.LOG_OUT])
_LOOSE = etree.XMLParser(recover=True, resolve_entities=False)


def in_group(group: Group) -> list[Fault]:
    return [fault for fault in FAULTS if fault.group is group]


def documents_of(delivery) -> list[bytes]:
    """Return each document that a delivery carries."""
    if not delivery.is_form:
        [message] = parse_qs(urlsplit(delivery.address).query)["SAMLResponse"]
        return [zlib.decompress(base64.b64decode(message), -15)]
    messages = [value for name, value in delivery.fields if name == "SAMLResponse"]
    return [each.encode() if each.startswith("<") else base64.b64decode(each) for each in messages]


def signed_by_us(xml: bytes, certificate: str) -> list[bytes]:
    """Return every element for which our key has signed a SignedInfo that refers to it."""
    root = etree.fromstring(xml, _LOOSE)
    found = []
    for signature in root.iter(f"{{{NS['ds']}}}Signature"):
        [uri, *_] = signature.xpath(".//ds:Reference/@URI", namespaces=NS)
        for node in root.xpath("//*[@ID = $id]", id=uri[1:]):
            copied = etree.fromstring(etree.tostring(node, with_tail=False), _LOOSE)
            for old in copied.xpath("ds:Signature", namespaces=NS):
                copied.remove(old)
            copied.insert(1, etree.fromstring(etree.tostring(signature, with_tail=False), _LOOSE))
            own = copied.find(f"{{{NS['ds']}}}Signature")
            if xmlcrypto.verifies(copied, own, certificate, 2048):
                found.append(canonical(copied))
    return found


@each_group
def test_our_key_signs_nothing_about_the_impostor_and_nothing_for_anybody_else(
    group, scene, encryption, idp_key, sp_pair
):
    for fault, how, is_encrypted in product(in_group(group), SIGNED, (False, True)):
        if fault.needs is Needs.ENCRYPTION and not is_encrypted:
            continue
        planned = replace(
            scene,
            sign_assertion=how[0],
            sign_response=how[1],
            encryption=encryption if is_encrypted else None,
        )
        for xml in documents_of(faulty_response(fault, planned)):
            opened = decrypted(xml, sp_pair.private_key)
            for signed in signed_by_us(opened, idp_key.certificate):
                # Of that one the signature leaves out the subject, which is what it is about.
                assert IMPOSTOR.encode() not in signed or "transform" in fault.code, fault.code
                assert any(each in signed for each in OWN), fault.code


def decrypted(xml: bytes, private_key: bytes) -> bytes:
    root = etree.fromstring(xml, _LOOSE)
    for data in root.xpath("//xenc:EncryptedData", namespaces=NS):
        xmlcrypto.decrypt(data, private_key)
    return etree.tostring(root)


@each_group
def test_the_id_of_the_response_names_the_fault(group, scene, encryption):
    for fault in in_group(group):
        needs = fault.needs is Needs.ENCRYPTION
        planned = replace(scene, encryption=encryption if needs else None)
        xml = b"".join(documents_of(faulty_response(fault, planned)))

        assert f'ID="{ID_PREFIX}{fault.code}-'.encode() in xml


def test_a_response_that_lacks_what_a_fault_changes_is_not_sent(scene):
    nameless = scene.with_assertion(name_id=None)

    with pytest.raises(FaultNotPossible, match="NameID"):
        faulty_response(find_fault("name_comment"), nameless)


def test_an_unsigned_response_around_an_encrypted_forgery_is_never_signed_by_us(
    scene, encryption, idp_key
):
    """The encrypted assertion hides what is in it, so the check above could miss the envelope."""
    changed = next(fault for fault in FAULTS if fault.code == "content_changed")
    planned = replace(scene, sign_response=True, encryption=encryption)
    [xml] = documents_of(faulty_response(changed, planned))

    assert b"EncryptedAssertion" in xml
    assert signed_by_us(xml, idp_key.certificate) == []
