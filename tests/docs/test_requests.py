"""docs/requests.md says of every class and comparison what the server does."""

from __future__ import annotations

from pathlib import Path

import pytest

from idp.federation.claims import NAME_ID_FORMATS
from idp.saml.contexts import (
    FIDO,
    MULTIPLE_AUTHN,
    ORDER,
    PASSWORD,
    PASSWORD_PROTECTED_TRANSPORT,
    REFEDS_MFA,
    UNSPECIFIED,
    OfferedMethods,
    resolve_requested_context,
)
from idp.saml.refusal import Refused

PAGE = (Path(__file__).parents[2] / "docs" / "requests.md").read_text()
METHOD = "urn:method"
OFFERED = OfferedMethods((PASSWORD_PROTECTED_TRANSPORT, FIDO), {METHOD}.__contains__)

ROWS = {
    # how the row begins                                  classes
    "`Password` ":                                        [PASSWORD],
    "`PasswordProtectedTransport` ":                      [PASSWORD_PROTECTED_TRANSPORT],
    "`TLSClient` and":                                    ORDER[2:],
    "`http://schemas.microsoft.com/ws/2012/12/authmethod/fido`": [FIDO],
    "`unspecified` | the trust decides":                  [UNSPECIFIED],
    "`http://schemas.microsoft.com/claims/multipleauthn`": [MULTIPLE_AUTHN, REFEDS_MFA],
    "a method that":                                      [METHOD],
    "any other class":                                    ["urn:nobody"],
}  # fmt: skip


def _cells(begin: str) -> list[str]:
    [line] = [line for line in PAGE.splitlines() if line.startswith(f"| {begin}")]
    _, *cells = [cell.strip() for cell in line.strip("|").split("|")]
    return [cells[0] if cell == "the same" else cell for cell in cells]


def _word(wanted: str, comparison: str) -> str:
    try:
        required = resolve_requested_context((wanted,), comparison, offered=OFFERED)
    except Refused:
        return "refused"
    if wanted == UNSPECIFIED:
        return "the trust decides"
    if required.second_factor:
        return "second factor" + (", by that method" if required.method else "")
    if FIDO in required.answers:
        return "passkey" if len(required.answers) == 1 else "any"
    by_its_name = PASSWORD in required.answers.values()
    return "password" + (", answered as `Password`" if by_its_name else "")


@pytest.mark.parametrize(("begin", "classes"), ROWS.items(), ids=ROWS.keys())
def test_the_table_of_contexts_is_right(begin, classes):
    comparisons = ("exact", "minimum", "maximum", "better")
    for wanted in classes:
        assert [_word(wanted, comparison) for comparison in comparisons] == _cells(begin)


def test_every_format_that_there_is_has_a_row():
    assert all(f"\n| `{name}` |" in PAGE for name in NAME_ID_FORMATS)
