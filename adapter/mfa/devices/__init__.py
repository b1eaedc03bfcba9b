"""Authenticator apps: the devices of a user, and the activation codes that register them.

``device.py`` has the value and the versions that match numbers, ``activation.py`` the value of an
activation and ``activations.py`` what happens to it; ``limits.py`` bounds how long and how often a
code may be tried, and ``store.py`` is the storage. A device is no factor by itself: ``push/`` sends
requests to it, and an activation may register a seed for ``codes/`` as well.
"""
