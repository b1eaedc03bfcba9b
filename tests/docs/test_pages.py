"""docs/pages.md documents every id and name that the MFA page has."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.adapters.entra_sign_in import CODE, FAILED, REFUSED, WAITING
from support.adapters.mfa_node import SecondFactors, stores_on
from support.clock import SetClock

PAGE = (Path(__file__).parents[2] / "docs" / "pages.md").read_text()
KINDS = {**WAITING, **FAILED, **REFUSED, **CODE}


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS.keys())
def test_every_id_and_name_of_the_mfa_page_is_documented(database, make):
    mfa = SecondFactors(stores_on(database), SetClock())
    mfa.phone = mfa.give_phone()
    page = make(mfa).page

    ours = {"error", "signInButton"}  # only our style sheet uses them
    names = {*page.all("//@id"), *page.all("//@name")} - ours
    assert not [name for name in names if f"`{name}`" not in PAGE and f'"{name}"' not in PAGE]
