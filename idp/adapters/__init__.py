"""Runs adapters for any host: loads them, calls them within limits, judges their answers.

====================  =============================================================
file                  what it has
====================  =============================================================
``second_factor.py``  ``SecondFactor``: one step of a user, with the outcome as a value
``registry.py``       ``AdapterHost``: which adapters are enabled, loaded at most once
``abilities.py``      what adapters are given: the MFA service, ``shared_store.py``
``source_files.py``   the files of an adapter's code: have they changed since it was loaded?
``calls.py``          one call to an adapter, and what it may return
``timeout.py``        the time limit of an adapter's last page
``languages.py``      the language in which an adapter answers a browser
``lcids.py``          the language tag of an LCID
``failure_log.py``    what went wrong in an adapter, for the log
``error_place.py``    where it failed; ``redaction.py`` takes secrets out of the error's text
====================  =============================================================

Read ``second_factor.py`` first. A host reads ``AdapterHost.enabled()`` once in a step, makes a
``SecondFactor`` of it, and starts it or posts to it. It seals the returned ``AdapterProgress``
into its page, together with whatever the user is on the way to, which this room does not know.

Neighbours: ``adapter.contract`` is what adapters implement; ``idp.federation.providers`` and
``access_control.global_policy`` say which are registered and enabled; ``idp.signin`` is the host
of ``/adfs/``.
"""
