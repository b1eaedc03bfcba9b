"""What every web host needs to know of a signed-in user: session, sealed values, answering node.

Read ``sso.py`` first: a session and its proofs. ``cookie.py`` keeps it in the browser, ``seal.py``
makes what we hand out unreadable and unchangeable, and ``current.py`` says whether a session is
still valid. ``participants.py`` holds the service providers of a session and the log-outs that
reach them. ``node.py`` finds the node of the farm that answers a request. ``rate_limit.py`` limits
how often a client may try something. ``own_pages.py`` names the pages of administration that a
sign-in may lead to, and ``api_tokens.py`` has the tokens of programs that administer the server.

``sign_in_store.py``, ``log_outs.py``, ``used_once.py`` and ``repeated_requests.py`` are storage
protocols, implemented in ``idp.store``. The room builds on ``idp.federation``, ``idp.directory``
and ``idp.audit``; all hosts (``idp.signin`` and its siblings) and ``idp.adapters`` use it.
"""
