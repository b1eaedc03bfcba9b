"""The kinds of values that settings of a trust have, each read from text, TOML or JSON.

A list may be given as a list, as a text with one value, or as a text with a JSON list. An empty
text stands for no value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Annotated

from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import (
    AfterValidator,
    BeforeValidator,
    PlainSerializer,
    PlainValidator,
    ValidationInfo,
)

from adapter.errors import TallystickError
from idp.federation.claim_rules.errors import BadRule
from idp.federation.claim_rules.model import ClaimRule, ClaimRules
from idp.federation.claim_rules.toml import reader, writer
from idp.federation.claims import NAME_ID_FORMATS
from idp.saml import uris
from idp.saml.certificates import BadCertificate, public_key, read_certificate
from idp.saml.usable_keys import MIN_RSA_BITS, MIN_RSA_BITS_OF_OLD_TRUSTS

NO_NAME_ID = "none"
"""The value of ``name_id_format`` for a trust that gets no NameID."""

SIGNATURE_ALGORITHMS = {
    "rsa-sha256": uris.RSA_SHA256,
    "rsa-sha1":   uris.RSA_SHA1,
}  # fmt: skip
"""The signature algorithms that a trust may have, by their short names."""

RSA_BITS = (MIN_RSA_BITS_OF_OLD_TRUSTS, MIN_RSA_BITS)
SHORT_NAMES = {uri: name for name, uri in (NAME_ID_FORMATS | SIGNATURE_ALGORITHMS).items()}

PLACEHOLDERS = (
    "upn", "emailaddress", "name", "givenname", "surname", "windowsaccountname", "group",
)  # fmt: skip
PLACEHOLDER = re.compile(r"\{([A-Za-z_]+)\}")

MAX_TEXT_LENGTH = 2000
MAX_NAME_LENGTH = 1024
"""Characters, as in an entity id (saml-metadata §2.2.1)."""

MAX_RULES_LENGTH = 64 * 1024
MAX_VALUES = 50


class BadTrustSetting(TallystickError):
    """Raised for an unknown setting, or a value that a setting cannot have.

    ``faults`` has a sentence without a full stop for each setting that is wrong; what is wrong with
    several settings together is under the name "".
    """

    code = "bad_trust_setting"

    def __init__(
        self, problem: str, remedy: str = "", *, faults: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(problem, remedy)
        self.faults = dict(faults or {})


def values_in(text: str) -> object:
    """Return the values in a text: one value, or a JSON list of several."""
    if not text.startswith("["):
        return (text,) if text else ()
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise BadTrustSetting(
            f"{text!r} is not a JSON list", 'Give several values like ["one", "two"]'
        ) from None


def _name_id_format(value: object) -> str | None:
    if value in (None, ""):
        return None
    uri = NAME_ID_FORMATS.get(str(value), value)
    if uri not in (*NAME_ID_FORMATS.values(), NO_NAME_ID):
        raise ValueError(f"give one of {', '.join(NAME_ID_FORMATS)}, or its URI, or {NO_NAME_ID}")
    return str(uri)


def _signature_algorithm(value: object) -> str:
    uri = SIGNATURE_ALGORITHMS.get(str(value), value)
    if uri not in SIGNATURE_ALGORITHMS.values():
        raise ValueError(f"give {' or '.join(SIGNATURE_ALGORITHMS)}, or its URI")
    return str(uri)


def _rsa_bits(value: int) -> int:
    if value not in RSA_BITS:
        raise ValueError(f"give {' or '.join(map(str, RSA_BITS))}")
    return value


def _rsa_certificate(value: object, info: ValidationInfo) -> str | None:
    """Return a certificate in base64; ``min_rsa_bits``, which comes before it, says which keys."""
    min_rsa_bits = info.data.get("min_rsa_bits", MIN_RSA_BITS)
    if value is None or not str(value).strip():
        return None
    try:
        content = str(value).strip().encode(errors="replace")
        certificate = read_certificate(content, min_rsa_bits)
        if not isinstance(public_key(certificate, min_rsa_bits), rsa.RSAPublicKey):
            raise ValueError("the certificate's key is not RSA")
    except BadCertificate as error:
        raise ValueError(f"{error.problem[0].lower()}{error.problem[1:]}; give PEM") from None
    return certificate


def _listed(value: object) -> object:
    try:
        return values_in(value) if isinstance(value, str) else value
    except BadTrustSetting as error:
        raise ValueError(error.problem) from None


def _names(value: tuple[str, ...]) -> tuple[str, ...]:
    if len(value) > MAX_VALUES:
        raise ValueError(f"give at most {MAX_VALUES}")
    for name in value:
        _check_name(name)
    return tuple(dict.fromkeys(value))


def _check_name(name: str) -> None:
    if not name or not name.isprintable() or " " in name:
        raise ValueError(f"{name!r} is not a URI")
    if len(name) > MAX_NAME_LENGTH:
        raise ValueError(f"give at most {MAX_NAME_LENGTH} characters")


def _printable(value: str) -> str:
    if len(value) > MAX_TEXT_LENGTH:
        raise ValueError(f"give at most {MAX_TEXT_LENGTH} characters")
    if not value.replace("\n", "").isprintable():
        raise ValueError("it contains control characters")
    return value


def _single_values_are_lists_of_one(value: object) -> object:
    if not isinstance(value, Mapping):
        return value
    return {name: (v,) if isinstance(v, str) else v for name, v in value.items()}


def _attributes(value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    for name, templates in value.items():
        if not name or not name.isprintable() or " " in name:
            raise ValueError(f"{name!r} is not the name of an attribute")
        for template in templates:
            _check_template(template)
    return value


def _check_template(template: str) -> None:
    if not template.isprintable():
        raise ValueError(f"{template!r} contains control characters")
    for name in PLACEHOLDER.findall(template):
        if name not in PLACEHOLDERS:
            allowed = ", ".join(f"{{{each}}}" for each in PLACEHOLDERS)
            raise ValueError(f"there is no {{{name}}}, only {allowed}")


def _claim_rules(value: str) -> str:
    if len(value) > MAX_RULES_LENGTH:
        raise ValueError(f"give at most {MAX_RULES_LENGTH} characters")
    text = value.strip()
    if text:
        # Imported here, since most trusts have no rules and need no parser.
        from idp.federation.claim_rules.adfs.parser import read

        try:
            read(text)
        except BadRule as error:
            raise ValueError(str(error)) from None
    return text


def _rules_of(value: object) -> ClaimRules | None:
    """Return the rules in tables or in TOML; None for nothing and for an empty text."""
    if value is None or value == "":
        return None
    if isinstance(value, tuple) and all(isinstance(each, ClaimRule) for each in value):
        return value
    try:
        return reader.read_toml(value) if isinstance(value, str) else reader.read(value)
    except BadRule as fault:
        raise ValueError(str(fault)) from None


def _tables_of(rules: ClaimRules | None) -> list[reader.Table] | None:
    return None if rules is None else writer.write(rules)


NameIdFormat = Annotated[str | None, BeforeValidator(_name_id_format)]
SignatureAlgorithm = Annotated[str, BeforeValidator(_signature_algorithm)]
RsaBits = Annotated[int, AfterValidator(_rsa_bits)]
RsaCertificate = Annotated[str | None, BeforeValidator(_rsa_certificate)]
Names = Annotated[tuple[str, ...], BeforeValidator(_listed), AfterValidator(_names)]
Notes = Annotated[str, AfterValidator(_printable)]
ListTable = Annotated[dict[str, tuple[str, ...]], BeforeValidator(_single_values_are_lists_of_one)]
RuleTables = Annotated[ClaimRules | None, PlainValidator(_rules_of), PlainSerializer(_tables_of)]
Attributes = Annotated[ListTable, AfterValidator(_attributes)]
ClaimRuleText = Annotated[str, AfterValidator(_claim_rules)]
