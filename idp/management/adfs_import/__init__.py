"""Makes a configuration document of what AD FS's cmdlets export as JSON.

===================  ===============================================================================
module               what it does
===================  ===============================================================================
``powershell``       reads JSON as Windows PowerShell 5 and PowerShell 7 write it
``kinds``            tells which cmdlet wrote an object
``report``           what was taken, and as what; what was not, and why
``trusts``           ``Get-AdfsRelyingPartyTrust``: endpoints, certificates, settings
``trust_access``     who may sign in to such a trust: nobody, where AD FS's rules are not understood
``policies``         ``Get-AdfsAccessControlPolicy``
``service``          the rules for all trusts, the adapters, farm and service properties
``importing``        all files together: the document, and the report
===================  ===============================================================================

The document is compared and applied by :mod:`idp.management.configuration`. One rule holds
everywhere: what is taken never lets more users in than AD FS does, nor tells more about them.
docs/configuration-file.md explains the import to administrators. Read ``importing`` first.
"""
