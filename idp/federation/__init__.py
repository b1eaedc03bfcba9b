"""The federation: relying party trusts, access, claims, farm nodes and token-signing keys.

======================  ============================================================================
package or module       what it has
======================  ============================================================================
``relying_party``       relying party trusts and their settings
``metadata``            how new metadata of a trust differs, and when it is fetched
``access_control``      who gets access to which trust, and who must give the second factor
``claim_rules``         claim rules: model, engine, AD FS's language and TOML
``issuance``            the NameID and the claims that an assertion contains
``token_signing``       the keys that sign, and their rollover
``farm``                the nodes of the farm and their OS builds
``providers``           which authentication adapters exist, and which are enabled
``authenticated_user``  a signed-in user with the claims that rules and decisions take
``claims``              claim types, and the claims of users and sign-ins
``security_ids``        security identifiers of users and groups
``prepared_trust``      what follows from a trust and the rules for all, worked out once
``addresses``           the two addresses that service providers are given
``request_context``     where a request comes from: network, client, endpoint
``toml_values``         writes values as TOML, for policy files and claim rules
``pydantic_errors``     sentences for values that a pydantic model refuses
======================  ============================================================================

Read ``relying_party`` and ``authenticated_user`` first. Nothing here knows the web or SQL: storage
protocols stand beside their consumers and ``idp.store`` implements them. ``idp.management`` has the
use cases of administrators, and ``idp.signin`` uses the room at every sign-in.
"""
