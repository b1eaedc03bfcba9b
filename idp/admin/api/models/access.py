"""What ``/admin/api/access`` takes and answers.

The rules of a policy are described by their own model. It also checks them, when the policy is
read, so that a fault has its place in the policy.
"""

from __future__ import annotations

from pydantic import Field, SkipValidation

from idp.admin.api.model import Body, Query, Shown
from idp.federation.access_control.policies import PolicyRule

PARAMETERS = "The values of the policy's parameters by their names"


class RulesForAllTrusts(Body):
    """Rules for all trusts: one of them, or both."""

    second_factor: str | None = Field(None, examples=["default", "always", "never"])
    additional_authentication_rules: str | None = Field(
        None, description="In AD FS's claim rule language; an empty text for none"
    )


class StoredRulesForAllTrusts(Shown):
    """The rules for all trusts."""

    second_factor: str
    additional_authentication_rules: str
    problems: list[str] = Field(description="What is stored and cannot be read")


class NewAccessPolicy(Body):
    """An access control policy without its name, as in its file."""

    description: SkipValidation[str] = ""
    permit: SkipValidation[list[PolicyRule]] = Field(examples=[[{"groups": ["Staff"]}]])


class AccessPolicy(Shown):
    """An access control policy."""

    name: str = Field(examples=["Staff"])
    description: str = ""
    permit: list[PolicyRule]
    sentences: list[str] = Field(description="What each rule says, in words")


class ChangedAccessPolicy(AccessPolicy):
    """A policy after it was set."""

    warnings: list[str]


class ListedAccessPolicy(Shown):
    """A policy in the list, without its rules."""

    name: str
    description: str
    built_in: bool
    parameters: dict[str, str] = Field(description="What each stands for: networks or groups")
    trusts: list[str] = Field(description="The entity IDs of the trusts that have it")


class UnreadableAccessPolicy(Shown):
    """What stands in the list for a policy that cannot be read."""

    name: str
    error: str
    problem: str
    remedy: str
    trusts: list[str]


class AssignedPolicy(Body):
    """The policy that a trust gets."""

    policy: str = Field(examples=["Staff"])
    parameters: dict[str, list[str]] = Field(
        {}, description=PARAMETERS, examples=[{"GroupParameter": ["Staff"]}]
    )


class PolicyOfTrust(Shown):
    """The policy of a trust."""

    trust: str = Field(description="Its entity ID")
    policy: str
    parameters: dict[str, list[str]] = Field(description=PARAMETERS)


class AccessTestQuery(Query):
    """Which sign-in is tested."""

    user: str = Field("", examples=["alice@example.test"])
    trust: str = Field("", description="The entity ID of a trust")
    address: str = Field("", description="The user's IP address, empty for an unknown one")
    network: str = Field("", description="extranet, or the user is inside")
    agent: str = Field("", description="The browser's User-Agent")
    primary: str = Field("", description="password (the default) or passkey")
    second: str = Field("", description="push (the default) or code")


class TestedRule(Shown):
    """A rule of the trust's policy."""

    number: int
    sentence: str
    applies: bool
    why_not: str


class AccessTest(Shown):
    """Whether the user gets in, and by which rules."""

    user: str
    trust: str
    policy: str
    address: str
    inside_corporate_network: bool
    user_agent: str
    primary_method: str
    second_method: str
    second_factor: bool
    second_factor_by: list[str]
    asked_first: str | None
    asked_first_reason: str
    permitted: bool
    permitted_by: list[str]
    denied_by: list[str]
    explanations: dict[str, str] = Field(description="What the rules say that are named above")
    rules: list[TestedRule]


AccessPolicies = list[ListedAccessPolicy | UnreadableAccessPolicy]
