"""The sign-in log and the audit events: values, and one writer for all hosts.

=====================  ===================================================================
Read ``writer.py`` first. A host hands over Activity ID, client address and node with each event,
so that one without HTTP (RADIUS) writes the same rows.

Neighbours: ``idp.events`` has AD FS's event numbers, docs/log.md explains them; ``idp.store``
keeps the rows; ``idp.signin.outcomes`` writes rows in the transaction that ends a sign-in.
"""
