"""The temporary access pass: a text that an administrator issues, for a user without a method.

``access_pass.py`` makes and reads the text (pure), ``limits.py`` counts wrong ones, ``factor.py``
issues and takes a pass, ``store.py`` is the storage it needs. It registers a new phone or stands
for the second factor in security info; AD FS's adapters do not ask for it, since AD FS has none.
"""
