"""Relying party trusts (AD FS: ``Get-AdfsRelyingPartyTrust``): the service providers we serve.

====================  ==============================================================================
module                what it has
====================  ==============================================================================
``trust``             :class:`~idp.federation.relying_party.trust.RelyingPartyTrust`: what the
                      metadata says and how the trust is served; ``UnreadableTrust``
``settings``          ``TrustSettings``: every setting with its default and its help
``setting_types``     the kinds of values that settings have, and how each is read and checked
``setting_changes``   reads settings that people give, and changes them by text or JSON values
``registry``          ``TrustRegistry``: adds, finds, changes and removes trusts
``trust_store``       the protocol of its storage, which ``idp.store.trusts`` implements
``offered``           a page of trusts: those that users may choose from, or all of them
``weak_settings``     settings that make a trust weaker than the default
``metadata_reader``   reads metadata, where wanted each document only once
====================  ==============================================================================

Read ``trust`` first. A new setting is one field of ``TrustSettings``: commands, REST, trust files,
the page of the trust and the database take it from there. ``idp.management.trusts`` has the use
cases of administrators, ``idp.federation.metadata`` compares metadata with a trust.
"""
