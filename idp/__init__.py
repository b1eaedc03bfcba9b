"""The federation server: what hosts the second factor on the network."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    from idp.config.schema import Config

__all__ = ["create_app"]


def create_app(config: Config, **joined: Any) -> Flask:
    """Return the WSGI application of *config*; see :func:`idp.app.create_app`."""
    # The web is loaded when it is wanted, not by ``import idp``, on which every room depends.
    app: Flask = importlib.import_module("idp.app").create_app(config, **joined)
    return app
