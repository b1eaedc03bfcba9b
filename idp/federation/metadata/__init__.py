"""What this server decides about a trust's metadata; fetching and storing are elsewhere.

================  ==================================================================================
module            what it decides
================  ==================================================================================
``diff``          which differences there are between two descriptions of a service provider
``held_changes``  which of them an administrator has to accept: less strict, other hosts, keys
``preview``       what an import would do: certificates, differences, what is weak
``schedule``      when the metadata of a trust is fetched again (AD FS: MonitoringInterval)
``folder``        which files of the metadata folder become trusts
``entered``       the metadata of a service provider that has none, from entered values
================  ==================================================================================

Read ``held_changes`` first. All of it is pure, except that ``folder`` reads files.
``idp.management.metadata`` fetches metadata and refreshes trusts in the background, ``idp.saml.
metadata`` reads XML, and ``idp.store.refreshes`` stores the schedule.
"""
