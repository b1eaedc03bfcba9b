"""The settings of a trust in words: which section each stands in, and what AD FS calls it.

The table has a row for each setting but the tables of policy parameters and attributes, which have
fields of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

SET = "Set-AdfsRelyingPartyTrust -"


@dataclass(frozen=True, slots=True)
class Label:
    """What a setting is called on the page; ``adfs`` is its parameter in AD FS, "" for none."""

    text: str
    adfs: str = ""


SECTIONS: dict[str, dict[str, Label]] = {
    "General": {
        "enabled": Label("Users may sign in", "Enable-AdfsRelyingPartyTrust"),
        "identifiers": Label("Further entity IDs", "Identifier"),
        "notes": Label("Notes", "Notes"),
    },
    "Who may sign in": {
        "access_control_policy": Label("Access control policy", "AccessControlPolicyName"),
        "issuance_authorization_rules": Label(
            "Rules instead of a policy", "IssuanceAuthorizationRules"
        ),
    },
    "How users authenticate": {
        "second_factor": Label("Second factor"),
        "additional_authentication_rules": Label(
            "Rules that require the second factor", "AdditionalAuthenticationRules"
        ),
        "mfa_freshness": Label("Ask for the second factor again after (minutes)"),
        "always_require_authentication": Label(
            "Ask for everything at each request", "AlwaysRequireAuthentication"
        ),
        "authentication_context": Label("Authentication context in the assertion"),
        "allowed_authentication_class_references": Label(
            "Contexts that a request may ask for", "AllowedAuthenticationClassReferences"
        ),
    },
    "What it receives": {
        "name_id_format": Label("NameID format"),
        "claim_rules": Label("Claim rules", "IssuanceTransformRules"),
    },
    "Signatures": {
        "saml_response_signature": Label("What is signed", "SamlResponseSignature"),
        "signature_algorithm": Label("Signature algorithm", "SignatureAlgorithm"),
        "min_rsa_bits": Label("Shortest RSA key (bits)"),
        "signed_saml_requests_required": Label(
            "Refuse unsigned requests", "SignedSamlRequestsRequired"
        ),
    },
    "Encryption": {
        "encrypt_claims": Label("Encrypt assertions", "EncryptClaims"),
        "encryption_certificate": Label("Certificate to encrypt for", "EncryptionCertificate"),
        "encrypted_name_id_required": Label(
            "Encrypt the NameID by itself", "EncryptedNameIdRequired"
        ),
        "encryption_algorithm": Label("Encryption algorithm"),
    },
    "Times": {
        "token_lifetime": Label("Assertion is valid for (minutes)", "TokenLifetime"),
        "not_before_skew": Label("Set NotBefore back by (minutes)", "NotBeforeSkew"),
    },
    "Updates of its metadata": {
        "honour_valid_until": Label("Refuse sign-ins after its validUntil"),
        "monitoring_enabled": Label("Fetch the metadata again", "MonitoringEnabled"),
        "auto_update_enabled": Label("Apply harmless changes by itself", "AutoUpdateEnabled"),
    },
}
