"""What all web hosts share: requests and answers as values, headers, cookies, the origin check.

=====================  ==========================================================================
file                   what it has
=====================  ==========================================================================
``web_request.py``     ``WebRequest``, a request as a value; ``Activity``, its Activity ID
``answer.py``          ``Answer``, an answer as a value
``flask_adapter.py``   reads Flask's request as a value, sends an answer as Flask's response
``activity.py``        the same facts for views that work with Flask directly
``app.py``             the Flask class; body limit, error pages and headers of every response
``problem.py``         errors as problem details (RFC 9457), for ``/admin/api/``
``flask_problem.py``   the same as Flask's response
``routes.py``          routes, compiled once for all applications of a process
``headers.py``         Content Security Policy, caching, Strict Transport Security
``cookies.py``         ``Set-Cookie`` headers with the attributes that all our cookies have
``origin.py``          whether a form comes from our own pages
``own_host.py``        whether a request names our host; every other one is answered with 421
``proxies.py``         where a request comes from, as far as configured proxies vouch for it
``refusals.py``        the log line of a refused request
``request_headers.py`` which header lines are refused, before WSGI merges them
``body_limits.py``     how long the body of a request may take
``languages.py``       the languages of our pages, and which of them a browser gets
``accept_language.py`` finds the best of several languages by ``Accept-Language``
``page_texts.py``      the texts of pages in the language of the request: ``_`` of the templates
``page_frame.py``      what the frame of every page shows: language, choice of languages
``templates/``         ``page.html``, which the pages of users extend, and the page of HTTP errors
``edge_refusals.py``   the refusals of requests that never reach a host
=====================  ==========================================================================

Read ``web_request.py`` and ``answer.py`` first. Only ``app.py``, ``routes.py``, ``activity.py``,
``headers.py``, ``own_host.py``, ``flask_adapter.py`` and ``flask_problem.py`` know Flask or WSGI;
whatever decides is below them and takes values.

Neighbours: the hosts (``idp.signin``, ``idp.admin``, ``idp.authenticator``) stand above and use
all of it, ``idp.audit`` writes what requests did; ``idp.federation.request_context`` says what
"where a request comes from" means.
"""
