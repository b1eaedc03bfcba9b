"""A configuration is exported, compared and applied: all or nothing, each change with its entry."""

from __future__ import annotations

import json

import pytest
from support.service_providers.metadata_parts import SP_ID, metadata
from support.users import ALICE, BOB, PASSWORD

from idp.audit.changes import ChangeQuery
from idp.management.configuration.apply import apply
from idp.management.configuration.document import read_document, write_document
from idp.management.configuration.export import export
from idp.management.configuration.faults import BadConfiguration, ConfigurationChanged
from idp.management.configuration.plan import compare
from idp.management.configuration.plan_text import plan_lines

OTHER = "urn:other"


def entries(services):
    return [each.verb for each in services.changes.store.newest(ChangeQuery(), 100)]


def text_of(services) -> str:
    return write_document(export(services).document)


@pytest.mark.parametrize("form", ["toml", "json"])
def test_what_is_exported_changes_nothing_and_is_the_same_bytes_again(world, form):
    text = write_document(export(world).document, form)

    plan = apply(world, read_document(text), prune=True)

    assert plan.changes == []
    assert write_document(export(world).document, form) == text
    assert entries(world) == ["trust.add"]  # of the world


def test_an_empty_server_becomes_the_same(world, exported, empty_server):
    plan = apply(empty_server, exported)

    assert text_of(empty_server) == text_of(world)
    assert plan.notes == [
        "nps1: registry values are in force after tallystick nps restart nps1",
        f"{ALICE}: nobody knows the password yet; set one: tallystick user passwd {ALICE}",
    ]
    assert apply(empty_server, exported).changes == []


def test_no_secret_is_in_a_document(world):
    world.mfa.codes.register(ALICE, "B" * 32)
    world.nps.add_client("nps1", "192.0.2.1", "test", secret="a shared secret")

    text = text_of(world)

    assert not any(word in text for word in (PASSWORD, "B" * 32, "a shared secret", "argon2"))


def test_a_part_of_a_document_changes_only_what_it_names(world, exported, changed_by):
    done = changed_by({"nodes": [{"name": "sts1", "build": "KB5007206"}, {"name": "sts9",
                       "build": "20348.1"}]})  # fmt: skip

    assert done == [("add", "nodes", "sts9")]
    assert changed_by({"trusts": [{"entity_id": SP_ID, "settings": {"token_lifetime": 30}}]}) == [
        ("change", "trusts", SP_ID)
    ]
    now = export(world).document
    assert now["trusts"][0]["settings"] == {
        **exported["trusts"][0]["settings"],
        "token_lifetime": 30,
    }
    assert {**now, "nodes": [], "trusts": []} == {**exported, "nodes": [], "trusts": []}


def test_each_change_has_its_entry_with_before_and_after(world, changed_by):
    changed_by({"nodes": [{"name": "sts1", "build": "17763.2200"}],
                "users": [{"name": ALICE, "disabled": False, "groups": ["Staff"]}],
                "second_factor": {"rule": "always"}})  # fmt: skip

    newest = world.changes.store.newest(ChangeQuery(), 5)
    assert [each.verb for each in newest] == [
        "configuration.apply", "user.enable", "user.set", "node.set", "access.mfa",
    ]  # fmt: skip
    assert newest[0].after["changes"] == "3 changed"
    node = newest[3]
    assert (node.before["build"], node.after["build"]) == ("17763.2300", "17763.2200")


def test_a_failure_in_the_last_change_leaves_nothing(world, changed_by):
    before, made = text_of(world), entries(world)
    document = {
        "nodes": [{"name": "sts9", "build": "20348.1"}],
        "users": [{"name": BOB}, {"name": "alice@example.other", "groups": ["x"]}],
    }  # two users with the account name EXAMPLE\\alice

    with pytest.raises(BadConfiguration) as caught:
        changed_by(document)

    assert [str(each) for each in caught.value.found] == [
        "users[1] (alice@example.other): " + caught.value.found[0].problem
    ]
    assert caught.value.found[0].code == "user_exists"
    assert text_of(world) == before
    assert entries(world) == made


def test_a_rehearsal_finds_what_only_making_it_finds_and_changes_nothing(world, changed_by):
    before, made = text_of(world), entries(world)
    taken = {"entity_id": SP_ID, "settings": {"identifiers": ["urn:entered"]}}

    assert changed_by({"nodes": [{"name": "n", "build": "20348.1"}]}, dry_run=True)
    with pytest.raises(BadConfiguration, match=r"trusts\[0\].*identifier_taken"):
        changed_by({"trusts": [taken]}, dry_run=True)

    assert text_of(world) == before
    assert entries(world) == made


def test_nothing_is_removed_without_prune(world, changed_by):
    only = {"nodes": [{"name": "sts1"}], "users": [], "trusts": [], "access_control_policies": []}

    assert changed_by(only) == []
    done = changed_by(only, prune=True)

    assert done == [
        ("remove", "trusts", SP_ID),
        ("remove", "trusts", "urn:entered"),
        ("remove", "nodes", "sts2"),
        ("remove", "users", ALICE),
        ("remove", "access_control_policies", "Staff"),
    ]
    assert world.nps.hosts()  # a section that is not there is not touched
    assert world.directory.list() == ()


def test_only_what_was_seen_is_made(world, changed_by):
    document = {"format": 1, "nodes": [{"name": "sts1", "build": "17763.1"}]}
    seen = compare(world, document).digest
    world.farm.set_build("sts1", "17763.2", "somebody else")

    with pytest.raises(ConfigurationChanged):
        apply(world, document, seen=seen)

    assert apply(world, document, seen=compare(world, document).digest).changes


def test_a_new_user_gets_the_password_of_the_file_and_an_old_one_keeps_its_own(world):
    other = "new password in the file"
    users = [{"name": BOB, "password": other}, {"name": ALICE, "password": other}]

    plan = apply(world, {"format": 1, "users": users})

    assert plan.notes == [f"{ALICE}: the password is not changed, since the user exists"]
    world.directory.enable(ALICE)
    assert world.directory.check_password(BOB, other).user
    assert world.directory.check_password(ALICE, PASSWORD).user
    assert other not in json.dumps(plan.as_json()) + text_of(world)


def test_a_policy_and_its_trust_come_in_one_document(world, changed_by):
    new = {"entity_id": OTHER, "metadata": metadata(OTHER),
           "settings": {"access_control_policy": "New"}}  # fmt: skip

    done = changed_by(
        {"access_control_policies": [{"name": "New", "permit": [{"groups": ["A"]}]}],
         "trusts": [new]}
    )  # fmt: skip

    assert [each[2] for each in done] == ["New", OTHER]
    assert world.trusts.existing(OTHER).settings.access_control_policy == "New"


def test_metadata_is_changed_and_settings_stay(world, changed_by):
    newer = metadata("urn:entered")
    new = {"trusts": [{"entity_id": "urn:entered", "metadata": newer}]}

    assert changed_by(new)
    assert changed_by(new) == []

    assert world.trusts.existing("urn:entered").settings.access_control_policy == "Staff"
    assert export(world).document["trusts"][1]["metadata"] == newer


def test_metadata_is_fetched_once_for_a_new_trust(world, changed_by, publisher):
    publisher.publish(metadata(OTHER))
    url = publisher.url
    new = {"trusts": [{"entity_id": OTHER, "metadata_url": url}]}

    assert changed_by(new) == [("add", "trusts", OTHER)]
    assert changed_by(new) == []
    assert world.trusts.existing(OTHER).source == url
    assert export(world).document["trusts"][2]["metadata_url"] == url
    assert publisher.visits == ["/metadata"]
    publisher.status = 404
    with pytest.raises(BadConfiguration, match=r"trusts\[0\] \(urn:third\)"):
        changed_by({"trusts": [{"entity_id": "urn:third", "metadata_url": url}]})


def test_an_identifier_goes_from_one_trust_to_another(world, changed_by):
    world.trusts.change("urn:entered", {"identifiers": ["urn:moved"]})
    document = {
        "trusts": [
            {"entity_id": SP_ID, "settings": {"identifiers": ["urn:moved"]}},
            {"entity_id": "urn:entered", "settings": {"identifiers": []}},
        ]
    }

    assert len(changed_by(document)) == 2
    assert changed_by(document) == []
    assert world.trusts.existing(SP_ID).settings.identifiers == ("urn:moved",)


def test_a_plan_is_told_line_by_line(world):
    document = {
        "format": 1,
        "second_factor": {"rule": "never"},
        "nodes": [{"name": "sts1", "build": "17763.2200"}, {"name": "sts9", "build": "20348.1"}],
        "users": [{"name": ALICE, "attributes": {"sn": ["Baker"], "title": ["Dr"]}}],
        "trusts": [],
    }

    assert plan_lines(compare(world, document, prune=True)) == [
        f"remove trust {SP_ID}",
        "remove trust urn:entered",
        "remove node sts2",
        "change rule for all trusts: rule: default → never",
        "change node sts1: build: 17763.2300 → 17763.2200",
        "add node sts9: build 20348.1, product Windows Server 2022",
        f'change user {ALICE}: attributes.sn: ["Archer"] → ["Baker"]',
        f'change user {ALICE}: attributes.telephoneNumber: ["2", "1"] → not set',
        f'change user {ALICE}: attributes.title: not set → ["Dr"]',
    ]


def test_log_lines_are_written_when_all_is_stored(world, capsys):
    from idp.audit.changes import REST, Actor

    acting = world.acting(lambda: Actor("robot", "administrator", REST, "", "activity"))
    document = {
        "format": 1,
        "nodes": [{"name": "sts9", "build": "20348.1"}],
        "users": [{"name": "alice@example.other"}],
    }

    with pytest.raises(BadConfiguration):
        apply(acting, document)
    assert "node_set" not in capsys.readouterr().err

    apply(acting, {**document, "users": []})
    lines = [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()]
    assert lines == ["node_set", "configuration_applied"]
