"""The files of the page on which AD FS's adapter shows a number, for the pages here that show one.

They have one home, beside that adapter, which may not import this package. Here they are served
whether or not the adapter is switched on.
"""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, send_from_directory
from werkzeug import Response

import adapter.entra_mfa

FOLDER = Path(adapter.entra_mfa.__file__).with_name("static")


def add_route(blueprint: Blueprint) -> None:
    """Add the address of the files."""
    blueprint.add_url_rule("/static/mfa/<filename>", "mfa_static", _file)


def _file(filename: str) -> Response:
    return send_from_directory(FOLDER, filename)
