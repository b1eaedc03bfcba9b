"""The addresses of ``/adfs/`` and of the metadata, as AD FS has them."""

from __future__ import annotations

from idp.federation import addresses
from idp.web import page_frame
from idp.web.theme import theme

LS = addresses.LS
IDP_INITIATED = "/adfs/ls/idpinitiatedsignon"
LIST = f"{IDP_INITIATED}.aspx"
"""The list of the applications."""
TRACE = "/admin/traces/"
"""Where administration shows the steps of a sign-in, by its Activity ID."""
OWN_PAGE = "/adfs/signin"
"""Signs users in for security info, ``?own-page=/account/``; with ``&again=1`` always anew."""
SIGN_OUT = "/adfs/ls/signout"
UPDATE_PASSWORD = "/adfs/portal/updatepassword/"  # noqa: S105 - an address
ADAPTER_FILE = "/adfs/adapter/<name>/<filename>"
METADATA = addresses.METADATA
PROBE = "/adfs/probe"
THEME_FILE = f"{theme.ADDRESS}<filename>"
LANGUAGE = page_frame.LANGUAGE_ADDRESS
