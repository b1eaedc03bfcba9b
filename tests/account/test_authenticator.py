"""Adding an Authenticator at security info: scan, then a test notification with a number."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

import pytest

from idp.embedded.phones import PHONE_KINDS

TABLE = Path(__file__).parents[1] / "adapter" / "data" / "experience-table.csv"
ROWS = [
    row
    for row in csv.DictReader(TABLE.read_text("utf-8").splitlines())
    if row["scenario"] == "registration"
]

NO_METHODS = {"phone": None}


@pytest.fixture
def newcomer(federation, account):
    """A user without any method, at security info."""
    visit = account(federation.add_user(**NO_METHODS))
    visit.enter()
    return visit


def test_a_phone_is_a_method_after_its_number_was_typed(newcomer, federation):
    adding, phone = newcomer.add_phone(), newcomer.new_phone()
    phone.activate(adding.page.link("activationAddress"))
    assert newcomer.methods() == []

    adding.post()
    assert adding.number is not None
    assert newcomer.methods() == []
    phone.approve(number=adding.number)
    page = adding.poll()

    assert "push" in newcomer.methods()
    assert "methods" in page.ids()
    last = federation.log[-1]
    assert (last.experience, last.reason, last.outcome) == ("number_match", "always", "registered")


def test_the_new_phone_then_signs_in(newcomer, federation, sp):
    adding, phone = newcomer.add_phone(), newcomer.new_phone()
    phone.activate(adding.page.link("activationAddress"))
    adding.post()
    phone.approve(number=adding.number)
    adding.poll()

    sign_in = federation.sign_in(sp.url(), newcomer.user)
    phone.approve(number=sign_in.number)

    assert sign_in.finish().name_id is not None


def test_nothing_is_stored_if_the_number_was_wrong_and_a_further_try_works(newcomer):
    adding, phone = newcomer.add_phone(), newcomer.new_phone()
    phone.activate(adding.page.link("activationAddress"))
    adding.post()

    phone.approve(number="10" if adding.number != "10" else "11")
    adding.poll()
    assert "number" in adding.error
    assert newcomer.methods() == []

    adding.try_again()
    phone.approve(number=adding.number)
    adding.poll()
    assert "push" in newcomer.methods()


def test_nothing_is_stored_if_the_phone_denies(newcomer):
    adding, phone = newcomer.add_phone(), newcomer.new_phone()
    phone.activate(adding.page.link("activationAddress"))
    adding.post()

    phone.deny()
    adding.poll()

    assert adding.error
    assert newcomer.methods() == []


def test_without_a_phone_the_page_says_that_none_has_come(newcomer):
    adding = newcomer.add_phone()

    adding.post()

    assert "No phone" in adding.error


def test_a_watch_is_not_added_and_is_asked_nothing(newcomer):
    adding, phone = newcomer.add_phone(), newcomer.new_phone()
    address = adding.page.link("activationAddress")
    phone.activate(address, platform="wear-os", app_version="1.0")

    adding.post()

    assert adding.error
    assert adding.number is None
    assert phone.pending() == ()
    assert newcomer.methods() == []
    adding.poll()
    assert newcomer.methods() == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(filter(None, row.values())))
def test_each_row_of_the_table_about_registration_is_lived_through(newcomer, federation, row):
    federation.policy(push_policy=row["push_policy"])
    adding, phone = newcomer.add_phone(), newcomer.new_phone()
    kind = PHONE_KINDS[row["device"]]
    platform = "wear-os" if row["device"] == "wearable" else kind.platform
    phone.activate(
        adding.page.link("activationAddress"), platform=platform, app_version=kind.app_version
    )

    adding.post()

    assert (adding.number is not None) == (row["expected"] == "number_match")
    if adding.number is not None:
        phone.approve(number=adding.number)
        adding.poll()
    assert ("push" in newcomer.methods()) == (row["expected"] == "number_match")
    last = federation.log[-1]
    assert (last.experience, last.reason) == (row["expected"], row["reason"])


def test_the_app_is_registered_for_resets_alone_where_only_the_reset_policy_allows_it(
    newcomer, federation
):
    federation.policy(push_policy="none", reset="all_users")
    adding, phone = newcomer.add_phone(), newcomer.new_phone()
    phone.activate(adding.page.link("activationAddress"))

    adding.post()
    phone.approve(number=adding.number)
    adding.poll()

    assert "push" in newcomer.methods()


def test_whoever_has_a_method_passes_it_before_another_is_added(account):
    visit = account()
    visit.sign_in()

    page = visit.add_phone().page

    assert "/account/verify" in page.url
    assert "activationAddress" not in page.ids()


def test_the_old_method_works_until_the_new_one_does(account, federation, sp):
    visit = account()
    visit.enter()
    adding, phone = visit.add_phone(), visit.new_phone()
    phone.activate(adding.page.link("activationAddress"))
    adding.post()

    sign_in = federation.sign_in(sp.url(), visit.user)
    assert phone.pending() == ()
    visit.user.phone.approve(number=sign_in.number)

    assert sign_in.finish().name_id is not None
    assert visit.methods() == ["push"]


def test_only_the_new_phone_is_asked_in_the_test(account):
    visit = account()
    visit.enter()
    adding, phone = visit.add_phone(), visit.new_phone()
    phone.activate(adding.page.link("activationAddress"))

    adding.post()

    assert visit.user.phone.pending() == ()
    assert len(phone.pending()) == 1


def test_the_other_phone_is_told_only_of_a_phone_that_was_added(account):
    visit = account()
    visit.enter()
    adding, phone = visit.add_phone(), visit.new_phone()
    phone.activate(adding.page.link("activationAddress"))
    adding.post()
    assert visit.user.phone.notices() == ()

    phone.approve(number=adding.number)
    adding.poll()

    assert any("added" in notice.text for notice in visit.user.phone.notices())


def test_a_proof_of_long_ago_is_asked_for_again_before_a_change(account, federation):
    visit = account()
    visit.enter()
    federation.clock.advance(timedelta(minutes=11).total_seconds())

    page = visit.add_phone().page

    assert "validEntropyNumber" in page.ids()


def test_a_cancelled_registration_leaves_nothing(newcomer, federation):
    adding, phone = newcomer.add_phone(), newcomer.new_phone()
    phone.activate(adding.page.link("activationAddress"))

    page = adding.post(Cancel="1")

    assert "noMethods" in page.ids()
    assert newcomer.methods() == []
    assert federation.services.mfa.activations.of_user(newcomer.user.name) == []


def test_a_form_without_the_sessions_token_changes_nothing(newcomer):
    adding = newcomer.add_phone()

    page = adding.post(csrf="")

    assert page.status == 403
    assert page.text("errorCode") == "csrf"
