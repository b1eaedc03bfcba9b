"""The NPS hosts of the farm: RADIUS servers that run the NPS extension, and their clients.

====================  ============================================================================
``registry``          the values under ``HKLM\\SOFTWARE\\Microsoft\\AzureMfa``. Read first
``reg_file``          the syntax of ``.reg`` files, as regedit exports them
``hosts``             a host: version of the extension, where it listens, values set and in force
``clients``           a RADIUS client of a host: its network, its shared secret, what it can do
``store``             :class:`~idp.nps.store.NpsServers` lists, changes and removes both, in a store
====================  ============================================================================

A change of the registry values is pending until the host's NPS service is restarted, as on Windows.
``adapter/nps_extension.py`` knows the versions and decides; ``idp/store/nps.py`` keeps the rows;
``idp/management/nps.py`` says what users see on each host. ``docs/nps.md`` is for administrators.
"""
