"""Access control: who gets access to which trust, and who must give the second factor first.

==================  ================================================================================
module              what it has
==================  ================================================================================
``decision``        ``decide``: access and second factor for a user at a trust, each with reasons
``access_rules``    what holds for all trusts, as a decision takes it
``policies``        access control policies (AD FS: ``Get-AdfsAccessControlPolicy``) as values
``matching``        whether a rule of a policy permits a user
``sides``           which rules tell intranet and extranet apart
``words``           a sentence for each rule, and for each reason of a decision
``built_in``        the eight policies of AD FS
``policy_file``     policies as TOML and JSON
``catalogue``       ``AccessControl``: lists, sets, removes and assigns policies
``rule_sets``       rules in AD FS's claim rule language that permit, deny or require MFA
``global_policy``   the rule for all trusts, and which adapters are enabled
==================  ================================================================================

Read ``decision`` first; docs/access-control.md explains the same to administrators. The decision is
pure. ``idp.store.access_control`` and ``idp.store.policies`` store policies,
``idp.management.access_control`` has the use cases, and ``idp.signin`` decides at every sign-in.
"""
