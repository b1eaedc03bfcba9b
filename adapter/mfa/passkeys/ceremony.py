"""The two ceremonies (WebAuthn §7.1, §7.2), with the library that reads and checks their answers.

It is imported when first needed, because it is slow to load.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from adapter.mfa.passkeys import limits
from adapter.mfa.passkeys.passkey import Passkey, PasskeyRefused, RelyingParty, invalid

P = ParamSpec("P")
T = TypeVar("T")

_TIMEOUT = limits.DIALOG_TIME.seconds * 1000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a browser sent, with the two values that are needed before it can be checked."""

    fields: dict[str, Any]
    credential_id: bytes
    challenge: bytes


@dataclass(frozen=True, slots=True)
class NewCredential:
    """What a registration yields; the names are those of a passkey."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: tuple[str, ...]
    is_synced: bool


def creation_options(
    party: RelyingParty,
    challenge: bytes,
    *,
    handle: bytes,
    user: str,
    display_name: str,
    exclude: Sequence[Passkey],
) -> dict[str, Any]:
    """Return the options for ``navigator.credentials.create``, as JSON values.

    The key must be discoverable and its use must verify the user, so that it can sign in alone.
    """
    import webauthn
    from webauthn.helpers import options_to_json_dict, structs

    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_id=handle,
        user_name=user,
        user_display_name=display_name or user,
        challenge=challenge,
        timeout=_TIMEOUT,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
    )
    return {**options_to_json_dict(options), "excludeCredentials": _descriptors(exclude)}


def request_options(
    party: RelyingParty, challenge: bytes, *, allow: Sequence[Passkey] = ()
) -> dict[str, Any]:
    """Return the options for ``navigator.credentials.get``, as JSON values.

    Without passkeys to *allow*, the browser offers all that it knows for this server.
    """
    # PublicKeyCredentialRequestOptionsJSON of WebAuthn Level 3, without waiting for the library.
    return {
        "challenge": _base64url(challenge),
        "timeout": _TIMEOUT,
        "rpId": party.id,
        "allowCredentials": _descriptors(allow),
        "userVerification": "required",
    }


def _refusing(read: Callable[P, T]) -> Callable[P, T]:
    """Turn whatever the library raises at an answer that a stranger wrote into a refusal."""

    @wraps(read)
    def refusing(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return read(*args, **kwargs)
        except (PasskeyRefused, ImportError):
            raise  # an incomplete installation is no fault of the user
        except Exception as error:  # of many kinds: the library checks no types
            raise invalid(str(error) or type(error).__name__) from None

    return refusing


@_refusing
def read_answer(text: str) -> Answer:
    """Return the answer in JSON that a browser made with ``credential.toJSON()``.

    Raises :class:`PasskeyRefused` (``passkey_invalid``) for anything else.
    """
    if len(text) > limits.MAX_ANSWER_LENGTH:
        raise invalid("it is too long")
    from webauthn.helpers import base64url_to_bytes, parse_client_data_json

    fields = json.loads(text)
    client_data = parse_client_data_json(base64url_to_bytes(fields["response"]["clientDataJSON"]))
    if client_data.cross_origin:
        raise invalid("it comes from a frame in a page of somebody else")
    return Answer(fields, base64url_to_bytes(fields["id"]), client_data.challenge)


@_refusing
def verify_registration(party: RelyingParty, answer: Answer) -> NewCredential:
    """Check the answer to :func:`creation_options`; its challenge was checked before.

    Raises :class:`PasskeyRefused` (``passkey_invalid``).
    """
    import webauthn
    from webauthn.helpers import parse_registration_credential_json
    from webauthn.helpers.structs import CredentialDeviceType

    credential = parse_registration_credential_json(answer.fields)
    verified = webauthn.verify_registration_response(
        credential=credential,
        expected_challenge=answer.challenge,
        expected_rp_id=party.id,
        expected_origin=party.origin,
        require_user_verification=True,
    )
    if verified.credential_id != answer.credential_id:
        raise invalid("it names another key")
    if len(verified.credential_id) > limits.MAX_CREDENTIAL_ID_LENGTH:
        raise invalid("the name of its key is too long")
    _check_key(verified.credential_public_key)
    return NewCredential(
        verified.credential_id,
        verified.credential_public_key,
        verified.sign_count,
        tuple(each.value for each in credential.response.transports or ()),
        verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
    )


@_refusing
def verify_authentication(
    party: RelyingParty, answer: Answer, passkey: Passkey, *, handle: bytes, is_named: bool
) -> int:
    """Check the answer to :func:`request_options`, and return its signature counter.

    The challenge was checked before; whether the counter has grown is left to the caller.
    *handle* is that of the passkey's owner. A key that was not asked for by its name must bring it
    (WebAuthn §7.2, step 6). Raises :class:`PasskeyRefused` (``passkey_invalid``).
    """
    import webauthn
    from webauthn.helpers import base64url_to_bytes

    given = answer.fields["response"].get("userHandle")
    if given is None and not is_named:
        raise invalid("it does not say whose it is")
    if given is not None and not hmac.compare_digest(base64url_to_bytes(given), handle):
        raise invalid("it is somebody else's")
    verified = webauthn.verify_authentication_response(
        credential=answer.fields,
        expected_challenge=answer.challenge,
        expected_rp_id=party.id,
        expected_origin=party.origin,
        credential_public_key=passkey.public_key,
        credential_current_sign_count=0,
        require_user_verification=True,
    )
    return verified.new_sign_count


def _check_key(public_key: bytes) -> None:
    """Refuse a key that is weak, or that no signature could be checked with later."""
    from webauthn.helpers import decode_credential_public_key, decoded_public_key_to_cryptography

    key = decoded_public_key_to_cryptography(decode_credential_public_key(public_key))
    if isinstance(key, rsa.RSAPublicKey):
        is_good = limits.MIN_RSA_BITS <= key.key_size <= limits.MAX_RSA_BITS
    elif isinstance(key, ec.EllipticCurvePublicKey):
        is_good = isinstance(key.curve, ec.SECP256R1)
    else:
        is_good = True  # Ed25519: the library refuses the algorithms that were not asked for
    if not is_good:
        raise invalid("its key is of a kind or size that is not taken")


def _descriptors(passkeys: Sequence[Passkey]) -> list[dict[str, Any]]:
    """Return what names *passkeys* to a browser, which ignores transports that it does not know."""
    return [
        {
            "id": _base64url(passkey.credential_id),
            "type": "public-key",
            "transports": list(passkey.transports),
        }
        for passkey in passkeys
    ]


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
