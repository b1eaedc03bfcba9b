"""The federation server: what hosts the second factor on the network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    from idp.config import Config

__all__ = ["create_app"]


def create_app(config: Config, **joined: Any) -> Flask:
    """Return the WSGI application of *config*; see :func:`idp.app.create_app`."""
    from idp import app  # the web is loaded when it is wanted, not by ``import idp``

    return app.create_app(config, **joined)
