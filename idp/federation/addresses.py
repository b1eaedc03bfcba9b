"""The two addresses that a service provider is given, as AD FS has them; below the base URL."""

from __future__ import annotations

LS = "/adfs/ls/"
"""Single sign-on and single log-out, by HTTP-Redirect and by HTTP-POST."""

METADATA = "/FederationMetadata/2007-06/FederationMetadata.xml"
