"""``tallystick doctor``: looks a server over and has a remedy for whatever it finds.

It changes nothing: not even a database of an earlier version is brought up to date.
"""
