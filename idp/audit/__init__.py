"""The sign-in log and the audit events: values, and one writer for all hosts.

===================  ==========================================================================
file                 what it has
===================  ==========================================================================
``record.py``        ``SignInRecord``, one row; ``LogEntry``, a row as it stands in the log
``writer.py``        ``AuditWriter`` makes and writes rows; ``EventSource`` says where from
``row_budget.py``    how many refused requests get a row each
``verbose.py``       ``VerboseAudit``, the audits of the level ``verbose``, as log lines only
``sign_in_log.py``   how the log is read
===================  ==========================================================================

Read ``writer.py`` first. A host hands over Activity ID, client address and node with each event,
so that one without HTTP (RADIUS) writes the same rows.

Neighbours: ``idp.events`` has AD FS's event numbers, docs/log.md explains them; ``idp.store``
keeps the rows; ``idp.signin.outcomes`` writes rows in the transaction that ends a sign-in.
"""
