"""Writes a response with a fault: the stages of :class:`~idp.saml_faults.fault.Stages`."""

from __future__ import annotations

import uuid
from dataclasses import replace

from lxml import etree

from idp.saml import uris
from idp.saml.assertions import write_response
from idp.saml.logout import OutgoingMessage, send_logout_request
from idp.saml.values import Encryption
from idp.saml_faults.edits import all_of, remove
from idp.saml_faults.fault import Fault
from idp.saml_faults.scene import Delivery, LogOutScene, Scene

ID_PREFIX = "_fault-"
"""The ID of every response with a fault begins so, followed by the code."""


def faulty_id(fault: Fault) -> str:
    """Return a new ID for a response with *fault*."""
    return f"{ID_PREFIX}{fault.code}-{uuid.uuid4()}"


def faulty_response(fault: Fault, scene: Scene) -> Delivery:
    """Return what the browser takes to the service provider.

    Each assertion is signed, altered, then encrypted if the trust wants that. A response around a
    plain assertion is signed before it is altered. One around an encrypted assertion is signed at
    the end, unless something was altered: our key never signs what an attacker would have made.
    """
    stages = fault.stages
    scene = stages.plan(replace(scene, response_id=faulty_id(fault)))
    root = _unsigned(scene)
    stages.write(root, scene)
    encryption = scene.encryption if scene.encryption and scene.encryption.assertion else None
    if scene.sign_assertion:
        for assertion in all_of(root, "a:Assertion"):
            stages.sign(assertion, scene)
    if scene.sign_response and encryption is None:
        stages.sign(root, scene)
    root = stages.alter(root, scene)
    if encryption is not None:
        _conceal(root, fault, encryption)
        if scene.sign_response and not stages.alters:
            stages.sign(root, scene)
    return stages.deliver(stages.serialize(root), scene)


def faulty_logout_request(fault: Fault, scene: LogOutScene) -> OutgoingMessage:
    """Return the LogoutRequest with *fault*, on its way to the trust's log-out service."""
    address = scene.to.location
    scene = fault.stages.log_out(scene)
    message = send_logout_request(
        scene.request,
        to=scene.to,
        relay_state=scene.relay_state,
        now=scene.now,
        key=scene.key,
    )
    to_the_service = replace(message, address=message.address.replace(scene.to.location, address))
    return fault.stages.log_out_message(to_the_service)


def _unsigned(scene: Scene) -> etree._Element:
    """Return the response as it is written without a fault, its signatures taken off."""
    xml = write_response(
        scene.assertion,
        response_id=scene.response_id,
        destination=scene.destination,
        key=scene.key,
    )
    root = etree.fromstring(xml)
    for signature in all_of(root, "//ds:Signature"):
        remove(signature)
    return root


def _conceal(root: etree._Element, fault: Fault, encryption: Encryption) -> None:
    """Put each assertion into an EncryptedAssertion."""
    for assertion in all_of(root, "a:Assertion"):
        text = etree.tostring(assertion, encoding="unicode", with_tail=False)
        data = fault.stages.conceal(text, encryption)
        wrapped = f'<EncryptedAssertion xmlns="{uris.ASSERTION}">{data}</EncryptedAssertion>'
        parent = assertion.getparent()
        if parent is not None:
            parent.replace(assertion, etree.fromstring(wrapped))
