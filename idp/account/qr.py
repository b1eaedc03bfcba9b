"""QR codes as pictures inside a page."""

from __future__ import annotations

import segno
from markupsafe import Markup


def qr_code(address: str) -> Markup:
    """Return the QR code of an address as SVG, black on white also on dark pages."""
    picture = segno.make(address, error="m").svg_inline(scale=5, border=4, light="#fff")
    return Markup(picture)  # noqa: S704 - segno writes it, and the address is not in it as text
