"""The sessions of a user at service providers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from idp.management.user_by_name import find_user

if TYPE_CHECKING:
    from collections.abc import Sequence

    from idp.services import Services


def applications_of(services: Services, name: str) -> Sequence[str]:
    """Return the entity ids of the applications whose session of a user may still be open.

    They received an assertion in a session that has not expired, and were not logged out since.
    """
    user = find_user(services, name)
    return services.log_outs.trusts_of(user.upn, services.clock.now())
