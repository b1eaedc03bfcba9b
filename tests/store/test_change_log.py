"""The audit log of administration is searched for any text, on each database."""

from __future__ import annotations

from support.clock import NOON

from idp.audit.changes import Actor, ChangeEntry, ChangeQuery
from idp.store.change_log import SqlChangeLog

ADA = Actor("Ada_50%@example.test", "administrator", "page")
ENTRY = ChangeEntry(NOON, ADA, "node.set", "sts1")


def test_entries_are_found_by_any_part_of_actor_verb_and_object_in_any_case(database):
    log = SqlChangeLog(database)
    log.append([ENTRY])

    def is_found(text: str) -> bool:
        return bool(log.newest(ChangeQuery(text=text), 1))

    assert all(map(is_found, ("ada_", "50%", "EXAMPLE.test", "Node.S", "STS1")))
    assert not any(map(is_found, ("a%a", "n_de", "\\", "/", "\0", "x\0y", "\ud800")))
