"""What makes the phone page an app: its manifest, and a service worker that works offline.

The worker keeps the page and its files, each checked against the digest that stands in the worker
itself, and serves them without asking the server. So a change of any file is a new worker, and an
app is never put together from files of two versions, also while a farm is upgraded node by node.
The worker is that of one language: once another is chosen, its page has another digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from idp.web.page_texts import gettext, page_language

STATIC = Path(__file__).parent / "static"
LOOK = Path(__file__).parents[1] / "static" / "tallystick.css"

MANIFEST = {
    "id": "/authenticator/",
    "name": "Authenticator",
    "short_name": "Authenticator",
    "start_url": "/authenticator/",
    "scope": "/authenticator/",
    "display": "standalone",
    "background_color": "#eef1f5",
    "theme_color": "#0b5cad",
}
DESCRIPTION = "Answers sign-in requests and shows one-time codes."
ICONS = (
    # file                    sizes      purpose
    ("icon.svg",             "any",      "any"),
    ("icon-192.png",         "192x192",  "any"),
    ("icon-512.png",         "512x512",  "any"),
    ("icon-maskable-512.png", "512x512", "maskable"),
)  # fmt: skip


def add_routes(host: Blueprint, page: Callable[[], str]) -> None:
    """Add manifest and service worker to the blueprint; *page* renders the phone page."""

    @host.get("/manifest.webmanifest")
    def manifest() -> ResponseReturnValue:
        icons = [
            {"src": _address(name), "sizes": sizes, "purpose": purpose}
            for name, sizes, purpose in ICONS
        ]
        language = page_language().language
        texts = {
            "lang": language.tag,
            "dir": language.direction,
            "description": gettext(DESCRIPTION),
        }
        headers = {"Content-Type": "application/manifest+json"}
        return {**MANIFEST, **texts, "icons": icons}, headers

    @host.get("/sw.js")
    def worker() -> ResponseReturnValue:
        kept = {_address(file.name): _digest(file) for file in sorted(STATIC.iterdir())}
        kept[url_for("static", filename=LOOK.name)] = _digest(LOOK)
        kept[url_for("authenticator.phone")] = hashlib.sha256(page().encode()).hexdigest()
        text = render_template(
            "authenticator/sw.js",
            version=version_of(kept),
            files=kept,
            language=page_language().language.tag,
        )
        return text, {"Content-Type": "text/javascript; charset=utf-8"}


def version_of(files: Mapping[str, str]) -> str:
    """Return a name for exactly these files: their addresses with the SHA-256 of each, in hex."""
    text = "".join(f"{address} {digest}\n" for address, digest in sorted(files.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _address(name: str) -> str:
    return url_for("authenticator.static", filename=name)


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
