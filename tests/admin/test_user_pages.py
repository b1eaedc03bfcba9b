"""The list of users, and the page of one user: each form does what its command does."""

from __future__ import annotations

import pytest
from support.users import ALICE, PASSWORD

from idp.admin.pages.user_actions import VERBS
from idp.session.participants import Issued

SEED = "A" * 32


@pytest.fixture
def change(administrator, services):
    """Post a form of Alice's page."""
    services.directory.add(ALICE, PASSWORD, display_name="Alice Archer", groups=["Staff"])

    def post(action: str, name: str = ALICE, **fields: str):
        form = {"csrf": administrator.csrf(), "name": name, "action": action, **fields}
        return administrator.post("/admin/users/one", form)

    return post


def page_of(administrator, name=ALICE):
    return administrator.see(f"/admin/users/one?name={name}")


def test_the_list_is_searched_and_comes_in_parts(administrator, services):
    for number in range(60):
        services.directory.add(f"user{number:02}@example.test", "x")

    first = administrator.see("/admin/users").text
    assert "user49@" in first
    assert "user50@" not in first
    assert "after=user49@example.test" in first
    second = administrator.see("/admin/users?after=user49@example.test").text
    assert ">user49@" not in second
    assert "user59@" in second
    assert "Users at risk" not in second
    found = administrator.see("/admin/users?q=USER5").text
    assert "user59@" in found
    assert "user49@" not in found
    assert "No user matches" in administrator.see("/admin/users?q=nobody").text


def test_a_user_is_added_and_has_to_choose_a_password(administrator, services):
    form = {
        "csrf": administrator.csrf(), "action": "add", "name": "Bo@Example.test", "password": "x",
    }  # fmt: skip

    added = administrator.post("/admin/users", form)

    assert added.location == "/admin/users/one?name=bo@example.test"
    assert "The user is added" in administrator.see(added.location).text
    failure = services.directory.check_password("bo@example.test", "x").failure
    assert failure == "must_change_password"
    again = administrator.post("/admin/users", form | {"csrf": administrator.csrf()})
    assert again.status_code == 422
    assert 'value="Bo@Example.test"' in again.text
    assert "There is already a user" in again.text


def test_attributes_that_were_changed_are_saved_and_others_stay(change, services, administrator):
    services.directory.change(ALICE, lambda user: user)
    fields = {
        "a-displayName": "", "a-mail": ALICE, "a-givenName": "Alice", "a-sn": "",
        "a-title": "Dr\r\n Ms \r\n", "new_attribute": "costCenter", "new_value": "4711",
    }  # fmt: skip

    saved = change("attributes", **fields)

    assert saved.status_code == 303
    alice = services.directory.find(ALICE)
    assert alice.attributes == {
        "givenName": ("Alice",), "title": ("Dr", "Ms"), "costCenter": ("4711",),
    }  # fmt: skip
    assert (alice.display_name, alice.email) == ("", ALICE)
    change("attributes", **{"a-title": "", "a-costCenter": "4711"})
    assert set(services.directory.find(ALICE).attributes) == {"givenName", "costCenter"}


def test_a_value_of_several_lines_is_shown_by_name_and_stays(change, services, administrator):
    services.directory.add("bo@example.test", "x", attributes={"street": "1 Road\nTown"})

    assert "changed by the command: street." in page_of(administrator, "bo@example.test").text
    change("attributes", name="bo@example.test", **{"a-sn": "Bell"})

    assert services.directory.find("bo@example.test").attributes["street"] == ("1 Road\nTown",)


def test_groups_are_one_a_line(change, services):
    change("groups", groups="Wiki Users\r\n\r\nStaff\r\nstaff")

    assert services.directory.find(ALICE).groups == ("Wiki Users", "Staff")


def test_methods_are_removed_and_a_pass_is_shown_once(change, services, administrator):
    services.mfa.codes.register(ALICE, SEED)
    services.mfa.codes.add(ALICE, "B" * 32)
    first, _ = services.mfa.methods_of(ALICE).registered

    change("remove_method", id=first.id)
    assert len(services.mfa.methods_of(ALICE).registered) == 1
    issued = change("pass", once="on")
    shown = administrator.see(issued.location).text
    text = shown.split("The access pass is ")[1].split(".")[0]
    assert services.mfa.access_passes.check(ALICE, text, attempt="1") == "right"
    assert text not in administrator.see(issued.location).text
    change("remove_methods")
    assert not services.mfa.methods_of(ALICE).registered


def test_sessions_are_counted_and_ended(change, services, administrator, clock, record):
    services.sign_ins.finish(
        request=("urn:sp", "_1"),
        request_expires_at=clock.now().replace(year=2099),
        log=record(),
        issued=Issued("root", ALICE, "urn:sp", None, "_1", clock.now().replace(year=2099)),
    )
    assert "1 service provider" in page_of(administrator).text
    clock.advance(minutes=1)

    change("sign_out")

    assert services.directory.find(ALICE).valid_from == clock.now()


def test_the_account_is_unlocked_blocked_disabled_and_back(change, services):
    for _ in range(10):
        services.directory.check_password(ALICE, "wrong")
    change("unlock")
    assert services.directory.check_password(ALICE, PASSWORD).failure is None
    change("block")
    assert services.mfa.protection.is_blocked(ALICE)
    change("unblock")
    assert not services.mfa.protection.is_blocked(ALICE)
    change("disable")
    assert services.directory.find(ALICE).disabled
    change("enable")
    assert not services.directory.find(ALICE).disabled
    change("nt_hash_on")
    assert ALICE in services.nt_hashes.kept()
    change("nt_hash_off")
    assert ALICE not in services.nt_hashes.kept()


def test_a_password_is_set_or_the_account_taken_back(change, services):
    services.mfa.codes.register(ALICE, SEED)

    change("password", password="temporary", must_change="on")
    failure = services.directory.check_password(ALICE, "temporary").failure
    assert failure == "must_change_password"
    assert services.mfa.methods_of(ALICE).registered
    change("compromised", password="another")

    assert services.directory.check_password(ALICE, "another").failure is None
    assert not services.mfa.methods_of(ALICE).registered


def test_a_user_is_renamed_and_deleted_by_typing_the_name(change, services, administrator):
    renamed = change("rename", new_name="ada@example.test")
    assert renamed.location == "/admin/users/one?name=ada@example.test"
    assert "alice@example.test is ada@example.test now" in administrator.see(renamed.location).text

    refused = change("remove", name="ada@example.test", confirm="yes")
    assert refused.status_code == 422
    assert services.directory.find("ada@example.test")
    gone = change("remove", name="ada@example.test", confirm="Ada@example.test")

    assert gone.location == "/admin/users"
    assert "is removed, with all data" in administrator.see(gone.location).text
    assert services.directory.list() == ()


@pytest.mark.parametrize(
    ("action", "fields", "said"),
    [
        ("attributes", {"new_attribute": "cn", "new_value": "x"}, "cn cannot be set"),
        ("attributes", {"new_value": "x"}, "is not the LDAP name"),
        ("groups", {"groups": "x" * 257}, "cannot be the name of a group"),
        ("rename", {"new_name": "alice"}, "is no user name"),
        ("password", {"password": ""}, "A password has 1 to"),
        ("remove_method", {"id": "nothing"}, "nothing"),
        ("dance", {}, "There is no such change"),
    ],
)
def test_what_cannot_be_done_is_said_in_its_section_and_kept_as_typed(
    action, fields, said, change, services
):
    before = services.directory.list()

    refused = change(action, **fields)

    assert refused.status_code == 422
    assert refused.text.count('role="alert"') == 1
    assert said in refused.text
    if action in VERBS:
        assert f'id="fault-{action}"' in refused.text
    assert services.directory.list() == before


def test_a_user_who_is_not_there_has_a_page_that_says_so(administrator):
    missing = page_of(administrator, "nobody@example.test")

    assert missing.status_code == 404
    assert "There is no user" in missing.text


def test_nothing_is_changed_without_the_sessions_csrf_token(change, administrator, services):
    form = {"csrf": "x", "name": ALICE, "action": "disable"}

    assert administrator.post("/admin/users/one", form).status_code == 403
    assert not services.directory.find(ALICE).disabled
