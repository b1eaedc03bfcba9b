"""Timelines for people: each step as a heading, one line that says what happened, and details."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from idp.recorder.timeline import KINDS, Step, Timeline
from idp.saml.xml import indented

Detail = tuple[str, str]
"""A label and its value."""

_ROOT = re.compile(r"<(?:\w+:)?(\w+)[\s>]")
_WORDS = {
    # field                    label
    "by_name":                 "named by",
    "signed_with":             "signed with",
    "certificate_in_message":  "certificate in the message",
    "must_sign":               "has to sign",
    "because":                 "because",
    "in":                      "claim of the user",
    "out":                     "attribute sent",
    "rules":                   "rule",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class StepView:
    """One step: ``line`` says what happened; ``xml`` is indented, empty if there is none."""

    at: datetime
    kind: str
    heading: str
    line: str
    details: tuple[Detail, ...]
    xml: str

    @property
    def is_refusal(self) -> bool:
        """Whether the step is a refusal, which people look for first."""
        return self.kind == "refused"


def views_of(timeline: Timeline) -> tuple[StepView, ...]:
    """Return every step of a timeline as people read it."""
    return tuple(map(_view, timeline.steps))


def lines_of(timeline: Timeline, *, xml: bool = False) -> Iterator[str]:
    """Yield a timeline as plain text: what became of it, and a line for each step.

    With *xml*, each message follows its step.
    """
    summary = timeline.summary
    yield summary.sentence
    yield "  ".join(filter(None, (summary.activity_id, summary.user, summary.trust, summary.node)))
    for view in views_of(timeline):
        yield f"  {shown_time(view.at)}  {view.heading}: {view.line}"
        if xml:
            yield from (f"    {line}" for line in view.xml.splitlines())


def shown_time(at: datetime) -> str:
    """Return the time of a step, to the millisecond."""
    return f"{at:%H:%M:%S}.{at.microsecond // 1000:03}"


def _view(step: Step) -> StepView:
    fields = {name: value for name, value in step.fields.items() if name != "xml"}
    line = _LINES.get(step.kind, _no_line)(step.fields)
    xml = step.fields.get("xml")
    return StepView(
        step.at,
        step.kind,
        KINDS.get(step.kind, step.kind),
        line,
        tuple(_details(fields)),
        indented(xml) if isinstance(xml, str) else "",
    )


def message_name(fields: Mapping[str, Any]) -> str:
    """Return the name of a message, or of its element, like ``AuthnRequest``."""
    if "message" in fields:
        return str(fields["message"])
    found = _ROOT.search(str(fields.get("xml", ""))[:2000])
    return found[1] if found else "Message"


def _details(fields: Mapping[str, Any], prefix: str = "") -> Iterator[Detail]:
    """Yield the fields that have a value and do not say no, those inside others one by one."""
    for name, value in fields.items():
        label = f"{prefix}{_WORDS.get(name, name.replace('_', ' '))}"
        if isinstance(value, Mapping):
            yield from _details(value, f"{label}: ")
        elif value:
            yield from ((label, _one_line(each)) for each in _listed(value))


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _one_line(value: object) -> str:
    """Return a claim, an attribute, a rule or any other value on one line."""
    match value:
        case True:
            return "yes"
        case {"type": kind, "value": text}:
            return f"{kind} = {text}"
        case {"name": name, "values": values}:
            return f"{name} = {', '.join(map(str, values))}"
        case {"number": number, "claims": claims, **rest}:
            made = "; ".join(map(_one_line, claims)) or "nothing"
            verb = "issues" if rest.get("issues") else "adds"
            name, text = rest.get("name"), " ".join(str(rest.get("text", "")).split())
            return f"{number}{f' ({name})' if name else ''} {verb} {made}   [{text}]"
        case Mapping():
            return ", ".join(f"{key}: {each}" for key, each in value.items())
        case _:
            return str(value)


def _short(uri: object) -> str:
    """Return the last part of a URI, which tells bindings and algorithms apart."""
    return re.split(r"[:#/]", str(uri))[-1]


def _message_in(fields: Mapping[str, Any]) -> str:
    if "protocol" in fields:
        return f"{fields['message']} of {fields['client']}, {fields['protocol'] or 'no password'}"
    if "by_name" in fields:
        return "The address names the trust (IdP-initiated)"
    if "not_decoded" in fields:
        return f"By {_short(fields.get('binding'))}; not decoded: {fields['not_decoded']}"
    algorithms = ", ".join(map(_short, fields.get("signed_with", ())))
    signed = f"signed with {algorithms}" if algorithms else "not signed"
    return f"{message_name(fields)} by {_short(fields.get('binding'))}, {signed}"


def _message_out(fields: Mapping[str, Any]) -> str:
    fault = f", with the fault {fields['fault']}" if "fault" in fields else ""
    return f"{message_name(fields)} to {fields.get('destination')}{fault}"


def _trust(fields: Mapping[str, Any]) -> str:
    has_to = "; has to sign its requests" if fields.get("must_sign") else ""
    return f"{fields.get('display_name')}{has_to}"


def _signature(fields: Mapping[str, Any]) -> str:
    return f"Right, by the trust's certificate {str(fields.get('certificate'))[:16]}…"


def _decision(fields: Mapping[str, Any]) -> str:
    if "leads_to" in fields:
        return f"The sign-in leads to {fields['leads_to']}"
    nexts = {
        "primary": "Asks for a password or passkey",
        "second_factor": "Asks for the second factor",
        "complete": "Nothing more is asked",
    }
    line = nexts.get(str(fields.get("next_step")), "")
    if reasons := fields.get("second_factor_by"):
        line += f"; second factor by {' and '.join(reasons)}"
    if denied := fields.get("denied_by"):
        line += f"; no access: {', '.join(denied)}"
    elif permitted := fields.get("permitted_by"):
        line += f"; access by {', '.join(permitted)}"
    return line


def _proof(fields: Mapping[str, Any]) -> str:
    return f"{fields.get('user') or 'No valid name'}: {fields.get('outcome')}"


def _second_factor(fields: Mapping[str, Any]) -> str:
    if offered := fields.get("offered"):
        return f"The user chooses among {', '.join(offered)}"
    end = fields.get("code") or fields.get("outcome") or "asked"
    shown = f"{fields.get('experience')} ({fields.get('reason')})"
    return f"{fields.get('provider') or 'No adapter'}: {shown}, {end}"


def _claims(fields: Mapping[str, Any]) -> str:
    sent: Sequence[Any] = fields.get("out", ())
    return f"{len(sent)} attributes, made by {fields.get('made_by')}"


def _refused(fields: Mapping[str, Any]) -> str:
    return f"{fields.get('code')}: {fields.get('problem')}"


def _log_out(fields: Mapping[str, Any]) -> str:
    if "ended" in fields:
        ends = [f"{each['trust']} {each['outcome']}" for each in fields["ended"]]
        return f"The end: {', '.join(ends) or 'no service provider to ask'}"
    if "asked" in fields:
        return f"{fields['asked']} answered: {fields.get('outcome')}"
    return f"{fields.get('user')} is signed out, asked by {fields.get('asked_by')}"


def _answer(fields: Mapping[str, Any]) -> str:
    what = fields.get("redirects_to") or f"page {fields.get('page')}"
    return f"{fields.get('method')} {fields.get('path')}: {fields.get('status')}, {what}"


def _no_line(_fields: Mapping[str, Any]) -> str:
    return ""


_LINES = {
    "message_in": _message_in,
    "message_out": _message_out,
    "trust": _trust,
    "signature": _signature,
    "decision": _decision,
    "password": _proof,
    "passkey": _proof,
    "password_change": _proof,
    "second_factor": _second_factor,
    "claims": _claims,
    "log_out": _log_out,
    "refused": _refused,
    "answer": _answer,
}
