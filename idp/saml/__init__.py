"""SAML 2.0 without web and storage: messages in and out, signatures, encryption, metadata.

Read ``values.py`` first: the plain values that leave this room. ``requests.py`` reads AuthnRequests
and shows how a message is checked: ``bindings.py`` decodes what HTTP carries, ``messages.py``
checks form, issuer and freshness, ``signature.py`` the signature. ``assertions.py`` writes
responses, ``logout.py`` reads and writes log-out messages, ``contexts.py`` resolves what a request
requires of the sign-in, and ``refusal.py`` says how a request is refused. All parse by ``xml.py``,
validate by ``schema.py``, write by ``canonical.py`` and name things by ``uris.py``;
``signature_facts.py`` is what a message says of its signature, for error reports.

Metadata: ``metadata.py`` writes ours. Of that of service providers, ``metadata_text.py`` reads the
encoding, ``aggregate.py`` selects the entity, ``metadata_mending.py`` mends what is misspelt, and
``sp_metadata.py`` reads the rest, with ``endpoints.py`` (addresses), ``encryption_keys.py`` and
``metadata_limits.py`` (how long it holds: ``validity.py``); ``bad_metadata.py`` is the error. Keys
and certificates: ``signing.py``, ``keys.py``, ``usable_keys.py`` (which may be used),
``certificates.py``, ``certificate_fields.py`` (by ``der.py``) and ``certificate_report.py``. Only
``sp_metadata.py`` uses pysaml2, and only ``xmlcrypto.py`` xmlsec.

``idp.federation`` builds on this room, and ``idp.signin`` uses it for every message. It imports no
other room of ``idp``.
"""
