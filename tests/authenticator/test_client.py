"""A phone in Python answers real pushes over real HTTP."""

from __future__ import annotations


def test_the_right_number_approves(host, phone):
    started = host.push()
    assert phone.approve(started.number) == "approved"
    assert host.stored(started).state == "approved"
