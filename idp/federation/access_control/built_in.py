"""The built-in access control policies of AD FS (``Get-AdfsAccessControlPolicy``), by its names.

They cannot be changed. There is no device registration here: every device counts as
unauthenticated, and none needs access to register.
"""

from __future__ import annotations

from idp.federation.access_control.policies import (
    EXTRANET,
    INTRANET,
    AccessControlPolicy,
    PolicyRule,
)

PERMIT_EVERYONE = "Permit everyone"
GROUP_PARAMETER = "GroupParameter"

_GROUP = (f"{{{GROUP_PARAMETER}}}",)
_EVERYONE = PolicyRule()
_EVERYONE_WITH_MFA = PolicyRule(require_mfa=True)

_TABLE = (
    # name                                                        rules
    (PERMIT_EVERYONE,
        (_EVERYONE,)),
    ("Permit everyone and require MFA",
        (_EVERYONE_WITH_MFA,)),
    ("Permit everyone and require MFA for specific group",
        (_EVERYONE, PolicyRule(groups=_GROUP, require_mfa=True))),
    ("Permit everyone and require MFA from extranet access",
        (_EVERYONE, PolicyRule(networks=(EXTRANET,), require_mfa=True))),
    ("Permit everyone and require MFA from unauthenticated devices",
        (_EVERYONE_WITH_MFA,)),
    ("Permit everyone and require MFA, allow automatic device registration",
        (_EVERYONE_WITH_MFA,)),
    ("Permit everyone for intranet access",
        (PolicyRule(networks=(INTRANET,)),)),
    ("Permit specific group",
        (PolicyRule(groups=_GROUP),)),
)  # fmt: skip

BUILT_IN = {name: AccessControlPolicy(name=name, permit=rules) for name, rules in _TABLE}
"""The built-in policies by name, in order."""
