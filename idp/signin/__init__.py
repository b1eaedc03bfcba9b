"""The host of ``/adfs/``: sign-in, log-out, password change, their pages and error pages.

=============================================  ===================  ================================
address                                        endpoint             answered by
=============================================  ===================  ================================
``/``                                          ``home``             ``endpoints.py``
``/adfs/ls/``                                  ``ls``               ``flow.py``, ``logout/flow.py``
``/adfs/ls/idpinitiatedsignon`` (.aspx, .htm)  ``idp_initiated``    ``flow.py``, or a list of trusts
``/adfs/ls/signout``                           ``sign_out``         ``logout/flow.py``
``/adfs/portal/updatepassword/``               ``update_password``  ``password_change.py``
``/adfs/adapter/NAME/FILE``                    ``adapter_file``     ``endpoints.py``
``/adfs/probe``                                ``probe``            ``endpoints.py``
``/FederationMetadata/…``                      ``metadata``         ``endpoints.py``
=============================================  ===================  ================================

Read first ``host.py``, which builds the collaborators, then ``endpoints.py``, then ``flow.py``,
the dispatcher of the sign-in. A request passes through

* ``path_case.py`` (spelling of the path), then ``idp.web.entry``, which answers without a framework
  and leaves to Flask and ``views.py`` what is not usual; both take the steps of ``SignInHost``;
* ``endpoints.py``, with ``request_reader.py``: is it a sign-in (``pending.py``), a post of a
  second-factor page (``context.py``), a log-out message?
* ``destination.py`` is where a sign-in leads, ``paths.py`` has the addresses of this host;
* ``browser_request.py`` and ``sign_in_facts.py``: the request with what the database says;
* ``address.py`` and ``continuation.py``: a right password and a passed factor are answered by a
  redirect to the same address, and the sign-in is found there again;
* ``log_in_pages.py`` asks for the first proof, and ``first_proof.py`` checks it: is the password
  right, or the passkey?
* ``flow.py``, which is given a ``sign_in_step.py``, with the questions of ``steps.py``, the
  adapters of ``second_factor.py`` (or ``passkey_factor.py``; their pages wait by
  ``held_pages.py``), what the policies ask in between (``interrupts.py``), and
  ``loop_detection.py``;
* ``assertion.py``, ``outcomes.py`` (what is stored at the end), ``pages.py`` (what is shown) and
  ``posting.py`` (the page that posts the response), with AD FS's cookie of ``authenticated.py``;
* ``recorded.py``, ``recorded_messages.py`` and ``recorded_claims.py`` (steps for the flight
  recorder, while it is on, in the words of ``recorded_texts.py``);
* ``sending.py``, in whose place a server for testing has ``faulty.py``;
* ``error_handlers.py`` if something was raised, with the sentences of ``errors.py`` and
  ``error_texts.py`` and the links of ``ways_on.py``.

Only ``views.py`` knows Flask: requests (``idp.web.web_request``) and answers
(``idp.web.answer``) are values, and the Activity ID is part of the request.

Neighbours: ``idp.saml`` checks messages and writes responses; ``idp.federation`` knows trusts,
claims and access; ``idp.adapters`` runs second factors; ``idp.session`` holds the session;
``idp.audit`` writes the log.
"""

from idp.signin.host import build_host
from idp.signin.path_case import AnyCase
from idp.signin.paths import PROBE
from idp.signin.views import blueprint

__all__ = ["PROBE", "AnyCase", "blueprint", "build_host"]
