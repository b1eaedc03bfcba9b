"""All faults, in the order of their groups. Read ``tallystick faults list`` for what they are."""

from __future__ import annotations

import difflib

from adapter.errors import TallystickError
from idp.saml_faults import (
    algorithms,
    audience,
    bindings,
    duplicates,
    encryption,
    in_response_to,
    keys,
    log_out,
    names,
    signatures,
    status,
    times,
    wrapping,
)
from idp.saml_faults.fault import Fault, Group

FAULTS: tuple[Fault, ...] = (
    *times.FAULTS,
    *audience.FAULTS,
    *in_response_to.FAULTS,
    *signatures.FAULTS,
    *wrapping.FAULTS,
    *algorithms.FAULTS,
    *names.FAULTS,
    *encryption.FAULTS,
    *status.FAULTS,
    *bindings.FAULTS,
    *duplicates.FAULTS,
    *keys.FAULTS,
    *log_out.FAULTS,
)
BY_CODE = {fault.code: fault for fault in FAULTS}


class UnknownFault(TallystickError):
    """Raised for a code that no fault has."""

    code = "unknown_fault"

    def __init__(self, name: str) -> None:
        close = difflib.get_close_matches(name, [*BY_CODE, *Group], n=1)
        meant = f"Did you mean {close[0]}? " if close else ""
        super().__init__(
            f"There is no fault {name[:80]!r}", f"{meant}tallystick faults list shows all"
        )
        self.name = name


def find_fault(code: str) -> Fault:
    """Return the fault with this code; raises :class:`UnknownFault`."""
    if code not in BY_CODE:
        raise UnknownFault(code)
    return BY_CODE[code]


def select_faults(names: tuple[str, ...]) -> tuple[Fault, ...]:
    """Return the faults that *names* name, by code or by group; all of them without any.

    Raises :class:`UnknownFault`.
    """
    for each in names:
        if each not in BY_CODE and each not in set(Group):
            raise UnknownFault(each)
    wanted = set(names)
    return tuple(
        fault for fault in FAULTS if not names or fault.code in wanted or fault.group in wanted
    )
