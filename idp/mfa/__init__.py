"""What hosts share around the MFA service (:mod:`adapter.mfa`): waits for phones, policy files.

A host that must hold a request open until a phone acts makes one
:class:`~idp.mfa.phone_wait.PhoneWait` for its process, in the room that :mod:`idp.admission` has
for phones.
It waits for a user's pending requests (the phone's own poll) or for the answer to one request (a
host that asks a phone and has no page to poll from). ``adapter_places`` is the same for the posts
of adapters that hang.

``graph_policy`` is the policies (:mod:`adapter.mfa.policy`) as JSON in the words of Microsoft
Graph; ``graph_tables`` is the model of that JSON, and ``graph_import`` reads what people give.

``password_reset`` is a reset of a password as a value, with its limits and its storage.

Read first: ``phone_wait``. ``waiting`` is the mechanism below it, which knows nothing of phones.
The waits are used by ``idp/authenticator``, the policies by ``idp/store`` and ``idp/management``.
"""
