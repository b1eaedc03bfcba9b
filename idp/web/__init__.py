"""What all web hosts share: requests and answers as values, headers, cookies, the origin check.

=====================  ==========================================================================
file                   what it has
=====================  ==========================================================================
``web_request.py``     ``WebRequest``, a request as a value; ``Activity``, its Activity ID
``answer.py``          ``Answer``, an answer as a value
``exchange.py``        ``Exchange``, one request while it is answered: made by every adapter
``edge.py``            ``Edge``, what holds for every request: refusals, error pages, headers
``host.py``            ``Host``, the steps of a host, and ``Route``, its fixed addresses
``entry.py``           answers what hosts have at fixed addresses without a framework
``flask_adapter.py``   reads Flask's request as a value, sends an answer as Flask's response
``wsgi_adapter.py``    sends an answer by WSGI alone
``activity.py``        the same facts for views that work with Flask directly
``app.py``             the Flask class, which takes every request through the edge
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
``body_limits.py``     how large the body of a request may be, and how long it may take
``form_fields.py``     how many fields a form may have
``languages.py``       the languages of our pages, and which of them a browser gets
``accept_language.py`` finds the best of several languages by ``Accept-Language``
``page_texts.py``      the texts of pages in the language of the request: ``_`` of the templates
``page_frame.py``      what the frame of every page shows: language, choice of languages
``filled_page.py``     pages that are rendered once, with gaps, and filled for each answer
``error_page.py``      the page of an HTTP error that no host has a page for
``http_status.py``     the HTTP status of every error, and when a client may try again
``hosts_by_need.py``   a host that is made at its first request, for programs that soon end
``theme/``             the look that an administrator gives the pages
``templates/``         ``page.html``, which the pages of users extend, and the page of HTTP errors
``edge_refusals.py``   the refusals of requests that never reach a host
=====================  ==========================================================================

Read ``web_request.py``, ``answer.py`` and ``edge.py`` first. Only ``app.py``, ``routes.py``,
``own_host.py``, ``flask_adapter.py`` and ``flask_problem.py`` know Flask, and ``headers.py`` and
``wsgi_adapter.py`` WSGI; whatever decides is below them and takes values.

Neighbours: the hosts (``idp.signin``, ``idp.admin``, ``idp.authenticator``) stand above and use
all of it, ``idp.audit`` writes what requests did; ``idp.federation.request_context`` says what
"where a request comes from" means.
"""
