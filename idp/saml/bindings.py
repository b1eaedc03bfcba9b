"""The HTTP-Redirect and HTTP-POST bindings: decodes and encodes SAML messages.

Source: saml-bindings §3.4 and §3.5. The signature of a Redirect message covers the bytes of the
query as they arrived, so those bytes are kept and never encoded again.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from urllib.parse import quote, unquote_to_bytes

from idp.request_value import request_value
from idp.saml import uris
from idp.saml.refusal import Refused
from idp.saml.signing import SigningKey
from idp.saml.values import POST, REDIRECT
from idp.saml.xml import MAX_BYTES

MAX_RELAY_STATE = 16 * 1024
_MESSAGES = ("SAMLRequest", "SAMLResponse")
_PARAMETERS = (*_MESSAGES, "RelayState", "SigAlg", "Signature", "SAMLEncoding")
_MIME_SPACE = b" \t\r\n"
_RAW_DEFLATE = -zlib.MAX_WBITS
_NAMES = {name.encode(): name for name in _PARAMETERS}
_MESSAGE_FIRST = tuple(f"{name}=".encode() for name in _MESSAGES)
_ALGORITHMS = {quote(uri, safe="").encode(): uri for uri in (uris.RSA_SHA256, uris.RSA_SHA1)}
_ESCAPES_OF_BASE64 = ((b"%2B", b"+"), (b"%2F", b"/"), (b"%3D", b"="))


@request_value
class RedirectSignature:
    """The signature of a Redirect message: its algorithm, its value, and the octets it covers."""

    algorithm: str
    value: bytes
    signed_octets: bytes


@request_value
class SamlMessage:
    """A message as it arrived: nothing in it has been checked yet.

    ``parameter`` is ``SAMLRequest`` or ``SAMLResponse``; ``binding`` is the binding's URI.
    """

    xml: bytes
    relay_state: str | None
    binding: str
    parameter: str = "SAMLRequest"
    redirect_signature: RedirectSignature | None = None


def holds_message(query: bytes) -> bool:
    """Say whether a query string carries a message, even if its name is escaped."""
    if query.startswith(_MESSAGE_FIRST):
        return True  # as nearly every sender writes it
    return any(_plain(part.partition(b"=")[0]) in _MESSAGES for part in query.split(b"&"))


def decode_redirect(query: bytes) -> SamlMessage:
    """Return the message in *query*, the raw query string of a GET (saml-bindings §3.4.4).

    Raises :class:`Refused` if a parameter comes twice, the message is not base64 and DEFLATE, is
    larger than 64 KiB, or has only half a signature.
    """
    raw = _raw_parameters(query)
    parameter = _message_parameter(raw)
    if "SAMLEncoding" in raw and _plain(raw["SAMLEncoding"]) != uris.DEFLATE:
        raise Refused(
            "The message has an encoding other than DEFLATE",
            "Leave SAMLEncoding out",
            code="unknown_encoding",
        )
    return SamlMessage(
        xml=_inflate(_from_base64(unescape_base64(raw[parameter]))),
        relay_state=_relay_state(raw),
        binding=REDIRECT,
        parameter=parameter,
        redirect_signature=_redirect_signature(raw, parameter),
    )


def decode_post(
    saml_message: str, relay_state: str | None = None, *, parameter: str = "SAMLRequest"
) -> SamlMessage:
    """Return the message in the form field *saml_message* (saml-bindings §3.5.4)."""
    if len(saml_message) > 2 * MAX_BYTES:
        raise _too_large()
    encoded = saml_message.encode("utf-8", "replace")
    if any(space in encoded for space in _MIME_SPACE):  # line breaks are allowed here, as in MIME
        encoded = encoded.translate(None, _MIME_SPACE)
    return SamlMessage(_from_base64(encoded), check_relay_state(relay_state), POST, parameter)


def encode_redirect(
    xml: bytes,
    *,
    parameter: str = "SAMLRequest",
    relay_state: str | None = None,
    key: SigningKey | None = None,
) -> str:
    """Return the query string that carries *xml*, signed with *key* if there is one."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, _RAW_DEFLATE)
    query = f"{parameter}={_escaped_base64(deflate.compress(xml) + deflate.flush())}"
    if relay_state is not None:
        query += f"&RelayState={quote(relay_state, safe='')}"
    if key is not None:
        query += f"&SigAlg={quote(key.algorithm, safe='')}"
        query += f"&Signature={_escaped_base64(key.sign(query.encode()))}"
    return query


def _escaped_base64(data: bytes) -> str:
    """Return *data* in Base64, escaped for a query."""
    encoded = base64.b64encode(data)
    for escape, byte in _ESCAPES_OF_BASE64:
        encoded = encoded.replace(byte, escape)
    return encoded.decode("ascii")


def post_fields(
    xml: bytes, relay_state: str | None = None, *, parameter: str = "SAMLResponse"
) -> dict[str, str]:
    """Return the fields of the form that carries *xml*, with RelayState if there is one."""
    fields = {parameter: base64.b64encode(xml).decode("ascii")}
    if relay_state is not None:
        fields["RelayState"] = relay_state
    return fields


def check_relay_state(relay_state: str | None) -> str | None:
    """Return *relay_state*; raises :class:`Refused` if it could not be sent back unchanged."""
    if relay_state is not None and len(relay_state) > MAX_RELAY_STATE:
        raise _bad_relay_state(f"is longer than {MAX_RELAY_STATE} characters")
    if relay_state is not None and "\0" in relay_state:
        raise _bad_relay_state("holds NUL, which no form can carry")
    return relay_state


def _raw_parameters(query: bytes) -> dict[str, bytes]:
    """Return the parameters of the binding with their raw values, escapes included."""
    parameters: dict[str, bytes] = {}
    for part in query.split(b"&"):
        name, _, value = part.partition(b"=")
        plain = _NAMES.get(name)
        # An escaped name would be one parameter to us and another one to the signature.
        escaped = _plain(name) if plain is None else ""
        if plain is None and escaped not in _PARAMETERS:
            continue
        if plain is None or plain in parameters:
            raise Refused(
                f"The parameter {plain or escaped} comes more than once, or its name is escaped",
                "Send each parameter once",
                code="duplicate_parameter",
            )
        parameters[plain] = value
    return parameters


def _message_parameter(raw: dict[str, bytes]) -> str:
    present = [name for name in _MESSAGES if name in raw]
    if len(present) != 1:
        raise Refused(
            "The request holds no SAML message, or more than one",
            "Send either SAMLRequest or SAMLResponse",
            code="MSIS7015",
        )
    return present[0]


def _redirect_signature(raw: dict[str, bytes], parameter: str) -> RedirectSignature | None:
    if "Signature" not in raw and "SigAlg" not in raw:
        return None
    if not raw.get("Signature") or not raw.get("SigAlg"):
        raise Refused(
            "The query string carries only half a signature",
            "Send SigAlg and Signature together",
            code="incomplete_signature",
        )
    algorithm = raw["SigAlg"]
    signed = [name for name in (parameter, "RelayState", "SigAlg") if name in raw]
    return RedirectSignature(
        algorithm=_ALGORITHMS.get(algorithm) or _plain(algorithm),
        value=_from_base64(unescape_base64(raw["Signature"])),
        signed_octets=b"&".join([b"%b=%b" % (name.encode(), raw[name]) for name in signed]),
    )


def _relay_state(raw: dict[str, bytes]) -> str | None:
    if "RelayState" not in raw:
        return None
    try:
        text = unquote_to_bytes(raw["RelayState"].replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError:
        raise _bad_relay_state("is not UTF-8") from None
    return check_relay_state(text)


def unescape_base64(value: bytes) -> bytes:
    """Return base64 in a query without its escapes, as :func:`unquote_to_bytes` does, but faster.

    There are only three that base64 needs, and what they stand for is no part of an escape.
    """
    plain = value
    for escape, byte in _ESCAPES_OF_BASE64:
        plain = plain.replace(escape, byte)
    return plain if b"%" not in plain else unquote_to_bytes(value)


def _plain(raw: bytes) -> str:
    return unquote_to_bytes(raw).decode("utf-8", "replace")


def _from_base64(encoded: bytes) -> bytes:
    try:
        return binascii.a2b_base64(encoded, strict_mode=True)
    except binascii.Error:
        raise Refused(
            "The message or its signature is not base64",
            "Encode it as the SAML binding says",
            code="not_base64",
        ) from None


def _inflate(deflated: bytes) -> bytes:
    """Return the content of *deflated*; stops as soon as it is too large."""
    inflater = zlib.decompressobj(_RAW_DEFLATE)
    try:
        xml = inflater.decompress(deflated, MAX_BYTES + 1)
    except zlib.error:
        raise _not_deflate() from None
    if len(xml) > MAX_BYTES:
        raise _too_large()
    if not inflater.eof or inflater.unused_data:
        raise _not_deflate()
    return xml


def _not_deflate() -> Refused:
    return Refused(
        "The message is not a whole DEFLATE stream",
        "Encode it as the HTTP-Redirect binding says",
        code="not_deflate",
    )


def _too_large() -> Refused:
    return Refused(
        f"The XML message is larger than {MAX_BYTES} bytes",
        "Send a smaller message",
        code="message_too_large",
    )


def _bad_relay_state(fault: str) -> Refused:
    return Refused(f"The parameter RelayState {fault}", "Send another one", code="MSIS7046")
