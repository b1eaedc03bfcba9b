"""RADIUS as the NPS extension sees it: what a VPN server sends, and what it is answered.

The wire half takes values and returns values: no socket, thread, database or clock. Read
``packet.py`` first: a datagram becomes a :class:`~idp.radius.packet.Packet`, or is malformed.
``attributes.py`` has the numbers, and ``authenticity.py`` checks the Message-Authenticator of a
request and writes replies. ``credentials.py`` says which protocol a request uses. ``pap.py`` reads
its password, by ``hiding.py``; ``ms_chap.py`` judges an MS-CHAPv2 response and writes what answers
it, by ``mppe.py``. What of a password is hashed for it is in ``idp.directory``.
"""
