"""A page's script asks whether its phone has answered: it is held, or told when to come back.

The script prefers a short answer, and one that may take a while: ``Prefer: return=minimal,
wait=25`` (RFC 7240). While the page still waits, the answer is 204 without a body. Held posts share
the places of those that hang (:mod:`idp.mfa.adapter_places`).
"""

from __future__ import annotations

from collections.abc import Callable

from adapter.contract import NoWaitingPlace
from idp.adapters.second_factor import AdapterProgress, Outcome, ShowPage
from idp.admission import ReturnTimes
from idp.mfa.adapter_places import AdapterPlaces
from idp.signin.browser_request import BrowserRequest
from idp.web.answer import Answer
from idp.web.http_status import NO_CONTENT, retry_after

MAX_WAIT = 25
"""Seconds for which a post is held."""
PENDING = 'data-state="pending"'
"""What the form of a page says while it waits for something outside the browser (docs/pages.md)."""


class HeldPages:
    """Answers the scripts of pages that wait."""

    def __init__(self, places: AdapterPlaces, return_times: ReturnTimes) -> None:
        self._places = places
        self._return_times = return_times

    def judge(
        self, ask: Callable[[], Outcome], request: BrowserRequest, progress: AdapterProgress
    ) -> Outcome | Answer:
        """Return what *ask* returns; for a script whose page still waits, after a while.

        Returns the short answer if the page waits on.
        """
        outcome = ask()
        preferred = _preferences(request)
        if "return=minimal" not in preferred or not _waits(outcome):
            return outcome

        def has_ended() -> bool | None:
            nonlocal outcome
            outcome = ask()
            return None if _waits(outcome) else True

        pause = 1
        try:
            with self._places.place(
                progress.user, sign_in=progress.context_id, client=request.web.client_ip
            ) as place:
                place.until_change(has_ended, _seconds(preferred))
        except NoWaitingPlace:
            pause = self._return_times.next_seconds()
        if _waits(outcome):
            return Answer(status=NO_CONTENT, headers=(retry_after(pause),))
        return outcome


def _waits(outcome: Outcome) -> bool:
    return isinstance(outcome, ShowPage) and PENDING in outcome.page.form


def _preferences(request: BrowserRequest) -> frozenset[str]:
    """Return what the script prefers; nothing for a post that is more than a question."""
    web = request.web
    if web.form.get("Poll") != "1":
        return frozenset()
    return frozenset(each.strip() for each in web.headers.get("Prefer", "").split(","))


def _seconds(preferred: frozenset[str]) -> int:
    waits = (each.removeprefix("wait=") for each in preferred if each.startswith("wait="))
    digits = next(waits, "")
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= len(str(MAX_WAIT))
    return min(MAX_WAIT, int(digits)) if is_number else 0
