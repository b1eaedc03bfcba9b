"""The push factor: a request on the user's phones, answered by a number or by Approve and Deny.

``challenge.py`` is one request as a pure state machine, ``number.py`` the number to match,
``abilities.py`` says which device may approve a request, ``method.py`` makes a registered method of
a device. ``limits.py`` bounds unanswered requests, ``pauses.py`` says why none is sent,
``reports.py`` what a report leads to, and ``steps.py`` stores what becomes of a request.
``factor.py`` sends requests, takes answers and lets the sign-in page collect an approval once;
``store.py`` is the storage it needs. Requests go to the devices of ``devices/``.
"""
