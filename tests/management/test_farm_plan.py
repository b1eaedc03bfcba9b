"""The plan of an undo is made of entries that may hold anything."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from idp.audit.changes import Actor, ChangeEntry
from idp.management import farm_history
from idp.management.farm_plan import FarmState, UndoRefused, plan_undo

PLAIN = st.none() | st.text(max_size=5) | st.integers()
ANY = PLAIN | st.dictionaries(
    st.sampled_from(["build", "name", "registry", "version", "clients", "x"]),
    PLAIN | st.dictionaries(st.text(max_size=3), PLAIN, max_size=2),
    max_size=3,
)


@given(verb=st.sampled_from(farm_history.VERBS), before=ANY, after=ANY)
def test_an_entry_of_any_shape_is_shown_and_planned_or_refused(verb, before, after):
    """The log may hold what an earlier version wrote, or what was damaged."""
    entry = ChangeEntry(None, Actor("", "", ""), verb, "sts1", before, after)
    state = FarmState({"sts1": "20348.350"}, {"sts1": {}}, frozenset())

    assert farm_history.past_entry(entry).sentence
    with suppress(UndoRefused):
        assert plan_undo(1, [entry], state, undone_by=None)
