"""Values of a request are data classes that the type checker keeps from changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from idp.request_value import request_value


@request_value
class Point:
    x: int
    y: int = 0


def test_equal_values_are_one_key_and_a_changed_copy_is_another():
    assert {Point(1), Point(1, 0), replace(Point(1), y=2)} == {Point(1), Point(1, 2)}


def test_a_value_has_no_other_fields():
    value: Any = Point(1)

    with pytest.raises(AttributeError):
        value.z = 1


def test_a_type_checker_is_told_that_values_are_frozen():
    told = vars(request_value)[
        "__dataclass_transform__"
    ]  # Python 3.11 has it among its other arguments

    assert (told | told["kwargs"])["frozen_default"] is True
