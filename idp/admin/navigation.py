"""The navigation of the pages: groups of links, and the command that shows the same as a page.

A page is named by its template. Its link leads to the first page of what it belongs to, and is
marked as the current one on all pages of that. A session sees the links that its role may use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from idp.audit.roles import READ, READ_SIGN_INS, READ_USERS
from idp.web.page_texts import gettext, mark


@dataclass(frozen=True, slots=True)
class Link:
    """A link to an *endpoint* of the blueprint; ``pages`` map templates to commands or ""."""

    endpoint: str
    label: str
    pages: Mapping[str, str]
    verb: str = READ

    @property
    def text(self) -> str:
        """The label in the language of the page."""
        return gettext(self.label)


@dataclass(frozen=True, slots=True)
class Group:
    """Links about one thing; a group without a label is one link."""

    label: str
    links: tuple[Link, ...]

    @property
    def text(self) -> str:
        """The label in the language of the page."""
        return gettext(self.label) if self.label else ""


NAVIGATION = (
    Group("", (
        Link("home", mark("Overview"), {"overview": "doctor"}),
    )),
    Group(mark("Applications"), (
        Link("trusts", mark("Trusts"), {
            "trusts": "sp list", "trust": "sp show ID", "trust_add": "", "trust_preview": "",
            "trust_remove": "",
        }),
        Link("access", mark("Access"), {
            "access": "access list", "access_policy": "access show NAME",
            "access_trust": "", "access_test": "",
        }),
        Link("policies", mark("Policies"), {"policies": "policy show"}),
        Link("adapters", mark("Adapters"), {
            "adapters": "adapters list", "adapter": "adapters show NAME",
        }),
        Link("connect", mark("Connect"), {"connect": "connect"}),
    )),
    Group(mark("Users"), (
        Link("users", mark("Users"), {"users": "user list", "user": "user show NAME"}, READ_USERS),
        Link("tokens", mark("Hardware tokens"), {"tokens": "user tokens list"}),
        Link("preview", mark("Preview"), {"preview": "preview NAME"}, READ_USERS),
    )),
    Group(mark("Server"), (
        Link("farm", mark("Farm"), {"farm": "server list", "farm_history": "server history"}),
        Link("keys", mark("Keys"), {"keys": "keys list"}),
        Link("settings", mark("Settings"), {"settings": "config show --origin"}),
        Link("configuration", mark("Configuration"), {"configuration": ""}),
    )),
    Group(mark("Records"), (
        Link("log", mark("Sign-ins"), {"log": ""}, READ_SIGN_INS),
        Link("traces", mark("Traces"), {
            "traces": "trace", "trace": "trace ACTIVITY_ID", "no_trace": "",
        }, READ_SIGN_INS),
        Link("audit", mark("Audit"), {"audit": "admin audit --follow"}),
        Link("api_tokens", mark("API tokens"), {"api_tokens": "admin token list"}),
    )),
)  # fmt: skip


def shown_groups(may: Callable[[str], bool]) -> Iterator[Group]:
    """Yield the groups with the links that a session may use; *may* says what it may do."""
    for group in NAVIGATION:
        links = tuple(link for link in group.links if may(link.verb))
        if links:
            yield Group(group.label, links)


def command_of(page: str) -> str:
    """Return the command that shows what a page shows, empty for none."""
    return next(
        (link.pages[page] for each in NAVIGATION for link in each.links if page in link.pages), ""
    )
