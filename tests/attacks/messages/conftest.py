"""Every attack is tried on every kind of message that service providers send."""

from __future__ import annotations

import pytest
from support.service_providers.saml_messages import KINDS, Reader, Sender, identities

__all__ = ["identities"]


@pytest.fixture(params=KINDS, ids=lambda kind: kind.element)
def sp(request, identities) -> Sender:
    """A service provider that sends one kind of message."""
    return request.param(identities.sp)


@pytest.fixture
def idp(sp, identities) -> Reader:
    """Our reader of that kind."""
    return Reader(identities.sp, KINDS[type(sp)], sp.parameter)
