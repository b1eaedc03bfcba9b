"""The RADIUS host: what an NPS server with the NPS extension answers to VPN servers.

A datagram's way: ``listeners.py`` (UDP sockets) → ``receiver.py`` (the event loop: each request
once) → ``admission.py`` (what is dropped) → ``sign_in.py``, which first asks ``primary.py`` (NPS:
the protocol and the password) and then ``extension.py`` (the extension: push, code, refusal, as
:func:`adapter.decide` says in scenario ``nps``). What comes out is a value of ``results.py``;
``outcomes.py`` has what each outcome means, ``outcome_log.py`` and ``event_log.py`` write it down,
in the words of ``event_texts.py``; ``recorded.py`` has the flight recorder's steps, in those of
``recorded_texts.py``. A request that waits for a phone is in ``push_waits.py``, one that was seen
before in ``repeats.py``, and clients share the places there by ``shares.py``. ``drop_log.py`` logs
what is dropped, and ``live_hosts.py`` has the rows of :mod:`idp.nps` as they are now.
``process.py`` joins all that for ``tallystick nps run``.

The wire half takes values and returns values: no socket, thread, database or clock. Read
``packet.py`` first: a datagram becomes a :class:`~idp.radius.packet.Packet`, or is malformed.
``attributes.py`` has the numbers, and ``authenticity.py`` checks the Message-Authenticator of a
request and writes replies. ``credentials.py`` says which protocol a request uses. ``pap.py`` reads
its password, by ``hiding.py``; ``ms_chap.py`` judges an MS-CHAPv2 response and writes what answers
it, by ``mppe.py``.

Neighbours: :mod:`adapter.mfa` has the same challenges, methods, codes and policies as the web,
:mod:`idp.directory` the passwords and their NT hashes, :mod:`idp.nps` the hosts.
:mod:`idp.serving.radius_process` runs it beside the web server, :mod:`idp.embedded.radius` inside
the demo and the pytest plugin.
"""
