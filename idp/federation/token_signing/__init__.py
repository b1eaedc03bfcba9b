"""The token-signing keys (AD FS: ``Get-AdfsCertificate -CertificateType Token-Signing``).

``ring.py`` has the keys of one moment, primary and secondary, and the files they are kept in; read
it first. ``rollover.py`` makes, promotes and retires keys, by command or by age. ``key_files.py``
reads and writes the files themselves by ``private_files.py``, and ``configured.py`` opens the keys
that a configuration names. ``warnings.py`` says what an administrator has to do about them.
``idp.management.signing_keys`` has the use cases of administrators.
"""
