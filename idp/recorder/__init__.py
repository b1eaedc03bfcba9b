"""The flight recorder: what happened in each sign-in, refusal and log-out, step by step.

A *step* is one thing that happened: a message came, an access rule decided, a password was wrong.
A *recording* collects the steps of one request, of HTTP or RADIUS; a web host adds them to the one
of the request's ``Activity``, which is None while the recorder is off. A *timeline* has the steps
of all requests with one Activity ID.

=====================  ===========================================================================
module                 what it has
=====================  ===========================================================================
``recording.py``       ``Recording``: steps and facts of one request, in memory
``timeline.py``        ``Step``, ``Part`` (a recorded request) and ``Timeline``, with its JSON
``password_step.py``   the step of a password, for each host that takes passwords
``recorder.py``        ``Recorder``: decides by its level what is stored, and when
``store.py``           the storage protocol and what can be searched for
=====================  ===========================================================================

Read ``recording.py`` first. What is recorded is chosen value by value (``idp/signin/recorded.py``,
``idp/radius/recorded.py``): no form, header, packet or cookie is ever recorded as a whole, so that
no password, code, number, cookie or sealed value gets in. ``docs/recorder.md`` is for those who
use it.

Neighbours: :mod:`idp.web` carries the recording of a web request, the hosts add steps,
``idp/store/`` keeps them, :mod:`idp.management.timelines` reads, searches and exports them.
"""
