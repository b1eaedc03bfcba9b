"""Signature wrapping, XSW1 to XSW8: a genuine signed element beside a forged one that is read.

Source: Somorovsky et al., "On Breaking SAML: Be Whoever You Want to Be" (USENIX Security 2012); the
numbers are those of SAML Raider. All of them leave the signature over the genuine element valid.
"""

from __future__ import annotations

from lxml import etree

from idp.saml_faults.edits import (
    assertion_of,
    forge,
    forged_copy,
    name,
    one_of,
    without_signature,
)
from idp.saml_faults.fault import Fault, Group, Rows
from idp.saml_faults.scene import Scene
from idp.saml_faults.signatures import ASSERTION_ONLY, RESPONSE_ONLY, in_the_clear

_rows = Rows(Group.WRAPPING)
_SOURCE = "saml-core §5.4.2; xmldsig-core §8.1.3"
_EXPECTATION = "It reads only the element whose signature it has checked, or refuses the response."


def _plain_response(scene: Scene) -> Scene:
    """Sign the response alone, around an assertion in the clear."""
    return in_the_clear(RESPONSE_ONLY(scene))


def _response_in_signature(root: etree._Element, _scene: Scene) -> etree._Element:
    """XSW1: the genuine response is inside its signature, which stands in a forged response."""
    signature = one_of(root, "ds:Signature")
    signature.append(without_signature(root))
    return _forged_response(root)


def _response_beside_signature(root: etree._Element, _scene: Scene) -> etree._Element:
    """XSW2: the genuine response stands before its signature."""
    one_of(root, "ds:Signature").addprevious(without_signature(root))
    return _forged_response(root)


def _forged_response(root: etree._Element) -> etree._Element:
    forge(assertion_of(root)).set("ID", "_forged")
    root.set("ID", f"{root.get('ID')}-forged")
    return root


def _forged_before(root: etree._Element, _scene: Scene) -> etree._Element:
    """XSW3: a forged assertion stands before the genuine one."""
    genuine = assertion_of(root)
    genuine.addprevious(forged_copy(genuine))
    return root


def _forged_around(root: etree._Element, _scene: Scene) -> etree._Element:
    """XSW4: a forged assertion contains the genuine one."""
    genuine = assertion_of(root)
    forged = forged_copy(genuine)
    genuine.addprevious(forged)
    forged.append(genuine)
    return root


def _genuine_behind(root: etree._Element, _scene: Scene) -> etree._Element:
    """XSW5: the forged assertion has the signature, and the genuine one stands behind it."""
    carrier = assertion_of(root)
    root.append(without_signature(carrier))
    forge(carrier).set("ID", "_forged")
    return root


def _genuine_in_signature(root: etree._Element, _scene: Scene) -> etree._Element:
    """XSW6: the forged assertion has the signature, and the genuine one is inside that."""
    carrier = assertion_of(root)
    genuine = without_signature(carrier)
    forge(carrier).set("ID", "_forged")
    one_of(carrier, "ds:Signature").append(genuine)
    return root


def _forged_in_extensions(root: etree._Element, _scene: Scene) -> etree._Element:
    """XSW7: the forged assertion stands in Extensions, before the genuine one."""
    extensions = etree.Element(name("p", "Extensions"))
    extensions.append(forged_copy(assertion_of(root)))
    one_of(root, "a:Issuer").addnext(extensions)
    return root


def _genuine_in_object(root: etree._Element, _scene: Scene) -> etree._Element:
    """XSW8: the forged assertion has the signature, and the genuine one is in its Object."""
    carrier = assertion_of(root)
    genuine = without_signature(carrier)
    forge(carrier).set("ID", "_forged")
    held = etree.SubElement(one_of(carrier, "ds:Signature"), name("ds", "Object"))
    held.append(genuine)
    return root


def _same_id(root: etree._Element, _scene: Scene) -> etree._Element:
    """Give the forged assertion the ID of the genuine one, behind which it stands."""
    genuine = assertion_of(root)
    genuine.addnext(forged_copy(genuine, genuine.get("ID", "")))
    return root


_WRAPPINGS = (
    # code          what is signed   how                         title
    ("xsw1",        _plain_response, _response_in_signature,     "genuine one in its signature"),
    ("xsw2",        _plain_response, _response_beside_signature, "genuine one beside it"),
    ("xsw3",        ASSERTION_ONLY,  _forged_before,             "forged assertion before"),
    ("xsw4",        ASSERTION_ONLY,  _forged_around,             "forged assertion around"),
    ("xsw5",        ASSERTION_ONLY,  _genuine_behind,            "genuine assertion at the end"),
    ("xsw6",        ASSERTION_ONLY,  _genuine_in_signature,      "genuine one in its signature"),
    ("xsw7",        ASSERTION_ONLY,  _forged_in_extensions,      "forged assertion in Extensions"),
    ("xsw8",        ASSERTION_ONLY,  _genuine_in_object,         "genuine assertion in an Object"),
    ("xsw_same_id", ASSERTION_ONLY,  _same_id,                   "forged one with the same ID"),
)  # fmt: skip
_CVES = {
    "xsw1": ("CVE-2020-5407",),
    "xsw3": ("CVE-2025-54419", "CVE-2025-47949"),
}

FAULTS: tuple[Fault, ...] = tuple(
    _rows.either(
        code,
        f"Wrapping: {title}",
        _EXPECTATION,
        _SOURCE,
        cve=_CVES.get(code, ()),
        plan=plan,
        alter=alter,
    )
    for code, plan, alter, title in _WRAPPINGS
)
