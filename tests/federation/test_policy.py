from __future__ import annotations

import pytest

from idp.federation.policy import BadPolicy, GlobalPolicy, needs_second_factor
from idp.federation.settings import TrustSettings
from idp.store.policies import SqlPolicyStore


@pytest.mark.parametrize(
    ("global_", "own", "forced", "needed"),
    [
        ("always", "global", False, True),
        ("always", "always", False, True),
        ("always", "never", False, False),
        ("never", "global", False, False),
        ("never", "always", False, True),
        ("never", "never", False, False),
        ("always", "never", True, True),
        ("never", "global", True, True),
        ("never", "never", True, True),
    ],
)
def test_request_outranks_trust_and_trust_outranks_the_global_policy(global_, own, forced, needed):
    assert needs_second_factor(global_, TrustSettings(second_factor=own), forced) is needed


def test_the_policy_asks_always_until_it_is_set(database):
    policy = GlobalPolicy(SqlPolicyStore(database))

    assert policy.second_factor() == "always"
    assert policy.enabled_providers() == ("AzureMfaAuthentication",)
    policy.set_second_factor("never")
    policy.set_second_factor("never")
    assert policy.second_factor() == "never"


def test_a_policy_that_does_not_exist_is_refused(database):
    policy = GlobalPolicy(SqlPolicyStore(database))

    with pytest.raises(BadPolicy, match="always or never"):
        policy.set_second_factor("global")
    assert policy.second_factor() == "always"
