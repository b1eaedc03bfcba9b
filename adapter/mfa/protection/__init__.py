"""What protects an account that somebody else tries to use: it is blocked, or known to be at risk.

``block.py`` refuses every second factor without asking, ``risk.py`` marks a user whose request was
reported (both pure values); ``protection.py`` is what administrators do about them, ``store.py``
the storage it needs. The factors look at the block themselves, in the transaction of each attempt.
"""
