"""Python's collector of garbage rests while much is made, and can be told to keep it."""

from __future__ import annotations

import gc

import pytest

from idp.collector import paused_collector


def test_the_collector_rests_meanwhile_and_works_again_afterwards():
    with paused_collector():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_a_failure_lets_it_work_again():
    with pytest.raises(ValueError, match="no"), paused_collector():
        raise ValueError("no")
    assert gc.isenabled()


def test_one_that_rests_already_goes_on_resting():
    with paused_collector():
        with paused_collector():
            pass
        assert not gc.isenabled()


@pytest.mark.parametrize("keeps", [True, False])
def test_what_is_kept_is_not_looked_at_again(keeps):
    with paused_collector(keeps=keeps):
        made = [[]]

    assert any(each is made for each in gc.get_objects()) is not keeps
