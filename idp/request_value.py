"""The data classes of which each signed-in request makes some."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def request_value(cls: type[T]) -> type[T]:
    """Make *cls* a data class with slots, whose instances the type checker lets nobody change.

    ``frozen=True`` refuses that when the program runs, too, and so takes four times as long to make
    an instance: for the values of one signed-in request, a fortieth of all its work. Values that
    outlast their request are frozen.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)
