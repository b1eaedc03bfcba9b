"""Claim rules: what a trust's rules make of a user's claims, as in AD FS's claims engine.

====================  ==============================================================================
module                what it has
====================  ==============================================================================
``model``             rules as values: conditions, and an action
``engine``            ``evaluate``: runs rules over claims, and says which rule made which claim
``patterns``          regular expressions with the meaning they have in .NET
``directory_store``   the attribute store "Active Directory", filled from our directory
``validation``        checks a rule, wherever it came from
``errors``            ``BadRule`` and ``TooMuchWork``
``adfs/``             reads and writes rules in AD FS's claim rule language
``toml/``             reads and writes rules as TOML or JSON tables
====================  ==============================================================================

Read ``model`` first; docs/claims.md explains the rules to administrators. All of it is pure.
``idp.federation.issuance`` turns what rules issue into an assertion,
``idp.federation.access_control`` uses rules that permit or deny, ``idp.management.claim_rules`` has
the use cases.
"""
