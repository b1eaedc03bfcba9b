"""The database: tables, migrations and storage for all rooms. Only this room uses SQL.

====================  ==============================================================================
module                what it does
====================  ==============================================================================
``engine``            :class:`~idp.store.engine.Database`: read, and write in transactions
``sqlite``            connections to a SQLite file; writers queue
``postgresql``        connections to a PostgreSQL server
``errors``            what is raised when the database does not answer
``upgrade``           applies the migrations at start
``schema``            tables; ``columns`` and ``column_types`` have what they are made of,
                      ``all_tables`` those of the other modules too
``prepared``          statements of the hot path, compiled once; ``upsert`` inserts or updates a row
``joint``             several writes of one thread as one transaction
``copied_rows``       fills an empty database with the rows of another
``request_reads``     what a request has read, so that it reads each thing once
``search``            looks for a text within columns
``stored_json``       reads JSON columns leniently: docs/operation.md, "Upgrade"
``sign_ins``          the hot path: one read before a step of a sign-in, one transaction at its end
``trusts``            relying party trusts; ``trust_rows`` has their rows, ``trust_identifiers``
                      further entity ids, ``refreshes`` when their metadata is fetched,
                      ``metadata_validity`` how long it holds, ``next_faults`` their next faults
``nodes``             the nodes of the farm
``policies``          the global policy; ``access_control`` has the access control policies
``phones``            what a call of a phone is answered from
``users``             the directory; ``lockout`` counts wrong passwords, ``nt_hashes`` has what
                      MS-CHAP needs, ``user_rows`` the columns; ``renames`` renames a user, and
                      ``name_ids`` has their persistent NameIDs
``sign_in_log``       the sign-in log
``change_log``        the audit log of administration; ``api_tokens`` and ``repeated_requests`` have
                      what its API needs, ``admin_schema`` the tables
``recordings``        timelines of the flight recorder; ``recorder_schema`` has their tables
``password_resets``   resets by users, and their limits
``participants``      the service providers of a session; ``log_outs`` the log-outs in progress
``used_once``         what may happen only once
``mfa/``              second factors; ``mfa_schema`` has their tables
``nps``               NPS hosts and their clients; ``nps_schema`` has their tables
``notices``           tells users of changes: ``tell``; ``outbox`` has the mails that wait
``maintenance``       deletes rows that are no longer needed: ``sweep`` finds them without an index,
                      ``agreed_time`` says by which time
====================  ==============================================================================

Read ``engine`` first, then ``trusts``. A class ``SqlX`` implements the protocol ``X`` of the room
that uses it; :mod:`idp.rooms` joins them. Nothing else imports this room.
"""
