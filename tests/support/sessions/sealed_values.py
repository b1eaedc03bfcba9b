"""Strategies for every value that is sealed; each sets every field, also those added later."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from support.clock import NOON

from adapter.contract import Explanation
from idp.adapters.second_factor import AdapterProgress
from idp.saml.values import AuthnRequest, NameID, NameIDPolicy
from idp.session.sso import Proof, Session
from idp.signin.context import SecondFactorContext
from idp.signin.continuation import Continuation
from idp.signin.destination import IdpInitiated, OwnPage, SpInitiated
from idp.signin.pending import PendingSignIn
from idp.signin.sign_in_step import PassedFactor


def with_every_field(cls: type[Any], **strategies: st.SearchStrategy[Any]) -> Any:
    """Return a strategy for a dataclass; a field without a strategy is an error."""
    missing = {each.name for each in fields(cls)} ^ strategies.keys()
    if missing:
        raise TypeError(f"{cls.__name__} needs strategies for exactly its fields: {missing}")
    return st.builds(cls, **strategies)


texts = st.text(max_size=20)
maybe = st.none() | texts
# A float holds the microseconds of this century exactly, and no request is older or younger.
instants = st.timedeltas(timedelta(), timedelta(days=36_500)).map(NOON.__add__)

name_ids = with_every_field(
    NameID, value=texts, format=texts, name_qualifier=maybe, sp_name_qualifier=maybe
)
policies = with_every_field(
    NameIDPolicy, format=maybe, allow_create=st.booleans(), sp_name_qualifier=maybe
)
requests = with_every_field(
    AuthnRequest,
    id=texts,
    issuer=texts,
    acs_url=texts,
    issue_instant=instants,
    force_authn=st.booleans(),
    is_passive=st.booleans(),
    name_id_policy=policies,
    subject=st.none() | name_ids,
    requested_contexts=st.lists(texts, max_size=3).map(tuple),
    comparison=texts,
    signed=st.booleans(),
    audience=texts,
)
saml_destinations = with_every_field(
    SpInitiated, request=requests, relay_state=maybe
) | with_every_field(
    IdpInitiated, entity_id=texts, audience=texts, acs_url=texts, relay_state=maybe
)
paths = st.from_regex(r"/([!-.0-\[\]-~]{1,8}/){0,3}[!-.0-\[\]-~]{0,8}", fullmatch=True)
own_pages = with_every_field(OwnPage, path=paths, again=st.booleans())
pending_sign_ins = with_every_field(
    PendingSignIn,
    destination=saml_destinations | own_pages,
    received_at=instants,
    activity_id=texts,
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
contexts = with_every_field(
    SecondFactorContext,
    pending=pending_sign_ins,
    progress=with_every_field(
        AdapterProgress,
        user=texts,
        context_id=texts,
        provider=texts,
        data=st.dictionaries(texts, st.dictionaries(texts, json_values, max_size=3), max_size=2),
    ),
)

continuations = with_every_field(
    Continuation,
    pending=pending_sign_ins,
    session_id=texts,
    proved_at=instants,
    factor=with_every_field(
        PassedFactor,
        context_id=maybe,
        why=with_every_field(
            Explanation, experience=texts, reason=texts, outcome=texts, attempt=texts
        ),
    ),
    factor_id=maybe,
)

proofs = with_every_field(Proof, method=texts, at=instants)
sessions = with_every_field(
    Session,
    id=texts,
    user=texts,
    primary=proofs,
    second=st.none() | proofs,
    kept=st.booleans(),
    root=texts,
    interrupt_due=st.booleans(),
)
