"""Debian's eapol_test: EAP is refused at once, and the log says that it is not supported."""

from __future__ import annotations

import pytest
from support.radius.eapol_test import EapolTest

GAVE_UP = "EAPOL test timed out"
EAP_FAILURE = "EAP: Received EAP-Failure"


@pytest.fixture
def eapol_test(run, radius, tmp_path):
    return EapolTest(run, tmp_path, radius.host, radius.port, radius.secret)


@pytest.mark.parametrize("kind", ["MSCHAPV2", "PEAP"])
def test_eap_ends_with_a_failure_that_the_client_understands(
    kind, eapol_test, radius, federation, nps_log
):
    radius.set(protocols=["PAP", "EAP"])

    ended = eapol_test.sign_in(kind, federation.user.name, federation.user.password)

    assert ended.status != 0
    assert ended.output.endswith("FAILURE\n"), ended.output
    assert EAP_FAILURE in ended.output
    assert GAVE_UP not in ended.output
    assert [row[:2] for row in nps_log()] == [(6273, "eap_not_supported")]
