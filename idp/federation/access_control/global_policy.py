"""The global policy: whether the second factor is asked for, and which providers are enabled.

A rule for all trusts cannot be switched off by one of them: either is enough. AD FS
asks for nothing until a rule says so. Here, until anything is said for all trusts, each asks that
does not say ``never`` for itself: a default, which a trust may leave, and no rule.

===================  ====================  ==========================  ======================
for all trusts       trust ``always``      trust ``global``            trust ``never``
===================  ====================  ==========================  ======================
``default``          asks                  asks                        asks for none itself
``always``           asks                  asks                        asks
``never``            asks                  asks for none itself        asks for none itself
===================  ====================  ==========================  ======================

Where a trust asks for none itself, its access control policy or the request still may.
"""

from __future__ import annotations

from typing import Protocol

from adapter.errors import TallystickError
from idp.federation.relying_party.setting_types import MAX_RULES_LENGTH
from idp.federation.relying_party.settings import TrustSettings

DEFAULT = "default"
ALWAYS = "always"
NEVER = "never"
SECOND_FACTOR = (DEFAULT, ALWAYS, NEVER)
DEFAULT_PROVIDERS = ("AzureMfaAuthentication",)

BY_ALL = "the rule for all trusts: always"
BY_TRUST = "the trust: second_factor=always"
BY_DEFAULT = "the default: no rule for all trusts is set, and the trust does not say never"


class BadPolicy(TallystickError):
    """Raised for a policy that does not exist."""

    code = "bad_policy"


class UnreadableGlobalPolicy(BadPolicy):
    """A part of the global policy whose stored row this version cannot read.

    *what* names the part in a sentence, *remedy* the command that sets it again.
    """

    code = "unreadable_policy"

    def __init__(self, what: str, fault: str, remedy: str) -> None:
        super().__init__(
            f"{what} cannot be read from the database: {fault}",
            f"Upgrade this node if another one runs a newer version; else set it again: {remedy}",
        )
        self.what = what


def second_factor_reasons(of_all: str, settings: TrustSettings) -> tuple[str, ...]:
    """Return why the second factor is asked for, by the table above; nothing where it is not."""
    own = settings.second_factor
    reasons = (
        (BY_ALL,     of_all == ALWAYS),
        (BY_TRUST,   own == ALWAYS),
        (BY_DEFAULT, of_all == DEFAULT and own == "global"),
    )  # fmt: skip
    return tuple(reason for reason, applies in reasons if applies)


class PolicyStore(Protocol):
    """Where the global policy lives; its readers raise :class:`UnreadableGlobalPolicy`."""

    def second_factor(self) -> str | None:
        """Return what was set for all trusts, None when nothing was."""

    def save_second_factor(self, value: str) -> None:
        """Set it."""

    def additional_rules(self) -> str:
        """Return the additional authentication rules for all trusts, empty when none were set."""

    def save_additional_rules(self, text: str) -> None:
        """Set them."""

    def enabled_providers(self) -> tuple[str, ...] | None:
        """Return the names that were enabled, None when nothing was."""


class GlobalPolicy:
    """The policy for all trusts, as the database has it now.

    Whatever reads it raises :class:`UnreadableGlobalPolicy` for a row that cannot be read.
    """

    def __init__(self, store: PolicyStore) -> None:
        self._store = store

    def second_factor(self) -> str:
        """Return ``default`` until it is set, ``always`` or ``never``."""
        return self._store.second_factor() or DEFAULT

    def set_second_factor(self, value: str) -> None:
        """Set it; raises :class:`BadPolicy`."""
        if value not in SECOND_FACTOR:
            raise BadPolicy(f"There is no policy {value!r}", f"Give {' or '.join(SECOND_FACTOR)}")
        self._store.save_second_factor(value)

    def additional_rules(self) -> str:
        """Return the additional authentication rules for all trusts, in AD FS's language."""
        return self._store.additional_rules()

    def set_additional_rules(self, text: str) -> None:
        """Set them, none by an empty text.

        Raises :class:`BadPolicy` and :class:`~idp.federation.claim_rules.errors.BadRule`.
        """
        from idp.federation.claim_rules.adfs.parser import read

        if len(text) > MAX_RULES_LENGTH:
            raise BadPolicy("The rules are too long", f"Give at most {MAX_RULES_LENGTH} characters")
        read(text)
        self._store.save_additional_rules(text.strip())

    def enabled_providers(self) -> tuple[str, ...]:
        """Return the names of the enabled providers, in order."""
        enabled = self._store.enabled_providers()
        return DEFAULT_PROVIDERS if enabled is None else enabled
