"""All sections of a document, and the order in which they are written and applied."""

from __future__ import annotations

from typing import Final

from idp.management.configuration.access_policies import AccessPolicies
from idp.management.configuration.nodes import Nodes
from idp.management.configuration.nps_hosts import NpsHosts
from idp.management.configuration.section import Section
from idp.management.configuration.singles import Adapters, MethodsPolicy, SecondFactor
from idp.management.configuration.trusts import Trusts
from idp.management.configuration.users import Users

SECTIONS: Final[tuple[Section, ...]] = (
    SecondFactor(),
    Adapters(),
    MethodsPolicy(),
    AccessPolicies(),
    Trusts(),
    Nodes(),
    NpsHosts(),
    Users(),
)
"""In the order of a document, which is the order of changes too: a policy before its trusts.

What goes is removed first, so that its names are free; a policy goes last, when no trust has it.
"""
