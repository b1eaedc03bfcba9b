"""Single log-out by the front channel: the browser visits the session's service providers in turn.

===============================  ====================================================
what arrives at                  taken by
===============================  ====================================================
``/adfs/ls/`` (a SAML message)   ``LogOutFlow.take``: a request, or an answer to ours
``/adfs/ls/signout`` (POST)      ``LogOutFlow.start``: the user's own button
``/adfs/ls/signout`` (GET)       ``LogOutFlow.resume``: a log-out that was interrupted
===============================  ====================================================

Read ``flow.py`` first; ``steps.py`` has the questions it asks, as pure functions, and
``log_out_step.py`` what it is given. ``messages.py`` writes the SAML messages, ``record.py`` the
rows of the log, ``recorded.py`` the steps for the flight recorder, and ``cookie.py`` says which
log-outs belong to a browser.

Neighbours: ``idp.session.participants`` and ``idp.session.log_outs`` hold what service providers
received; ``idp.saml.logout`` reads and writes the messages; docs/log-out.md is for users.
"""
