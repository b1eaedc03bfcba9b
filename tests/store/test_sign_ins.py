from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from support.clock import NOON
from support.users import SAMPLE_USER

from idp.audit.record import SignInRecord
from idp.directory.user_store import Credentials
from idp.federation.access_control.access_rules import AccessRules
from idp.federation.access_control.global_policy import GlobalPolicy
from idp.federation.access_control.policy_file import read_policy
from idp.federation.farm import Farm
from idp.federation.relying_party.settings import TrustSettings
from idp.federation.relying_party.trust import RelyingPartyTrust
from idp.saml.values import AssertionConsumerService, ServiceProvider
from idp.session.participants import Issued
from idp.session.sign_in_store import SECOND_FACTOR
from idp.store.access_control import SqlAccessControlStore
from idp.store.errors import StoreUnavailable
from idp.store.nodes import SqlNodeStore
from idp.store.policies import SqlPolicyStore
from idp.store.schema import used_once
from idp.store.sign_in_log import SqlSignInLog
from idp.store.sign_ins import SESSION_ENDED, SqlSignInStore
from idp.store.trusts import SqlTrustStore
from idp.store.used_once import SqlUsedOnce
from idp.store.users import SqlUserStore

WIKI = "https://wiki.example.test/metadata"
USER = replace(SAMPLE_USER, display_name="Alice", email="a@mail.test", groups=("staff",))
RECORD = SignInRecord(NOON, 1200, "activity", USER.upn, WIKI, outcome="issued")
LATER = NOON + timedelta(hours=1)
RULE = '=> issue(Type = "urn:x", Value = "y");'


def _trust(entity_id: str = WIKI, **settings) -> RelyingPartyTrust:
    provider = ServiceProvider(
        entity_id,
        (
            AssertionConsumerService("https://wiki.example.test/acs", index=1, is_default=True),
            AssertionConsumerService("https://wiki.example.test/other"),
        ),
        signing_certificates=("MIIB",),
        name_id_formats=("urn:x",),
        authn_requests_signed=True,
        display_name="Wiki ✓",
    )
    return RelyingPartyTrust(
        entity_id, "Wiki ✓", provider, TrustSettings(**settings), "wiki.xml", NOON, NOON
    )


@pytest.fixture
def sign_ins(database):
    return SqlSignInStore(database)


@pytest.fixture
def trust_store(database):
    store = SqlTrustStore(database)
    store.change_trust(WIKI, lambda _: _trust(), b"<xml/>")
    return store


@pytest.fixture
def users(database):
    store = SqlUserStore(database)
    store.add_users([Credentials(USER, "hash")])
    return store


def _finish(
    sign_ins: SqlSignInStore,
    request: str | None = "_1",
    *,
    session: str = "",
    at: datetime = NOON,
    **how: Any,
) -> bool:
    issued = Issued(session, USER.upn, WIKI, None, f"_{uuid4()}", LATER) if session else None
    return sign_ins.finish(
        request=(WIKI, request) if request else None,
        request_expires_at=LATER,
        log=replace(RECORD, at=at),
        issued=issued,
        **how,
    )


def test_one_read_returns_trust_user_session_and_policy(sign_ins, trust_store, users):
    facts = sign_ins.facts(WIKI, USER.upn, "session", None)

    assert facts.trust == _trust()
    assert facts.user == USER
    assert not facts.session_ended
    assert facts.rules == AccessRules("default")


def test_the_node_asked_for_is_given_else_the_first_of_the_farm(sign_ins, database, clock):
    farm = Farm(SqlNodeStore(database), clock)
    assert sign_ins.facts(WIKI, None, None, "sts1").node is None
    first = farm.set_build("sts2", "20348.350", "admin").node
    second = farm.set_build("sts1", "17763.1", "admin").node

    assert sign_ins.facts(WIKI, None, None, "sts1").node == second
    assert sign_ins.facts(WIKI, None, None, "sts2").node == first
    assert sign_ins.facts(WIKI, None, None, "sts3").node == first
    assert sign_ins.facts(WIKI, None, None, None).node == first


def test_unknown_rows_are_returned_as_none(sign_ins):
    facts = sign_ins.facts("https://unknown.example.test", "bob@example.test", None, None)

    assert (facts.trust, facts.user, facts.session_ended) == (None, None, False)
    assert sign_ins.facts(WIKI, None, None, None).user is None


def test_an_ended_session_has_ended_on_every_node(sign_ins, open_database):
    SqlUsedOnce(open_database()).claim(SESSION_ENDED, "session", LATER)

    assert sign_ins.facts(WIKI, None, "session", None).session_ended
    assert not sign_ins.facts(WIKI, None, "other", None).session_ended


def test_a_change_on_another_node_is_seen_by_the_next_look(
    sign_ins, trust_store, users, open_database
):
    sign_ins.facts(WIKI, USER.upn, None, None)
    theirs = open_database()
    SqlTrustStore(theirs).change_trust(WIKI, lambda _: _trust(enabled=False))
    SqlUserStore(theirs).set_disabled(USER.upn, True, LATER)
    GlobalPolicy(SqlPolicyStore(theirs)).set_second_factor("never")

    facts = sign_ins.facts(WIKI, USER.upn, None, None)

    assert facts.trust == _trust(enabled=False)
    assert facts.user == replace(USER, disabled=True, valid_from=LATER)
    assert facts.rules.second_factor == "never"


def test_a_trust_that_is_removed_and_added_again_differently_is_read_anew(sign_ins, trust_store):
    sign_ins.facts(WIKI, None, None, None)
    trust_store.remove_trust(WIKI)
    assert sign_ins.facts(WIKI, None, None, None).trust is None

    trust_store.change_trust(WIKI, lambda _: _trust(token_lifetime=5), b"<xml/>")
    assert sign_ins.facts(WIKI, None, None, None).trust == _trust(token_lifetime=5)


def test_a_trust_is_parsed_once_while_it_stays_the_same(sign_ins, trust_store):
    assert (
        sign_ins.facts(WIKI, None, None, None).trust is sign_ins.facts(WIKI, None, None, None).trust
    )


def test_a_request_and_a_sign_in_end_once_and_leave_one_row(sign_ins, database):
    assert not sign_ins.used_up((WIKI, "_1"), None).request

    assert _finish(sign_ins, "_1")

    assert sign_ins.used_up((WIKI, "_1"), None).request
    assert not _finish(sign_ins, "_1")
    assert not _finish(sign_ins, "_1", session="root")
    assert len(SqlSignInLog(database).read()) == 1


def test_a_request_and_a_second_factor_are_used_up_each_by_itself(sign_ins, database):
    SqlUsedOnce(database).claim(SECOND_FACTOR, "ended", LATER)
    assert _finish(sign_ins, "_1")

    both = sign_ins.used_up((WIKI, "_1"), "ended")
    neither = sign_ins.used_up((WIKI, "_2"), "begun")

    assert (both.request, both.second_factor) == (True, True)
    assert (neither.request, neither.second_factor) == (False, False)
    assert sign_ins.used_up(None, "ended").second_factor
    assert not sign_ins.used_up(("ended", ""), None).second_factor


def test_a_sign_in_that_may_not_end_spends_nothing(sign_ins, database):
    SqlUsedOnce(database).claim(SESSION_ENDED, "root", LATER)

    assert not _finish(sign_ins, "_1", session="root")

    assert not sign_ins.used_up((WIKI, "_1"), None).request
    assert _finish(sign_ins, "_1")


SOON, WINDOW = NOON + timedelta(seconds=4), timedelta(seconds=10)


def _finish_repeatably(sign_ins: SqlSignInStore, *, session: str, at: datetime) -> bool:
    return _finish(sign_ins, session=session, at=at, repeatable_until=at + WINDOW)


def test_what_is_repeatable_may_be_repeated_in_its_session_until_then(sign_ins, database):
    assert _finish_repeatably(sign_ins, session="root", at=NOON)
    assert _finish_repeatably(sign_ins, session="root", at=SOON)

    assert not _finish_repeatably(sign_ins, session="another", at=SOON)
    assert not _finish(sign_ins, session="root", at=SOON)
    # The window is that of the first answer.
    assert not _finish_repeatably(sign_ins, session="root", at=NOON + WINDOW)
    assert len(SqlSignInLog(database).read()) == 2
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(used_once)).scalar() == 1


def test_a_clock_set_back_does_not_make_an_answer_repeatable_for_long(sign_ins):
    assert _finish_repeatably(sign_ins, session="root", at=NOON)
    assert not _finish_repeatably(sign_ins, session="root", at=NOON - timedelta(hours=10))


def test_an_answer_that_followed_no_proof_is_not_repeatable(sign_ins):
    assert _finish(sign_ins, session="root")
    assert not _finish_repeatably(sign_ins, session="root", at=SOON)


def test_request_ids_of_different_issuers_do_not_meet(sign_ins):
    assert sign_ins.finish(request=("a", "bc"), request_expires_at=LATER, log=RECORD)
    assert sign_ins.finish(request=("ab", "c"), request_expires_at=LATER, log=RECORD)


def test_without_request_or_sign_in_a_token_is_only_logged(sign_ins, database):
    assert _finish(sign_ins, None)
    assert _finish(sign_ins, None)
    assert len(SqlSignInLog(database).read()) == 2


def test_of_many_tabs_on_two_nodes_one_ends_the_sign_in(open_database):
    nodes = [SqlSignInStore(open_database()), SqlSignInStore(open_database())]

    with ThreadPoolExecutor(8) as pool:
        wins = list(pool.map(lambda node: _finish(node, "_1"), nodes * 10))

    assert sum(wins) == 1
    assert len(SqlSignInLog(open_database()).read()) == 1


def test_no_token_without_its_row_in_the_log(sign_ins, database):
    with database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE sign_ins RENAME TO full_disk")

    with pytest.raises(StoreUnavailable, match="sign_ins"):
        _finish(sign_ins)

    assert not sign_ins.used_up((WIKI, "_1"), None).request
    with database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE full_disk RENAME TO sign_ins")
    assert _finish(sign_ins)


def test_rules_for_all_are_read_once_and_again_after_each_change(sign_ins, open_database):
    first = sign_ins.facts(WIKI, None, None, None).rules
    assert sign_ins.facts(WIKI, None, None, None).rules is first
    theirs = open_database()
    policies, access = SqlPolicyStore(theirs), SqlAccessControlStore(theirs)
    staff = read_policy("Staff", {"permit": [{"groups": ["Staff"]}]})

    for change, holds in (
        (lambda: policies.save_second_factor("always"), lambda r: r.second_factor == "always"),
        (lambda: policies.save_additional_rules(RULE), lambda r: r.additional == RULE),
        (lambda: access.save_policy(staff), lambda r: r.custom == {"Staff": staff}),
        (lambda: policies.save_second_factor("never"), lambda r: r.second_factor == "never"),
        (lambda: access.remove_policy("Staff"), lambda r: r.custom == {}),
    ):
        change()
        rules = sign_ins.facts(WIKI, None, None, None).rules
        assert holds(rules)
        assert sign_ins.facts(WIKI, None, None, None).rules is rules
