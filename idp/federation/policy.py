"""The global policy: whether the second factor is asked for, and which providers are enabled.

Two things differ from AD FS on purpose. There, nothing is asked for until a rule says so; here,
everything is until the policy says otherwise. And there, a trust cannot switch the global rule off
(either rule firing is enough); here, a trust set to ``never`` asks for nothing, so that one server
can show both. What a request demands (``multipleauthn``) outranks both, as in AD FS.
"""

from __future__ import annotations

from adapter.errors import TallystickError
from idp.federation.ports import PolicyStore
from idp.federation.settings import TrustSettings

ALWAYS = "always"
NEVER = "never"
SECOND_FACTOR = (ALWAYS, NEVER)
DEFAULT_PROVIDERS = ("AzureMfaAuthentication",)


class BadPolicy(TallystickError):
    """Raised for a policy that does not exist."""

    code = "bad_policy"


def needs_second_factor(global_: str, settings: TrustSettings, forced: bool) -> bool:
    """Say whether a sign-in needs the second factor.

    *global_* is the policy for all trusts; *forced* says that the request demands it.
    """
    own = settings.second_factor
    return forced or (global_ if own == "global" else own) != NEVER


class GlobalPolicy:
    """The policy for all trusts, as the database has it now."""

    def __init__(self, store: PolicyStore) -> None:
        self._store = store

    def second_factor(self) -> str:
        """Return ``always`` (the default) or ``never``."""
        return self._store.second_factor() or ALWAYS

    def set_second_factor(self, value: str) -> None:
        """Set it; raises :class:`BadPolicy`."""
        if value not in SECOND_FACTOR:
            raise BadPolicy(f"There is no policy {value!r}", f"Give {' or '.join(SECOND_FACTOR)}")
        self._store.save_second_factor(value)

    def enabled_providers(self) -> tuple[str, ...]:
        """Return the names of the enabled providers, in order."""
        enabled = self._store.enabled_providers()
        return DEFAULT_PROVIDERS if enabled is None else enabled
