"""What published libraries do otherwise than a correct service provider, as the tests found it.

A test fails for a fault that is listed here and passes, and for one that fails and is not listed.
docs/conformance.md shows this as a table.
"""

from __future__ import annotations

from idp.saml_faults.catalogue import FAULTS

KNOWN = {
    "python3-saml": (
        "confirmation_without_end",
        "audience_missing",
        "audience_restricted_twice",
        "recipient_missing",
        "destination_missing",
        "in_response_to_only_confirmed",
        "signature_sha1",
        "digest_sha1",
        "version_wrong",
        "log_out_unsigned",
        "log_out_other_user",
        "log_out_other_session",
    ),
    "pysaml2": (
        "confirmation_without_end",
        "audience_missing",
        "audience_restricted_twice",
        "recipient_wrong",
        "destination_missing",
        "not_bearer",
        "issuer_of_response_wrong",
        "signature_sha1",
        "digest_sha1",
        "name_empty",
        "status_missing",
        "version_wrong",
        "doctype",
        "log_out_unsigned",
        "log_out_key_unknown",
        "log_out_expired",
        "log_out_other_session",
    ),
    "node-saml": (
        "session_expired",
        "recipient_wrong",
        "recipient_missing",
        "destination_wrong",
        "destination_missing",
        "not_bearer",
        "issuer_wrong",
        "issuer_of_response_wrong",
        "issuer_comment",
        "signature_sha1",
        "digest_sha1",
        "name_empty",
        "name_missing",
        "status_failure",
        "status_success_inside",
        "status_missing",
        "authentication_missing",
        "version_wrong",
        "version_of_response_wrong",
        "condition_unknown",
        "doctype",
        "log_out_unsigned",
        "log_out_destination_wrong",
    ),
}
"""The codes of the faults that each accepts; none of them refuses a harmless variation."""


def table(versions: dict[str, str]) -> str:
    """Return the table of docs/conformance.md, of libraries by name with their versions."""
    names = list(versions)
    head = " | ".join(f"{name} {version}" for name, version in versions.items())
    rows = [f"| fault | {head} |", f"|---|{'---|' * len(names)}"]
    for fault in FAULTS:
        accepted = [fault.code in KNOWN[name] for name in names]
        if any(accepted):
            cells = " | ".join("accepts it" if each else "" for each in accepted)
            rows.append(f"| `{fault.code}`: {fault.title} | {cells} |")
    passed = " | ".join(f"{len(FAULTS) - len(KNOWN[name])} of {len(FAULTS)}" for name in names)
    rows.append(f"| **passed** | {passed} |")
    return "\n".join(rows)
