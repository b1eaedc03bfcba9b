"""docs/requests.md says of every class and comparison what the server does."""

from __future__ import annotations

from pathlib import Path

import pytest

from idp.federation.claims import NAME_ID_FORMATS
from idp.saml.contexts import (
    MULTIPLE_AUTHN,
    ORDER,
    PASSWORD,
    PASSWORD_PROTECTED_TRANSPORT,
    REFEDS_MFA,
    UNSPECIFIED,
    resolve_requested_context,
)
from idp.saml.refusal import Refused

PAGE = (Path(__file__).parents[2] / "docs" / "requests.md").read_text()
METHOD = "urn:method"

ROWS = {
    # how the row begins                                  classes
    "`Password` ":                                        [PASSWORD],
    "`PasswordProtectedTransport` ":                      [PASSWORD_PROTECTED_TRANSPORT],
    "`TLSClient` and":                                    ORDER[2:],
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
        demand = resolve_requested_context((wanted,), comparison, {METHOD}.__contains__)
    except Refused:
        return "refused"
    if wanted == UNSPECIFIED:
        return "the trust decides"
    if demand.second_factor:
        return "second factor" + (", by that method" if demand.method else "")
    return "password" + (", answered as `Password`" if demand.answer == PASSWORD else "")


@pytest.mark.parametrize(("begin", "classes"), ROWS.items(), ids=ROWS.keys())
def test_the_table_of_contexts_is_right(begin, classes):
    comparisons = ("exact", "minimum", "maximum", "better")
    for wanted in classes:
        assert [_word(wanted, comparison) for comparison in comparisons] == _cells(begin)


def test_every_format_that_there_is_has_a_row():
    assert all(f"\n| `{name}` |" in PAGE for name in NAME_ID_FORMATS)
