"""An export of the policies comes back whole, whatever they are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from adapter.mfa.policy import (
    AuthenticatorConfiguration,
    Campaign,
    Feature,
    IncludeTarget,
    LegacyPolicy,
    LegacyResetPolicy,
    MethodConfiguration,
    Migration,
    PasskeyConfiguration,
    Policies,
    RegistrationPolicy,
    Target,
)
from idp.mfa.graph_import import apply, read_graph, written

names = st.text(min_size=1, max_size=20).filter(lambda text: not text.startswith("00000000"))
some = st.builds(Target, names, st.sampled_from(["group", "user"]))
features = st.builds(
    Feature, st.sampled_from(["default", "enabled", "disabled"]), some, st.none() | some
)
modes = st.sampled_from(["any", "push", "deviceBasedPush"])
kinds = st.sampled_from(["group", "user"])
including = st.lists(st.builds(IncludeTarget, names, kinds, modes), max_size=3).map(tuple)
including_all = st.lists(st.builds(IncludeTarget, names, kinds), max_size=3).map(tuple)
excluding = st.lists(some, max_size=3).map(tuple)


@given(
    st.builds(
        Policies,
        st.sampled_from(Migration),
        st.builds(
            AuthenticatorConfiguration, st.booleans(), including, excluding, st.booleans(),
            features, features, st.none() | features,
        ),
        *[st.builds(MethodConfiguration, st.booleans(), including_all, excluding)] * 2,
        st.builds(PasskeyConfiguration, st.booleans(), including_all, excluding, st.booleans()),
        st.builds(LegacyPolicy, st.booleans(), st.booleans()),
        st.builds(
            LegacyResetPolicy, st.booleans(), st.booleans(), st.sampled_from([1, 2]), excluding
        ),
        st.builds(
            RegistrationPolicy,
            st.booleans(),
            st.integers(0, 730),
            st.builds(
                Campaign,
                st.sampled_from(["default", "enabled", "disabled"]),
                st.integers(0, 14),
                excluding,
                excluding,
            ),
        ),
    ),
    st.integers(0, 1000),
)  # fmt: skip
def test_what_is_written_is_read_back(policies, version):
    found = read_graph(written(policies, version))

    assert (apply(found, Policies()), found.version, found.notes) == (policies, version, ())
