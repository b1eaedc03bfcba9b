"""What needs an administrator's attention now, each with the page and the command that mend it.

The page ``/admin/`` shows it. Only what this process can see quickly is looked at;
``tallystick doctor`` looks at the machine, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from adapter.errors import TallystickError
from adapter.sentences import joined, sentence
from idp.federation.metadata.preview import report_certificates
from idp.federation.token_signing.warnings import warnings_of
from idp.management import nodes
from idp.management.signing_keys import ring_of
from idp.management.standing import describe
from idp.management.trust_views import TrustView, views

if TYPE_CHECKING:
    from datetime import datetime

    from idp.services import Services

WARN_BEFORE = timedelta(days=30)
"""How long before its end a certificate, a key or a token is shown."""
MAX_OF_A_KIND = 20
"""Items of one kind that are shown; a further one says how many there are besides."""

FARM, TRUSTS, KEYS, USERS, TOKENS = (
    "/admin/farm", "/admin/trusts", "/admin/keys", "/admin/users", "/admin/api-tokens",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Attention:
    """One thing: a stable code, a sentence, the page that mends it, and the command that does."""

    code: str
    sentence: str
    path: str
    command: str
    is_broken: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return it for scripts."""
        return {
            "code": self.code,
            "level": "broken" if self.is_broken else "warning",
            "problem": self.sentence,
            "page": self.path,
            "command": self.command,
        }


def overview(services: Services) -> tuple[Attention, ...]:
    """Return what needs attention, what is broken first."""
    now = services.clock.now()
    kinds = (
        _server(services),
        _farm(services),
        _keys(services, now),
        _trusts(services, now),
        _users(services),
        _tokens(services, now),
    )
    found = [item for kind in kinds for item in _bounded(list(kind))]
    return tuple(sorted(found, key=lambda item: not item.is_broken))


def _bounded(items: list[Attention]) -> list[Attention]:
    if len(items) <= MAX_OF_A_KIND:
        return items
    more, last = len(items) - MAX_OF_A_KIND, items[-1]
    says = sentence("There are {count} more like this", count=more)
    rest = Attention("more", says, last.path, "tallystick doctor")
    return [*items[:MAX_OF_A_KIND], rest]


def _server(services: Services) -> Iterator[Attention]:
    if services.config.testing.allow_faults:
        yield Attention(
            "faults_allowed",
            sentence("This server is for testing: it sends faulty responses where it is asked to"),
            TRUSTS,
            "tallystick faults list",
        )


def _farm(services: Services) -> Iterator[Attention]:
    found = nodes.nodes(services)
    if not found:
        command = "tallystick server set NODE BUILD"
        says = sentence("The farm has no node")
        yield Attention("no_node", says, FARM, command, is_broken=True)
    shown: dict[str, list[str]] = {}
    for view in found:
        shown.setdefault(view.shows, []).append(view.node.name)
    if len(shown) > 1:
        sides = joined(
            "; ",
            (
                sentence("{nodes}: {shows}", nodes=", ".join(names), shows=shows)
                for shows, names in shown.items()
            ),
        )
        yield Attention(
            "mixed_farm",
            sentence(
                "The farm is mixed, so the same user meets one or the other. {sides}", sides=sides
            ),
            FARM,
            "tallystick server list",
        )


def _keys(services: Services, now: datetime) -> Iterator[Attention]:
    try:
        ring = ring_of(services.config)
    except TallystickError as error:
        yield Attention(error.code, error.problem, KEYS, "tallystick doctor", is_broken=True)
        return
    for each in warnings_of(ring, services.config.keys, now):
        yield Attention(each.code, each.problem, KEYS, each.command, is_broken=each.is_broken)


def _trusts(services: Services, now: datetime) -> Iterator[Attention]:
    found = views(services)
    if not found:
        command = "tallystick sp add FILE"
        says = sentence("There is no relying party trust")
        yield Attention("no_trust", says, TRUSTS, command)
    for view in found:
        page = f"{TRUSTS}/one?id={quote(view.entity_id, safe='')}"
        command = f"tallystick sp show {view.entity_id}"
        if not isinstance(view, TrustView):
            says = sentence("{trust} cannot be read", trust=view.entity_id)
            yield Attention("unreadable_trust", says, TRUSTS, command, is_broken=True)
            continue
        name = view.trust.display_name
        for warning in view.warnings:
            says = sentence("{trust}: {warning}", trust=name, warning=warning)
            yield Attention("trust", says, page, command)
        for ends, thumbprint in _ending_certificates(view, now):
            says = sentence(
                "{trust}: its certificate {thumbprint} expires on {day}",
                trust=name, thumbprint=thumbprint, day=f"{ends:%Y-%m-%d}",
            )  # fmt: skip
            yield Attention("certificate_ends", says, page, command)


def _ending_certificates(view: TrustView, now: datetime) -> Iterator[tuple[datetime, str]]:
    trust = view.trust
    for _, report in report_certificates(trust.service_provider, now, trust.settings.min_rsa_bits):
        if report.not_after is not None and now < report.not_after <= now + WARN_BEFORE:
            yield report.not_after, report.thumbprint[:16]


def _users(services: Services) -> Iterator[Attention]:
    for upn, state in services.directory.lockouts().items():
        if state.locked:
            says = sentence("{user} is locked after wrong passwords", user=upn)
            command = f"tallystick user unlock {upn}"
            yield Attention("user_locked", says, _page_of_user(upn), command)
    for upn, standing in services.protection.standings().items():
        for phrase in describe(standing):
            command = f"tallystick user methods {upn}"
            says = sentence("{user} is {state}", user=upn, state=phrase)
            yield Attention("user_standing", says, _page_of_user(upn), command)


def _page_of_user(upn: str) -> str:
    return f"{USERS}/one?name={quote(upn, safe='')}"


def _tokens(services: Services, now: datetime) -> Iterator[Attention]:
    for token in services.api_tokens.tokens():
        if token.expires_at <= now + WARN_BEFORE / 2:
            day = f"{token.expires_at:%Y-%m-%d}"
            yield Attention(
                "api_token_ends",
                sentence("The API token {token} ended on {day}", token=token.name, day=day)
                if token.expires_at <= now
                else sentence("The API token {token} ends on {day}", token=token.name, day=day),
                TOKENS,
                f"tallystick admin token revoke {token.name}",
            )
