"""The flight recorder's steps of a sign-in: decisions, proofs, claims, refusals and answers.

Everything here is a no-op while the recorder is off. Of what a user types only the name is
recorded; of a second factor what was decided and how it ended, never its number or code.
``recorded_messages.py`` has the steps about SAML messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from adapter.contract import Explanation
from adapter.decision import REASONS
from idp.directory import PasswordCheck
from idp.federation.access_control.decision import Access
from idp.instants import json_instant
from idp.recorder.password_step import add_password
from idp.recorder.timeline import ISSUED, LED_ON, Fields
from idp.saml.refusal import Refused
from idp.saml.values import AuthnRequest
from idp.session.sso import Proof
from idp.signin.recorded_texts import FACTOR_ENDS, PASSWORD_FAILURES
from idp.signin.sign_in_step import SignInStep
from idp.signin.steps import Needs, Step
from idp.web.answer import Answer
from idp.web.web_request import Activity, WebRequest

if TYPE_CHECKING:
    from idp.adapters.second_factor import Choice, Passed


def decided(step: SignInStep, needs: Needs, access: Access, following: Step) -> None:
    """Record what a sign-in needs, what its session has, and the step that follows from that."""
    recording = step.request.activity.recording
    if recording is None:
        return
    facts, pending = step.facts, step.pending
    recording.node, recording.trust = facts.node.name, pending.entity_id or recording.trust
    if facts.user is not None:
        recording.user, recording.is_proved = facts.user.upn, True
    session, request = facts.session, pending.request
    proofs = None if session is None else (session.primary, session.second)
    recording.add("decision", lambda: _decision(request, proofs, needs, following, access))


def password(step: SignInStep, check: PasswordCheck) -> None:
    """Record whether a password was right; the name that was typed only if it is a valid one."""
    recording = step.request.activity.recording
    if recording is None:
        return
    recording.node, recording.trust = step.facts.node.name, step.pending.entity_id or ""
    _check(step.request.activity, "password", check)


def password_changed(activity: Activity, check: PasswordCheck, node: str) -> None:
    """Record that a user has changed their password, or why not."""
    recording = activity.recording
    if recording is None:
        return
    recording.node = node
    _check(activity, "password_change", check)


def passkey(step: SignInStep, user: str, failure: str = "") -> None:
    """Record whether a passkey was accepted; *user* is its owner, empty if nobody's."""
    recording = step.request.activity.recording
    if recording is None:
        return
    recording.node, recording.user = step.facts.node.name, user or recording.user
    recording.trust = step.pending.entity_id or ""
    recording.add("passkey", lambda: {"user": user, "outcome": failure or "right_passkey"})
    if failure:
        recording.refuse(failure, "The passkey was not accepted", "See docs/errors.md, Passkeys")


def factor_asked(
    step: SignInStep, provider: str, why: Explanation, rules: Sequence[str] = ()
) -> None:
    """Record which adapter asks the user, what it shows and by which rules."""
    recording = step.request.activity.recording
    if recording is None:
        return
    node = step.facts.node
    recording.add(
        "second_factor",
        lambda: {
            "provider": provider,
            **_explained(why),
            "rules": list(rules),
            "node": node.name,
            "build": str(node.build),
        },
    )


def factor_offered(step: SignInStep, choices: Sequence[Choice]) -> None:
    """Record that the user chooses among several adapters."""
    recording = step.request.activity.recording
    if recording is not None:
        names = [each.name for each in choices]
        recording.add("second_factor", lambda: {"offered": names})


def factor_passed(step: SignInStep, provider: str, passed: Passed) -> None:
    """Record that the user has passed the second factor."""
    recording = step.request.activity.recording
    if recording is None:
        return
    _about(step)
    method, why = passed.method, passed.explanation
    recording.add(
        "second_factor",
        lambda: {"provider": provider, **_explained(why), "passed": True, "method": method},
    )


def factor_failed(step: SignInStep, provider: str, code: str, why: Explanation) -> None:
    """Record how a second factor, or one request of it, ended without success."""
    recording = step.request.activity.recording
    if recording is None:
        return
    _about(step)
    recording.add("second_factor", lambda: {"provider": provider, **_explained(why), "code": code})
    problem, remedy = FACTOR_ENDS.get(code, FACTOR_ENDS[""])
    recording.refuse(code, problem, remedy)


def refused(activity: Activity, error: Refused, cause: str = "") -> None:
    """Record a refusal; *cause* is what users are not told, such as a fault of the server."""
    recording = activity.recording
    if recording is None:
        return
    recording.trust = error.trust or recording.trust
    recording.is_proved = recording.is_proved or error.signed
    problem = f"{error.problem}: {cause}" if cause else error.problem
    code, remedy, status = error.code, error.remedy, error.status
    recording.add(
        "refused",
        lambda: {
            "code": code,
            "problem": problem,
            "remedy": remedy,
            **({"status": list(filter(None, status))} if status else {}),
        },
    )
    recording.refuse(code, problem, remedy)


def issued(activity: Activity) -> None:
    """Record that a sign-in has ended with a response."""
    if activity.recording is not None:
        activity.recording.outcome = ISSUED


def led_on(activity: Activity, path: str) -> None:
    """Record that a sign-in has ended at a page of this server."""
    if activity.recording is not None:
        activity.recording.outcome = LED_ON
        activity.recording.add("decision", lambda: {"leads_to": path})


def answered(web: WebRequest, answer: Answer) -> None:
    """Record the answer to a request in which anything happened: its status and its page."""
    recording = web.activity.recording
    if not recording:
        return
    status, page, location = answer.status, answer.page, answer.header("Location")
    method, path, origin = web.method, web.path, web.request_context
    recording.add(
        "answer",
        lambda: {
            "status": status,
            "page": page,
            "method": method,
            "path": path,
            "client_ip": origin.shown_ip,
            "user_agent": origin.user_agent[:300],
            **_redirection(location),
        },
    )


def _redirection(location: str | None) -> Fields:
    """Return where an answer leads on another host; nothing of the query is recorded."""
    parts = urlsplit(location) if location else None
    if parts is None or not parts.netloc:
        return {}
    return {"redirects_to": f"{parts.scheme}://{parts.netloc}{parts.path}"}


def _about(step: SignInStep) -> None:
    """Note what a step of a signed-in user is about."""
    recording, facts = step.request.activity.recording, step.facts
    if recording is None:
        return
    recording.node, recording.trust = facts.node.name, step.pending.entity_id or ""
    if facts.user is not None:
        recording.user, recording.is_proved = facts.user.upn, True


def _check(activity: Activity, kind: str, check: PasswordCheck) -> None:
    recording = activity.recording
    if recording is None:
        return
    add_password(recording, kind, check)
    failure = check.failure
    if failure:
        problem, remedy = PASSWORD_FAILURES.get(failure, PASSWORD_FAILURES[""])
        recording.refuse(failure, problem, remedy)


def _explained(why: Explanation) -> Fields:
    """Return the codes of an explanation; its ``attempt`` names a request on the phone."""
    return {
        "experience": why.experience,
        "reason": why.reason,
        "because": REASONS.get(why.reason, ""),
        "outcome": why.outcome,
    }


def _decision(
    request: AuthnRequest | None,
    proofs: tuple[Proof, Proof | None] | None,
    needs: Needs,
    following: Step,
    access: Access,
) -> Fields:
    asked = {}
    if request is not None:
        asked = {
            "requested_contexts": list(request.requested_contexts),
            "comparison": request.comparison if request.requested_contexts else "",
            "force_authn": request.force_authn,
            "is_passive": request.is_passive,
        }
    return {
        **asked,
        "primary_methods": list(needs.primary_methods),
        "second_factor": needs.second_factor,
        **({"second_factor_method": needs.method} if needs.method else {}),
        "session": None if proofs is None else _proofs(*proofs),
        "next_step": str(following),
        **({} if proofs is None else _access(access)),
    }


def _access(access: Access) -> Fields:
    return {
        "is_permitted": access.is_permitted,
        "permitted_by": list(access.permitted_by),
        "denied_by": list(access.denied_by),
        "second_factor_by": list(access.second_factor_by),
    }


def _proofs(primary: Proof, second: Proof | None) -> Fields:
    """Return the proofs of a session; nothing else of it is recorded."""
    return {"primary": _proof(primary), "second": None if second is None else _proof(second)}


def _proof(proof: Proof) -> Fields:
    return {"method": proof.method, "at": json_instant(proof.at)}
