"""What an entry of the audit log says has changed."""

from __future__ import annotations

from datetime import UTC, datetime

from idp.audit.changes import COMMAND, Actor, ChangeEntry
from idp.management.audit_log import differences

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ROOT = Actor("root", "administrator", COMMAND)


def test_of_a_table_inside_only_the_values_that_differ_are_told():
    before = {"version": "1.2.2131.2", "registry": {"override": "unset", "ip_whitelist": "unset"}}
    after = {"version": "1.2.2216.1", "registry": {"override": "FALSE", "ip_whitelist": "unset"}}
    entry = ChangeEntry(NOON, ROOT, "nps.set", "nps1", before, after)

    assert differences(entry) == (
        ("version", "1.2.2131.2", "1.2.2216.1"),
        ("registry.override", "unset", "FALSE"),
    )


def test_a_table_that_is_new_is_told_whole():
    entry = ChangeEntry(NOON, ROOT, "nps.set", "nps1", None, {"registry": {"a": "b"}})

    assert differences(entry) == (("registry", "", '{"a": "b"}'),)
