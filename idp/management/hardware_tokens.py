"""Hardware tokens: registered one by one or from a CSV file, then activated by a code.

``tallystick user tokens``, ``/admin/api/tokens`` and the page ``/admin/tokens`` are built on this.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from adapter.errors import TallystickError
from adapter.mfa.codes.factor import CodeOutcome
from adapter.mfa.codes.hardware import BadToken, HardwareToken, NewToken, read_token
from adapter.mfa.codes.store import TokenRefusal
from adapter.mfa.methods import TooManyMethods
from adapter.mfa.service import UnknownMethod
from adapter.sentences import sentence
from idp.csv_table import CsvFaults, read_rows
from idp.management.user_audit import changes_user
from idp.management.user_by_name import find_user
from idp.management.users import token_as_json

if TYPE_CHECKING:
    from idp.csv_table import CsvRow
    from idp.services import Services

COLUMNS = ("upn", "serial number", "secret key", "time interval")
OPTIONAL_COLUMNS = ("manufacturer", "model")
"""The columns of the file that Microsoft Entra takes, too."""

REFUSED_CODES = {
    CodeOutcome.WRONG: (
        "That code is not right",
        "Type the one that is shown now; the token's clock may be wrong if none is right",
    ),
    CodeOutcome.USED: ("The code or the activation was used already", "Look at the user's methods"),
    CodeOutcome.LOCKED: (
        "Codes of the user are locked after too many wrong ones",
        "Wait, or run tallystick user unlock NAME",
    ),
}


class SerialNumberTaken(TallystickError):
    """Raised for a token whose serial number another token has."""

    code = "serial_number_taken"

    def __init__(self, serial_number: str) -> None:
        super().__init__(
            sentence(
                "There is a token with the serial number {serial_number} already",
                serial_number=repr(serial_number),
            ),
            sentence(
                "See tallystick user tokens list; remove it there if it is another "
                "user's by mistake"
            ),
        )


class CodeRefused(TallystickError):
    """Raised when a code does not prove that somebody holds the token or the app."""

    code = "code_refused"

    def __init__(self, outcome: CodeOutcome) -> None:
        super().__init__(*REFUSED_CODES[outcome])
        self.outcome = outcome


def add_token(
    services: Services,
    name: str,
    *,
    serial_number: str,
    secret: str,
    period: str | int = 30,
    manufacturer: str = "",
    model: str = "",
) -> HardwareToken:
    """Register a token for a user, which waits for its activation.

    Raises :class:`~adapter.mfa.codes.hardware.BadToken`, :class:`SerialNumberTaken` and
    :class:`~adapter.mfa.methods.TooManyMethods`.
    """
    token = read_token(
        find_user(services, name).upn,
        serial_number=serial_number.strip(),
        secret=secret,
        period=period,
        manufacturer=manufacturer.strip(),
        model=model.strip(),
    )
    with services.changes.recording() as made:
        refused = services.mfa.codes.add_tokens([token])
        if refused:
            is_taken = refused[0] is TokenRefusal.TAKEN
            raise SerialNumberTaken(token.serial_number) if is_taken else TooManyMethods(token.user)
        added = find_token(services, token.user, token.serial_number)
        made.add("token.add", added.user, after=token_as_json(added))
    return added


def import_tokens(services: Services, text: str) -> tuple[HardwareToken, ...]:
    """Register the tokens of a CSV file, all or none.

    Raises :class:`~idp.csv_table.CsvFaults` with every fault of every row. No sentence repeats
    what is in the file, since that may be a secret in the wrong column.
    """
    rows, faults = read_rows(
        text, required=COLUMNS, optional=OPTIONAL_COLUMNS, is_confidential=True
    )
    tokens: list[tuple[CsvRow, NewToken]] = []
    for row in rows:
        try:
            tokens.append((row, _read_row(services, row)))
        except BadToken as error:
            faults += [f"line {row.line}: {fault}" for fault in error.faults]
    new = [token for _, token in tokens]
    with services.changes.recording() as made:
        refused = services.mfa.codes.add_tokens(new, only_check=bool(faults))
        faults += [f"line {tokens[place][0].line}: {why}" for place, why in refused.items()]
        if faults:
            raise CsvFaults(sorted(faults, key=_line_of))
        numbers = {token.serial_number for token in new}
        known = services.mfa.codes.tokens()
        added = tuple(each for each in known if each.serial_number in numbers)
        for each in added:
            made.add("token.add", each.user, after=token_as_json(each))
    return added


@changes_user("token.activate", together=False)
def activate_token(services: Services, name: str, serial_number: str, code: str) -> HardwareToken:
    """Activate a user's token, by its serial number or its id, with a code that it shows.

    Raises :class:`CodeRefused` and :class:`~adapter.mfa.service.UnknownMethod`.
    """
    token = find_token(services, find_user(services, name).upn, serial_number)
    outcome = services.mfa.codes.activate_token(token.user, token.id, code)
    if outcome is not CodeOutcome.RIGHT:
        raise CodeRefused(outcome)
    return find_token(services, token.user, token.id)


def find_token(services: Services, upn: str, serial_number: str) -> HardwareToken:
    """Return the token of a user by its serial number or its id; raises :class:`UnknownMethod`."""
    for token in services.mfa.codes.tokens(upn):
        if serial_number in (token.serial_number, token.id):
            return token
    raise UnknownMethod(upn, serial_number)


def _read_row(services: Services, row: CsvRow) -> NewToken:
    """Return the token in a row; raises :class:`BadToken` with all faults of the row."""
    faults = list(_user_faults(services, row["upn"]))
    try:
        token = read_token(
            row["upn"],
            serial_number=row["serial number"],
            secret=row["secret key"],
            period=row["time interval"],
            manufacturer=row["manufacturer"],
            model=row["model"],
        )
    except BadToken as error:
        raise BadToken([*faults, *error.faults]) from None
    if faults:
        raise BadToken(faults)
    found = find_user(services, row["upn"])
    return NewToken(
        found.upn,
        token.serial_number,
        token.secret,
        token.period,
        token.manufacturer,
        token.model,
    )


def _user_faults(services: Services, upn: str) -> Iterator[str]:
    if not upn:
        yield "the upn is missing"
    elif services.directory.find(upn) is None:
        yield "there is no user of this upn"


def _line_of(fault: str) -> int:
    return int(fault.removeprefix("line ").partition(":")[0])
