"""The field ``Context`` comes back from its seal as it was, in the session it was made for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from support.clock import NOON
from support.sessions.sealed_values import contexts

from idp.adapters.second_factor import AdapterProgress
from idp.session.seal import Seal, SealBroken, Sealer
from idp.signin.context import SecondFactorContext, unseal
from idp.signin.destination import OwnPage
from idp.signin.pending import MAX_LIFETIME, PendingSignIn

PENDING = PendingSignIn(OwnPage("/account/"), NOON, "activity")
PROGRESS = AdapterProgress("alice@example.test", "context", "Push", {"Push": {"number": 42}})
CONTEXT = SecondFactorContext(PENDING, PROGRESS)


def seal_at(now=NOON) -> Seal:
    return Sealer(bytes(32), lambda: now).purpose("second-factor-context")


@given(contexts)
def test_every_field_comes_back_as_it_was(context):
    now = context.pending.received_at
    sealed = context.seal(seal_at(now), "session", now)

    assert unseal(seal_at(now), sealed, "session") == context


def test_another_session_cannot_open_it():
    sealed = CONTEXT.seal(seal_at(), "session", NOON)
    with pytest.raises(SealBroken):
        unseal(seal_at(), sealed, "another")


def test_a_context_expires_with_its_sign_in_however_late_it_was_sealed():
    later = NOON + MAX_LIFETIME - timedelta(seconds=1)
    sealed = CONTEXT.seal(seal_at(later), "session", later)

    assert unseal(seal_at(later), sealed, "session") == CONTEXT
    with pytest.raises(SealBroken):
        unseal(seal_at(NOON + MAX_LIFETIME), sealed, "session")


@pytest.mark.parametrize("values", [{}, {"pending": {}}, {"pending": None, "user": "x"}])
def test_a_sign_in_that_this_version_cannot_read_has_to_start_again(values):
    sealed = seal_at().seal(values, bound_to="session")
    with pytest.raises(SealBroken):
        unseal(seal_at(), sealed, "session")
