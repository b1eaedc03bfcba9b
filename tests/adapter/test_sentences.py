"""Sentences are plain English text, and know what they are made of."""

from __future__ import annotations

import json

from adapter.sentences import counted, joined, sentence


def test_a_sentence_is_the_finished_english_text():
    said = sentence("{user} is {state}", user="alice", state=sentence("locked"))

    assert said == "alice is locked"
    assert json.dumps([said]) == '["alice is locked"]'
    assert (said.template, said.values["state"]) == ("{user} is {state}", "locked")


def test_braces_in_a_value_and_in_a_text_without_values_stay():
    assert sentence("A value may contain {upn}") == "A value may contain {upn}"
    assert sentence("{rule} is used", rule="{upn}") == "{upn} is used"


def test_a_number_chooses_the_form():
    def nodes(number):
        return counted("{number} node", "{number} nodes", number)

    assert [nodes(number) for number in (0, 1, 2)] == ["0 nodes", "1 node", "2 nodes"]


def test_parts_are_joined():
    assert joined("; ", ["a", sentence("b")]) == "a; b"
    assert joined("; ", []) == ""
