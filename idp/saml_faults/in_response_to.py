"""Faults of InResponseTo: which request a response answers."""

from __future__ import annotations

from collections.abc import Callable

from idp.saml_faults.edits import setting
from idp.saml_faults.fault import Fault, Group, Rows
from idp.saml_faults.scene import Scene

NEVER_SENT = "_0000000000000000000000000000never"

_DATA = "a:Assertion/a:Subject/a:SubjectConfirmation/a:SubjectConfirmationData"
_rows = Rows(Group.IN_RESPONSE_TO)


def _answering(request_id: str | None) -> Callable[[Scene], Scene]:
    return lambda scene: scene.with_assertion(in_response_to=request_id)


FAULTS: tuple[Fault, ...] = (
    _rows.refused(
        "in_response_to_unknown",
        "The response answers a request that was never sent",
        "It refuses a response to a request that it has not sent.",
        "saml-profiles §4.1.4.3",
        plan=_answering(NEVER_SENT),
    ),
    _rows.refused(
        "in_response_to_differs",
        "The confirmation answers another request than the response",
        "It refuses a confirmation whose InResponseTo is not the ID of its request.",
        "saml-profiles §4.1.4.3",
        write=setting(_DATA, InResponseTo=NEVER_SENT),
    ),
    _rows.refused(
        "in_response_to_not_confirmed",
        "The confirmation answers no request, but the response does",
        "It requires InResponseTo in the confirmation of an answer to its request, since the "
        "response around it may be unsigned.",
        "saml-profiles §4.1.4.3",
        plan=_answering(NEVER_SENT),
        write=setting(_DATA, InResponseTo=None),
    ),
    _rows.refused(
        "in_response_to_only_confirmed",
        "The confirmation answers a request that was never sent, and the response none",
        "It refuses an unsolicited response whose confirmation has InResponseTo.",
        "saml-profiles §4.1.5",
        plan=_answering(NEVER_SENT),
        write=setting(".", InResponseTo=None),
    ),
    _rows.either(
        "unsolicited",
        "The response answers no request",
        "It refuses an unsolicited response unless it is set up to accept those.",
        "saml-profiles §4.1.5",
        plan=_answering(None),
    ),
)
