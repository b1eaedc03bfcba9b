"""What hosts share around the MFA service (:mod:`adapter.mfa`): the bounded wait for a phone.

A host that must hold a request open until a phone acts makes one
:class:`~idp.mfa.phone_wait.PhoneWait` for its process, in the room that :mod:`idp.admission` has
for phones.
It waits for a user's pending requests (the phone's own poll) or for the answer to one request (a
host that asks a phone and has no page to poll from).

Read first: ``phone_wait``. ``waiting`` is the mechanism below it, which knows nothing of phones.
Used by ``idp/authenticator``.
"""
