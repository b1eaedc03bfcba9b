"""What a requested authentication context demands of the sign-in."""

from __future__ import annotations

import pytest

from idp.saml import uris
from idp.saml.contexts import (
    MULTIPLE_AUTHN,
    PASSWORD_PROTECTED_TRANSPORT,
    UNSPECIFIED,
    RequestedFactor,
    resolve_requested_context,
)
from idp.saml.refusal import Refused

PASSWORD_WILL_DO = RequestedFactor(second_factor=False, answer=PASSWORD_PROTECTED_TRANSPORT)
SECOND_FACTOR = RequestedFactor(second_factor=True, answer=MULTIPLE_AUTHN)
KERBEROS = "urn:oasis:names:tc:SAML:2.0:ac:classes:Kerberos"


@pytest.mark.parametrize(
    ("requested", "answer"),
    [
        ((), PASSWORD_WILL_DO),
        ((PASSWORD_PROTECTED_TRANSPORT,), PASSWORD_WILL_DO),
        ((UNSPECIFIED,), PASSWORD_WILL_DO),
        ((MULTIPLE_AUTHN,), SECOND_FACTOR),
        ((MULTIPLE_AUTHN, PASSWORD_PROTECTED_TRANSPORT), SECOND_FACTOR),
        ((PASSWORD_PROTECTED_TRANSPORT, MULTIPLE_AUTHN), PASSWORD_WILL_DO),
        ((KERBEROS, MULTIPLE_AUTHN), SECOND_FACTOR),
    ],
)
@pytest.mark.parametrize("comparison", ["exact", "minimum", "maximum"])
def test_the_first_class_that_can_be_met_decides(requested, answer, comparison):
    assert resolve_requested_context(requested, comparison) == answer


@pytest.mark.parametrize(
    ("requested", "comparison"),
    [
        ((KERBEROS,), "exact"),
        (("https" + MULTIPLE_AUTHN[4:],), "exact"),
        ((MULTIPLE_AUTHN.upper(),), "exact"),
        (("",), "exact"),
        ((PASSWORD_PROTECTED_TRANSPORT,), "better"),
    ],
)
def test_what_cannot_be_met_is_told_to_the_service_provider(requested, comparison):
    with pytest.raises(Refused) as caught:
        resolve_requested_context(requested, comparison)

    assert caught.value.code == "MSIS7102"
    assert caught.value.status == (uris.RESPONDER, uris.NO_AUTHN_CONTEXT)
