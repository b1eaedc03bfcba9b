"""Faults of duplicates and replay: what comes twice."""

from __future__ import annotations

import copy

from lxml import etree

from idp.saml_faults.edits import assertion_of, forged_copy
from idp.saml_faults.fault import Fault, Group, Rows
from idp.saml_faults.scene import Scene
from idp.saml_faults.signatures import ASSERTION_ONLY, sign

_rows = Rows(Group.DUPLICATE)


def _forged_behind(root: etree._Element, _scene: Scene) -> etree._Element:
    genuine = assertion_of(root)
    genuine.addnext(forged_copy(genuine))
    return root


def _second_assertion(root: etree._Element, _scene: Scene) -> None:
    first = assertion_of(root)
    second = copy.deepcopy(first)
    second.set("ID", f"{first.get('ID')}-2")
    first.addnext(second)


def _same_ids(root: etree._Element, _scene: Scene) -> None:
    assertion_of(root).set("ID", root.get("ID", ""))


FAULTS: tuple[Fault, ...] = (
    _rows.refused(
        "response_replayed",
        "The response of the sign-in before is sent again",
        "It accepts each assertion once, as long as that is valid.",
        "saml-profiles §4.1.4.5",
        repeats=True,
    ),
    _rows.refused(
        "ids_equal",
        "The response and its assertion have the same ID",
        "It refuses a document in which two elements have the same ID.",
        "saml-core §1.3.4; XML 1.0 §3.3.1",
        plan=ASSERTION_ONLY,
        write=_same_ids,
    ),
    _rows.either(
        "forged_assertion_behind",
        "An unsigned, forged assertion stands behind the genuine one",
        "It refuses an unsigned assertion beside a signed one, or ignores it.",
        "saml-profiles §4.1.4.5",
        plan=ASSERTION_ONLY,
        alter=_forged_behind,
    ),
    _rows.either(
        "assertions_two",
        "There are two signed assertions about the same user",
        "It uses one of several assertions about the same user, or refuses them.",
        "saml-profiles §4.1.4.2",
        plan=sign(assertion=True, response=False),
        write=_second_assertion,
    ),
)
