"""The settings of a trust in words: which section each stands in, and what AD FS calls it.

The table has a row for each setting but the tables of policy parameters and attributes, which have
fields of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

from adapter.sentences import sentence

SET = "Set-AdfsRelyingPartyTrust -"


@dataclass(frozen=True, slots=True)
class Label:
    """What a setting is called on the page; ``adfs`` is its parameter in AD FS, "" for none."""

    text: str
    adfs: str = ""


SECTIONS: dict[str, dict[str, Label]] = {
    sentence("General"): {
        "enabled": Label(sentence("Users may sign in"), "Enable-AdfsRelyingPartyTrust"),
        "identifiers": Label(sentence("Further entity IDs"), "Identifier"),
        "notes": Label(sentence("Notes"), "Notes"),
    },
    sentence("Who may sign in"): {
        "access_control_policy": Label(
            sentence("Access control policy"), "AccessControlPolicyName"
        ),
        "issuance_authorization_rules": Label(
            sentence("Rules instead of a policy"), "IssuanceAuthorizationRules"
        ),
    },
    sentence("How users authenticate"): {
        "second_factor": Label(sentence("Second factor")),
        "additional_authentication_rules": Label(
            sentence("Rules that require the second factor"), "AdditionalAuthenticationRules"
        ),
        "mfa_freshness": Label(sentence("Ask for the second factor again after (minutes)")),
        "always_require_authentication": Label(
            sentence("Ask for everything at each request"), "AlwaysRequireAuthentication"
        ),
        "authentication_context": Label(sentence("Authentication context in the assertion")),
        "allowed_authentication_class_references": Label(
            sentence("Contexts that a request may ask for"), "AllowedAuthenticationClassReferences"
        ),
    },
    sentence("What it receives"): {
        "name_id_format": Label(sentence("NameID format")),
        "claim_rules": Label(sentence("Claim rules"), "IssuanceTransformRules"),
    },
    sentence("Signatures"): {
        "saml_response_signature": Label(sentence("What is signed"), "SamlResponseSignature"),
        "signature_algorithm": Label(sentence("Signature algorithm"), "SignatureAlgorithm"),
        "min_rsa_bits": Label(sentence("Shortest RSA key (bits)")),
        "signed_saml_requests_required": Label(
            sentence("Refuse unsigned requests"), "SignedSamlRequestsRequired"
        ),
    },
    sentence("Encryption"): {
        "encrypt_claims": Label(sentence("Encrypt assertions"), "EncryptClaims"),
        "encryption_certificate": Label(
            sentence("Certificate to encrypt for"), "EncryptionCertificate"
        ),
        "encrypted_name_id_required": Label(
            sentence("Encrypt the NameID by itself"), "EncryptedNameIdRequired"
        ),
        "encryption_algorithm": Label(sentence("Encryption algorithm")),
    },
    sentence("Times"): {
        "token_lifetime": Label(sentence("Assertion is valid for (minutes)"), "TokenLifetime"),
        "not_before_skew": Label(sentence("Set NotBefore back by (minutes)"), "NotBeforeSkew"),
    },
    sentence("Updates of its metadata"): {
        "honour_valid_until": Label(sentence("Refuse sign-ins after its validUntil")),
        "monitoring_enabled": Label(sentence("Fetch the metadata again"), "MonitoringEnabled"),
        "auto_update_enabled": Label(
            sentence("Apply harmless changes by itself"), "AutoUpdateEnabled"
        ),
    },
}
