"""The settings of a trust as a form in sections, and the changes that a posted form makes.

The tables are spread over fields: ``access_control_parameters.NAME`` has a value on each line, and
``attribute-N-name`` with ``attribute-N-values`` is one attribute.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from adapter.sentences import sentence
from idp.admin.form_lines import lines_of
from idp.admin.pages.trust_labels import SECTIONS, Label
from idp.federation.claim_rules.toml.text import write_toml
from idp.federation.claims import NAME_ID_FORMATS
from idp.federation.relying_party.setting_types import (
    NO_NAME_ID,
    RSA_BITS,
    SHORT_NAMES,
    SIGNATURE_ALGORITHMS,
)
from idp.federation.relying_party.settings import TrustSettings
from idp.web.page_texts import mark

if TYPE_CHECKING:
    from idp.federation.access_control.access_rules import AccessRules

PARAMETER = "access_control_parameters."
NEW_ATTRIBUTES = 2
"""Empty rows for new attributes."""

_LONG = ("notes", "encryption_certificate", "claim_rules",
         "issuance_authorization_rules", "additional_authentication_rules")  # fmt: skip
_CHOICES = {
    "signature_algorithm": tuple(SIGNATURE_ALGORITHMS.values()),
    "min_rsa_bits": tuple(map(str, RSA_BITS)),
    "name_id_format": ("", *NAME_ID_FORMATS.values(), NO_NAME_ID),
}
_WORDS = {"true": mark("yes"), "false": mark("no"), "": mark("not set")} | SHORT_NAMES
_ROW = re.compile(r"attribute-([0-9]{1,4})-name").fullmatch


@dataclass(frozen=True, slots=True)
class FormField:
    """One field: its text, and the allowed texts with their words if it has a list of them."""

    name: str
    label: Label
    text: str
    description: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    is_number: bool = False
    is_long: bool = False


@dataclass(frozen=True, slots=True)
class FormSection:
    """Fields under one heading."""

    title: str
    fields: tuple[FormField, ...]


@dataclass(frozen=True, slots=True)
class AttributeRow:
    """One attribute: its values are separated by line breaks."""

    number: int
    name: str
    values: str


def sections_of(
    settings: TrustSettings, rules: AccessRules, policy: str | None = None
) -> tuple[FormSection, ...]:
    """Return the form of *settings*.

    *rules* has the policies to choose from. *policy* is the one that was chosen in a form, whose
    parameters are asked for; None means that of the settings.
    """
    shown = settings.access_control_policy if policy is None else policy
    texts = _texts(settings)
    return tuple(
        FormSection(title, tuple(_fields(labels, texts, settings, rules, shown)))
        for title, labels in SECTIONS.items()
    )


def attributes_of(settings: TrustSettings, form: Mapping[str, str] = {}) -> list[AttributeRow]:
    """Return a row for each attribute, or those of the posted *form*, and empty rows."""
    typed = [
        (form[name], form.get(f"attribute-{found[1]}-values", ""))
        for name in form
        if (found := _ROW(name))
    ]
    rows = [each for each in typed if any(each)] if typed else _attribute_texts(settings)
    rows += [("", "")] * NEW_ATTRIBUTES
    return [AttributeRow(number, *row) for number, row in enumerate(rows)]


def changes_in(
    form: Mapping[str, str], settings: TrustSettings, rules: AccessRules
) -> dict[str, str]:
    """Return the settings whose text the form changes, for ``TrustRegistry.change_from_text``."""
    before = _texts(settings)
    changes = {
        name: _plain(form[name])
        for labels in SECTIONS.values()
        for name in labels
        if name in form and _plain(form[name]) != before[name]
    }
    changes |= _changed_parameters(form, settings, rules, "access_control_policy" in changes)
    return changes | dict(_changed_attributes(form, settings))


def _fields(
    labels: Mapping[str, Label],
    texts: Mapping[str, str],
    settings: TrustSettings,
    rules: AccessRules,
    policy: str,
) -> Iterator[FormField]:
    for name, label in labels.items():
        field = TrustSettings.model_fields[name]
        yield FormField(
            name=name,
            label=label,
            text=texts[name],
            description=field.description or "",
            choices=_choices(name, field.annotation, texts[name], rules),
            is_number=field.annotation is int,
            is_long=name in _LONG,
        )
        if name == "access_control_policy":
            yield from _parameter_fields(settings, rules, policy)


def _parameter_fields(
    settings: TrustSettings, rules: AccessRules, policy: str
) -> Iterator[FormField]:
    found = rules.policy(policy)
    for name, kind in (found.parameters if found else {}).items():
        values = settings.access_control_parameters.get(name, ())
        yield FormField(
            name=PARAMETER + name,
            label=Label(f"{name}: {kind}", "AccessControlPolicyParameters"),
            text="\n".join(values),
            description=sentence("the {kind} that the policy is about, each on a line", kind=kind),
            is_long=True,
        )


def _choices(
    name: str, annotation: Any, text: str, rules: AccessRules
) -> tuple[tuple[str, str], ...]:
    if name == "access_control_policy":
        values: Sequence[str] = ("", *rules.names())
        values = values if text in values else (*values, text)
        return tuple((value, value or mark("no policy: rules, or nobody")) for value in values)
    if annotation is bool:
        values = ("true", "false")
    else:
        is_list = get_origin(annotation) is Literal
        values = _CHOICES.get(name) or (get_args(annotation) if is_list else ())
    return tuple((value, _WORDS.get(value, value)) for value in values)


def _texts(settings: TrustSettings) -> dict[str, str]:
    values = settings.model_dump(mode="json")
    if settings.claim_rules is not None:
        values["claim_rules"] = write_toml(settings.claim_rules)
    return {name: _text(value) for name, value in values.items()}


def _text(value: object) -> str:
    if value in (None, []):
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")


def _changed_parameters(
    form: Mapping[str, str], settings: TrustSettings, rules: AccessRules, is_new_policy: bool
) -> dict[str, str]:
    policy = rules.policy(form.get("access_control_policy", settings.access_control_policy))
    changes = {}
    for name in policy.parameters if policy else ():
        before = () if is_new_policy else settings.access_control_parameters.get(name, ())
        after = lines_of(form[PARAMETER + name]) if PARAMETER + name in form else list(before)
        if after != list(before):
            changes[PARAMETER + name] = json.dumps(after) if after else ""
    return changes


def _attribute_texts(settings: TrustSettings) -> list[tuple[str, str]]:
    return [(name, "\n".join(values)) for name, values in settings.attributes.items()]


def _changed_attributes(
    form: Mapping[str, str], settings: TrustSettings
) -> Iterator[tuple[str, str]]:
    """Yield each attribute that is new, has other values, or is gone from the form."""
    if not any(map(_ROW, form)):
        return
    rows = [(row.name.strip(), lines_of(row.values)) for row in attributes_of(settings, form)]
    named = {name: values for name, values in rows if name or values}
    for name in settings.attributes.keys() - named.keys():
        yield f"attributes.{name}", ""
    for name, values in named.items():
        if values != list(settings.attributes.get(name, ())):
            yield f"attributes.{name}", json.dumps(values) if values else ""
