"""The sign-in log and the audit events: values, and one writer for all hosts.

=================  =================================================================================
module             what it has
=================  =================================================================================
``record``         one row of the sign-in log as a value
``writer``         writes rows of the sign-in log, each also as a log line
``refusal_quota``  how many refusals get a row of their own; the others are counted
``verbose``        what was asked and answered at the level ``verbose``, as lines of the log
``sign_in_log``    how the sign-in log is read
``changes``        the audit log of administration; ``change_verbs`` has its verbs
``roles``          the roles of administration, and what each may do
``errors``         what goes wrong with a change
=================  =================================================================================

Read ``writer`` first. A host hands over Activity ID, client address and node with each event,
so that one without HTTP (RADIUS) writes the same rows.

Neighbours: ``idp.events`` has AD FS's event numbers, docs/log.md explains them; ``idp.store``
keeps the rows; ``idp.signin.outcomes`` writes rows in the transaction that ends a sign-in.
"""
