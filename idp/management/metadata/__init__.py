"""Fetches the metadata of relying party trusts, and keeps it up to date.

``source`` reads metadata from a file, a URL or a request. ``remote`` is the HTTP client,
``addresses`` its protection against server-side request forgery, ``public_addresses`` the table of
what is public. ``refresh`` fetches the metadata of one trust again, ``monitor`` that of all trusts
in the background. ``folder_watcher`` loads the files of a folder. ``trust_state`` is what the audit
log keeps of a trust. :mod:`idp.federation.metadata` decides what a refresh may change by itself.
"""
