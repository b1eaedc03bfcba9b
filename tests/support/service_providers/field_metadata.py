"""Metadata as service providers publish it, odd but real; the files lie in ``tests/saml/data``."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parents[2] / "saml" / "data"


def field_metadata(name: str) -> bytes:
    """Return the content of the file *name*, without its suffix."""
    return (_FOLDER / f"{name}.xml").read_bytes()


ODD_CERTIFICATES = {
    # file                        a part of the weakness that is reported
    "cert-x509-v4":              "X.509 version is 4",
    "cert-printable-ampersand":  "PrintableString",
    "cert-serial-negative":      "serial number",
}  # fmt: skip
"""Metadata whose certificate is odd, and has a key that can be used."""
