"""Faults of names: comments that cut them off, and names that are missing or empty.

The comment goes where a reader that takes an element's first text node loses the end of the name.
Precedent: CVE-2017-11427 and its kin, in which a user with the name "admin@example.test.evil.test"
signed in as "admin@example.test".
"""

from __future__ import annotations

from dataclasses import replace

from lxml import etree

from idp.saml_faults.edits import all_of, one_of, split_with, texting
from idp.saml_faults.fault import Fault, Group, Rows
from idp.saml_faults.scene import CUT, Scene
from idp.saml_faults.signatures import in_the_clear

NAME_ID = "a:Assertion/a:Subject/a:NameID"
VALUES = "a:Assertion/a:AttributeStatement/a:Attribute/a:AttributeValue"
_TRUNCATION = (
    "CVE-2017-11427",
    "CVE-2017-11428",
    "CVE-2017-11429",
    "CVE-2017-11430",
    "CVE-2018-0489",
)
_rows = Rows(Group.NAME)


def _comment_in_name(root: etree._Element, _scene: Scene) -> etree._Element:
    split_with(one_of(root, NAME_ID), etree.Comment("x"))
    return root


def _comment_in_values(root: etree._Element, _scene: Scene) -> etree._Element:
    for value in all_of(root, VALUES):
        split_with(value, etree.Comment("x"))
    return root


def _instruction_in_name(root: etree._Element, _scene: Scene) -> None:
    split_with(one_of(root, NAME_ID), etree.ProcessingInstruction("x", "y"))


def _cdata_in_name(xml: bytes) -> bytes:
    """Put the end of the name into a CDATA section, which canonical XML does not have."""
    before, mark, after = xml.decode().partition("</NameID>")
    kept, end = before[:-CUT], before[-CUT:]
    return f"{kept}<![CDATA[{end}]]>{mark}{after}".encode()


def _serialize_with_cdata(root: etree._Element) -> bytes:
    return _cdata_in_name(bytes(etree.tostring(root, encoding="utf-8")))


def _without_name(scene: Scene) -> Scene:
    return replace(scene, assertion=replace(scene.assertion, name_id=None))


FAULTS: tuple[Fault, ...] = (
    _rows.either(
        "name_comment",
        "A comment stands in the NameID",
        "It reads the NameID as a whole, across comments, or refuses comments.",
        "xml-c14n §2.1; saml-core §2.2.3",
        cve=_TRUNCATION,
        alter=_comment_in_name,
    ),
    _rows.either(
        "name_instruction",
        "A processing instruction stands in the NameID",
        "It reads the NameID as a whole, across processing instructions, or refuses them.",
        "saml-core §2.2.3",
        write=_instruction_in_name,
    ),
    _rows.either(
        "name_cdata",
        "The NameID ends in a CDATA section",
        "It reads the NameID as a whole, with its CDATA section, or refuses those.",
        "xml-c14n §2.1; saml-core §2.2.3",
        plan=in_the_clear,
        serialize=_serialize_with_cdata,
    ),
    _rows.either(
        "attribute_comment",
        "A comment stands in every attribute value",
        "It reads attribute values as a whole, across comments, or refuses comments.",
        "xml-c14n §2.1; saml-core §2.7.3.1.1",
        cve=_TRUNCATION,
        alter=_comment_in_values,
    ),
    _rows.refused(
        "name_empty",
        "The NameID is empty",
        "It signs nobody in by an empty name.",
        "saml-core §2.2.2",
        write=texting(NAME_ID, ""),
    ),
    _rows.either(
        "name_missing",
        "The subject has no NameID",
        "It refuses a subject without a name, unless it knows its users by an attribute.",
        "saml-core §2.4.1",
        plan=_without_name,
    ),
)
