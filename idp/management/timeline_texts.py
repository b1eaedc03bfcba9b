"""Timelines for people: each step as a heading, one line that says what happened, and details."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapter.sentences import counted, joined, sentence
from idp.recorder.timeline import KINDS, Step, Timeline
from idp.saml.xml import indented

Detail = tuple[str, str]
"""A label and its value."""

_ROOT = re.compile(r"<(?:\w+:)?(\w+)[\s>]")
_WORDS = {
    # field                    label
    "by_name":                 sentence("named by"),
    "signed_with":             sentence("signed with"),
    "certificate_in_message":  sentence("certificate in the message"),
    "must_sign":               sentence("has to sign"),
    "because":                 sentence("because"),
    "in":                      sentence("claim of the user"),
    "out":                     sentence("attribute sent"),
    "rules":                   sentence("rule"),
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
        return sentence("The address names the trust (IdP-initiated)")
    binding, name = _short(fields.get("binding")), message_name(fields)
    if "not_decoded" in fields:
        why = fields["not_decoded"]
        return sentence("By {binding}; not decoded: {problem}", binding=binding, problem=why)
    if algorithms := ", ".join(map(_short, fields.get("signed_with", ()))):
        return sentence(
            "{message} by {binding}, signed with {algorithms}",
            message=name, binding=binding, algorithms=algorithms,
        )  # fmt: skip
    return sentence("{message} by {binding}, not signed", message=name, binding=binding)


def _message_out(fields: Mapping[str, Any]) -> str:
    name, address = message_name(fields), fields.get("destination")
    if "fault" in fields:
        return sentence(
            "{message} to {address}, with the fault {fault}",
            message=name, address=address, fault=fields["fault"],
        )  # fmt: skip
    return sentence("{message} to {address}", message=name, address=address)


def _trust(fields: Mapping[str, Any]) -> str:
    name = fields.get("display_name")
    if fields.get("must_sign"):
        return sentence("{trust}; has to sign its requests", trust=name)
    return str(name)


def _signature(fields: Mapping[str, Any]) -> str:
    thumbprint = str(fields.get("certificate"))[:16]
    return sentence("Right, by the trust's certificate {thumbprint}…", thumbprint=thumbprint)


_NEXTS = {
    # next step       what is asked for
    "primary":        sentence("Asks for a password or passkey"),
    "second_factor":  sentence("Asks for the second factor"),
    "complete":       sentence("Nothing more is asked"),
}  # fmt: skip


def _decision(fields: Mapping[str, Any]) -> str:
    if "leads_to" in fields:
        return sentence("The sign-in leads to {page}", page=fields["leads_to"])
    parts = [_NEXTS[step]] if (step := str(fields.get("next_step"))) in _NEXTS else []
    if reasons := fields.get("second_factor_by"):
        parts.append(sentence("second factor by {rules}", rules=", ".join(reasons)))
    if denied := fields.get("denied_by"):
        parts.append(sentence("no access: {rules}", rules=", ".join(denied)))
    elif permitted := fields.get("permitted_by"):
        parts.append(sentence("access by {rules}", rules=", ".join(permitted)))
    return joined("; ", parts)


def _proof(fields: Mapping[str, Any]) -> str:
    user = fields.get("user") or sentence("No valid name")
    return sentence("{user}: {outcome}", user=user, outcome=fields.get("outcome"))


def _second_factor(fields: Mapping[str, Any]) -> str:
    if offered := fields.get("offered"):
        return sentence("The user chooses among {adapters}", adapters=", ".join(offered))
    return sentence(
        "{adapter}: {experience} ({reason}), {end}",
        adapter=fields.get("provider") or sentence("No adapter"),
        experience=fields.get("experience"),
        reason=fields.get("reason"),
        end=fields.get("code") or fields.get("outcome") or sentence("asked"),
    )


def _claims(fields: Mapping[str, Any]) -> str:
    sent: Sequence[Any] = fields.get("out", ())
    return counted(
        "{number} attribute, made by {maker}", "{number} attributes, made by {maker}",
        len(sent), maker=fields.get("made_by"),
    )  # fmt: skip


def _refused(fields: Mapping[str, Any]) -> str:
    return f"{fields.get('code')}: {fields.get('problem')}"


def _log_out(fields: Mapping[str, Any]) -> str:
    if "ended" in fields:
        ends = [f"{each['trust']} {each['outcome']}" for each in fields["ended"]]
        if not ends:
            return sentence("The end: no service provider to ask")
        return sentence("The end: {outcomes}", outcomes=", ".join(ends))
    if "asked" in fields:
        return sentence(
            "{trust} answered: {outcome}", trust=fields["asked"], outcome=fields.get("outcome")
        )
    return sentence(
        "{user} is signed out, asked by {who}",
        user=fields.get("user"), who=fields.get("asked_by"),
    )  # fmt: skip


def _answer(fields: Mapping[str, Any]) -> str:
    page = sentence("page {page}", page=fields.get("page"))
    return sentence(
        "{method} {path}: {status}, {result}",
        method=fields.get("method"),
        path=fields.get("path"),
        status=fields.get("status"),
        result=fields.get("redirects_to") or page,
    )


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
