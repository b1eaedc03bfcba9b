"""What users are told about changes of their account: notices on their phones, and mails.

====================  ============================================================================
``occasions``         what a user is told of: an open list, with the sentence for each. Read first
``phone_notices``     notices on the user's devices, which stay until they are dismissed
``outbox``            mails that wait in the database, and when they are tried again
``mail``              the text of a mail, from its occasions
``delivery``          hands a mail to an SMTP server, or writes it into a folder
``mail_sender``       the thread of a server that sends what is due
====================  ============================================================================

``idp/store/notices.py`` has the one function that tells a user: ``tell`` stores notices and mail in
the transaction of the change, so that a mail that cannot be sent never undoes or delays it. A new
occasion is a line in ``occasions`` and a call of ``tell``. ``idp/authenticator/`` shows the
notices; ``idp/app.py`` starts the sender.
"""
