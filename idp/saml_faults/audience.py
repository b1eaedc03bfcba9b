"""Faults of issuer, audience and recipient: from whom and for whom a response is."""

from __future__ import annotations

from dataclasses import replace

from lxml import etree

from idp.saml_faults.edits import all_of, append_cut, name, one_of, removing, setting, texting
from idp.saml_faults.fault import Fault, Group, Rows
from idp.saml_faults.scene import ELSEWHERE, Scene

AUDIENCE = "a:Assertion/a:Conditions/a:AudienceRestriction/a:Audience"
_RESTRICTION = "a:Assertion/a:Conditions/a:AudienceRestriction"
_CONFIRMATION = "a:Assertion/a:Subject/a:SubjectConfirmation"
_DATA = f"{_CONFIRMATION}/a:SubjectConfirmationData"
HOLDER_OF_NOTHING = "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"

_rows = Rows(Group.AUDIENCE)


def _signed_response(scene: Scene) -> Scene:
    return replace(scene, sign_response=True)


def _longer_audience(root: etree._Element, _scene: Scene) -> None:
    for audience in all_of(root, AUDIENCE):
        audience.text = f"{audience.text}.fault.invalid"


def _audience(text: str) -> etree._Element:
    audience = etree.Element(name("a", "Audience"))
    audience.text = text
    return audience


def _second_restriction(root: etree._Element, _scene: Scene) -> None:
    restriction = etree.Element(name("a", "AudienceRestriction"))
    restriction.append(_audience(ELSEWHERE))
    one_of(root, _RESTRICTION).addnext(restriction)


def _second_audience(root: etree._Element, _scene: Scene) -> None:
    one_of(root, AUDIENCE).addprevious(_audience(ELSEWHERE))


def _second_confirmation(root: etree._Element, _scene: Scene) -> None:
    right = one_of(root, _CONFIRMATION)
    wrong = etree.fromstring(etree.tostring(right))
    one_of(wrong, "a:SubjectConfirmationData").set("Recipient", ELSEWHERE)
    right.addprevious(wrong)


FAULTS: tuple[Fault, ...] = (
    _rows.refused(
        "audience_wrong",
        "The audience is another service provider",
        "It refuses an assertion whose audiences do not include its own entity ID.",
        "saml-core §2.5.1.4",
        write=texting(AUDIENCE, ELSEWHERE),
    ),
    _rows.refused(
        "audience_missing",
        "The assertion has no audience",
        "It refuses a bearer assertion without AudienceRestriction, which the profile requires.",
        "saml-profiles §4.1.4.2",
        write=removing(_RESTRICTION),
    ),
    _rows.refused(
        "audience_longer",
        "The audience only begins with its entity ID",
        "It compares the audience with its entity ID as a whole.",
        "saml-core §2.5.1.4",
        write=_longer_audience,
    ),
    _rows.refused(
        "audience_comment",
        "The audience goes on after a comment",
        "It reads the whole text of the audience, which names somebody else.",
        "xml-c14n §2.1; saml-core §2.5.1.4",
        write=append_cut(AUDIENCE, ".fault.invalid"),
    ),
    _rows.refused(
        "audience_restricted_twice",
        "A second AudienceRestriction excludes it",
        "It must be in the audience of every AudienceRestriction.",
        "saml-core §2.5.1.4",
        write=_second_restriction,
    ),
    _rows.refused(
        "recipient_wrong",
        "The recipient is another address",
        "It refuses a bearer confirmation whose Recipient is not the address that received it.",
        "saml-profiles §4.1.4.3",
        write=setting(_DATA, Recipient=ELSEWHERE),
    ),
    _rows.refused(
        "recipient_missing",
        "The confirmation names no recipient",
        "It refuses a bearer confirmation without Recipient, which the profile requires.",
        "saml-profiles §4.1.4.2",
        write=setting(_DATA, Recipient=None),
    ),
    _rows.refused(
        "destination_wrong",
        "The destination of the signed response is another address",
        "It refuses a response whose Destination is not the address that received it.",
        "saml-bindings §3.5.5.2",
        plan=_signed_response,
        write=setting(".", Destination=ELSEWHERE),
    ),
    _rows.refused(
        "destination_missing",
        "The signed response has no destination",
        "It refuses a signed response without Destination, which the binding requires.",
        "saml-bindings §3.5.5.2",
        plan=_signed_response,
        write=setting(".", Destination=None),
    ),
    _rows.refused(
        "not_bearer",
        "The subject is confirmed by another method than bearer",
        "It refuses an assertion without a bearer confirmation.",
        "saml-profiles §4.1.4.2",
        write=setting(_CONFIRMATION, Method=HOLDER_OF_NOTHING),
    ),
    _rows.refused(
        "issuer_wrong",
        "The assertion is by another issuer",
        "It refuses an assertion whose Issuer is not the identity provider it trusts.",
        "saml-profiles §4.1.4.2",
        write=texting("a:Assertion/a:Issuer", ELSEWHERE),
    ),
    _rows.refused(
        "issuer_of_response_wrong",
        "The response is by another issuer",
        "It refuses a response whose Issuer differs from the one of its assertion.",
        "saml-profiles §4.1.4.2",
        write=texting("a:Issuer", ELSEWHERE),
    ),
    _rows.refused(
        "issuer_comment",
        "The issuer goes on after a comment",
        "It reads the whole text of the Issuer, which names somebody else.",
        "xml-c14n §2.1; saml-profiles §4.1.4.2",
        write=append_cut("a:Assertion/a:Issuer", ".fault.invalid"),
    ),
    _rows.accepted(
        "audience_among_others",
        "The audience is one of two",
        "It accepts an AudienceRestriction that names it among others.",
        "saml-core §2.5.1.4",
        write=_second_audience,
    ),
    _rows.accepted(
        "confirmation_among_others",
        "The second confirmation of the subject is the right one",
        "It accepts a subject of whose confirmations one can be satisfied.",
        "saml-core §2.4.1",
        write=_second_confirmation,
    ),
    _rows.accepted(
        "issuer_with_format",
        "The issuer has the format entity",
        "It accepts an Issuer with the Format that is its default.",
        "saml-core §8.3.6",
        write=setting(
            "a:Issuer | a:Assertion/a:Issuer",
            Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity",
        ),
    ),
)
