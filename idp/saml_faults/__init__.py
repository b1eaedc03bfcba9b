"""Faulty responses on purpose: what a service provider must refuse, and what it must still accept.

A :class:`~idp.saml_faults.fault.Fault` has a code, one sentence on what a correct service provider
does, the source of that rule, and the stages at which it acts:

=============  =====================================================================
stage          what is changed
=============  =====================================================================
``plan``       the values of the assertion, who signs what and with which key
``write``      the XML before it is signed
``sign``       how an element is signed
``alter``      the XML after it was signed: what an attacker without the key can do
``conceal``    how the assertion is encrypted
``serialize``  the bytes of the document
``deliver``    the form, the binding, the encoding
=============  =====================================================================

Read first: ``fault`` (the values), ``response`` (the pipeline of the stages), then any group of
faults, such as ``times`` or ``wrapping`` (``algorithms``, ``bindings``, ``duplicates``,
``encryption``, ``in_response_to``, ``keys``, ``signatures``, ``status`` …). ``possible`` says
whether a trust can have a fault, and ``errors`` what is raised if not. ``catalogue`` lists all of
them; ``scene`` is what a stage is given, ``edits`` what stages do to XML, ``signing`` signs by
rules that are not ours. ``log_out`` has the faults of log-out requests. ``next_fault`` says which
fault the next sign-in to a trust gets; :mod:`idp.store.next_faults` stores it.

**What no fault does.** The server's key signs nothing that another service provider would accept:
every assertion keeps the trust's audience or its address (``Recipient``), names the user who has
signed in, and lasts as long as one without a fault. What names somebody else
(:data:`~idp.saml_faults.scene.IMPOSTOR`) is not signed by that key. A response with a fault says so
in its ID: it begins with ``_fault-CODE-``.

Neighbours: :mod:`idp.saml` writes the response without a fault, and knows nothing of this room;
:mod:`idp.signin.faulty` sends one to a browser; :mod:`idp.management.faults` and
:mod:`idp.conformance` are for administrators and developers. docs/conformance.md is for users.
"""
