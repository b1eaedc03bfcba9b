"""The global policy: whether the second factor is asked for, and which providers are enabled.

Either the rule for all trusts or that of one trust is enough to require the second factor; a trust
cannot switch off a rule for all (AD FS: ``Set-AdfsAdditionalAuthenticationRule``). In AD FS nothing
requires it until a rule is set. Here there is a default until then: each trust requires it unless
it is set to ``never``.

===================  ====================  ==========================  ======================
for all trusts       trust ``always``      trust ``global``            trust ``never``
===================  ====================  ==========================  ======================
``default``          required              required                    not by this
``always``           required              required                    required
``never``            required              not by this                 not by this
===================  ====================  ==========================  ======================

"Not by this": the access control policy of the trust, or the request, may still require it.
"""

from __future__ import annotations

from typing import Protocol

from adapter.errors import TallystickError
from adapter.sentences import sentence
from idp.federation.relying_party.setting_types import MAX_RULES_LENGTH
from idp.federation.relying_party.settings import TrustSettings

DEFAULT = "default"
ALWAYS = "always"
NEVER = "never"
SECOND_FACTOR = (DEFAULT, ALWAYS, NEVER)
DEFAULT_PROVIDERS = ("AzureMfaAuthentication",)

BY_ALL = sentence("the rule for all trusts: always")
BY_TRUST = sentence("the trust: second_factor=always")
BY_DEFAULT = sentence(
    "the default: no rule for all trusts is set, and the trust does not say never"
)


class BadPolicy(TallystickError):
    """Raised for a rule for all trusts that does not exist or is too long."""

    code = "bad_policy"


class UnreadableGlobalPolicy(BadPolicy):
    """A part of the global policy whose stored row cannot be read.

    ``what`` names the part, as the subject of a sentence.
    """

    code = "unreadable_policy"

    def __init__(self, what: str, fault: str, remedy: str) -> None:
        super().__init__(
            sentence("{what} cannot be read from the database: {fault}", what=what, fault=fault),
            sentence(
                "Upgrade this node if another one runs a newer version; else set it again: "
                "{command}",
                command=remedy,
            ),
        )
        self.what = what


def second_factor_reasons(of_all: str, settings: TrustSettings) -> tuple[str, ...]:
    """Return why the second factor is required, by the table above; empty if it is not."""
    own = settings.second_factor
    reasons = (
        (BY_ALL,     of_all == ALWAYS),
        (BY_TRUST,   own == ALWAYS),
        (BY_DEFAULT, of_all == DEFAULT and own == "global"),
    )  # fmt: skip
    return tuple(reason for reason, applies in reasons if applies)


class PolicyStore(Protocol):
    """Storage of the global policy; reading raises :class:`UnreadableGlobalPolicy`."""

    def second_factor(self) -> str | None:
        """Return the rule for all trusts, None if it was never set."""

    def save_second_factor(self, value: str) -> None:
        """Set the rule for all trusts."""

    def additional_rules(self) -> str:
        """Return the additional authentication rules for all trusts, empty if there are none."""

    def save_additional_rules(self, text: str) -> None:
        """Set the additional authentication rules for all trusts."""

    def enabled_providers(self) -> tuple[str, ...] | None:
        """Return the names of the enabled adapters, None if none were ever set."""


class GlobalPolicy:
    """The policy for all trusts, as stored now; reading raises :class:`UnreadableGlobalPolicy`."""

    def __init__(self, store: PolicyStore) -> None:
        self._store = store

    def second_factor(self) -> str:
        """Return the rule for all trusts: ``default`` until it is set, ``always`` or ``never``."""
        return self._store.second_factor() or DEFAULT

    def set_second_factor(self, value: str) -> None:
        """Set the rule for all trusts; raises :class:`BadPolicy`."""
        if value not in SECOND_FACTOR:
            raise BadPolicy(f"There is no policy {value!r}", f"Give {' or '.join(SECOND_FACTOR)}")
        self._store.save_second_factor(value)

    def additional_rules(self) -> str:
        """Return the additional authentication rules for all trusts, in AD FS's language."""
        return self._store.additional_rules()

    def set_additional_rules(self, text: str) -> None:
        """Set the rules, or none by an empty text.

        Raises :class:`BadPolicy`, or :class:`~idp.federation.claim_rules.errors.BadRule`.
        """
        from idp.federation.claim_rules.adfs.parser import read

        if len(text) > MAX_RULES_LENGTH:
            raise BadPolicy(
                sentence("The rules are too long"),
                sentence("Give at most {number} characters", number=MAX_RULES_LENGTH),
            )
        read(text)
        self._store.save_additional_rules(text.strip())

    def enabled_providers(self) -> tuple[str, ...]:
        """Return the names of the enabled adapters, in their order."""
        enabled = self._store.enabled_providers()
        return DEFAULT_PROVIDERS if enabled is None else enabled
