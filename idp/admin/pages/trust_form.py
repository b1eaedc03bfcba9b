"""The settings of a trust as form fields, and the changes that a posted form makes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from idp.federation.claim_rules.toml.text import write_toml
from idp.federation.claims import NAME_ID_FORMATS
from idp.federation.relying_party.setting_types import NO_NAME_ID, RSA_BITS, SIGNATURE_ALGORITHMS
from idp.federation.relying_party.settings import TrustSettings

_NOT_IN_THE_FORM = dict
"""A setting of this type is changed one value at a time: by command, REST or a trust file."""

_LONG = ("notes", "encryption_certificate", "claim_rules",
         "issuance_authorization_rules", "additional_authentication_rules")  # fmt: skip
_CHOICES = {
    "signature_algorithm": tuple(SIGNATURE_ALGORITHMS.values()),
    "min_rsa_bits": tuple(map(str, RSA_BITS)),
    "name_id_format": ("", *NAME_ID_FORMATS.values(), NO_NAME_ID),
}


@dataclass(frozen=True, slots=True)
class FormField:
    """One setting: its text, and the allowed texts if it has a fixed list of them (``choices``)."""

    name: str
    text: str
    description: str
    choices: tuple[str, ...] = ()
    is_number: bool = False
    is_long: bool = False


def fields_of(settings: TrustSettings) -> tuple[FormField, ...]:
    """Return a field for each setting, in the order of :class:`TrustSettings`."""
    values = settings.model_dump(mode="json")
    if settings.claim_rules is not None:
        values["claim_rules"] = write_toml(settings.claim_rules)
    return tuple(
        FormField(
            name=name,
            text=_text(values[name]),
            description=field.description or "",
            choices=_CHOICES.get(name) or _choices(field.annotation),
            is_number=field.annotation is int,
            is_long=name in _LONG,
        )
        for name, field in TrustSettings.model_fields.items()
        if not isinstance(values[name], _NOT_IN_THE_FORM)
    )


def changes_in(form: Mapping[str, str], settings: TrustSettings) -> dict[str, str]:
    """Return the settings whose text the form changes, for ``TrustRegistry.change_from_text``."""
    return {
        field.name: form[field.name].replace("\r\n", "\n")
        for field in fields_of(settings)
        if field.name in form and form[field.name].replace("\r\n", "\n") != field.text
    }


def _choices(annotation: Any) -> tuple[str, ...]:
    if annotation is bool:
        return ("true", "false")
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def _text(value: object) -> str:
    if value in (None, []):
        return ""
    return value if isinstance(value, str) else json.dumps(value)
