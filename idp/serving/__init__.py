"""``tallystick serve``: web server processes for real use, and who watches over them.

The supervisor checks what can be checked, starts one host process (granian, or waitress where that
does not run) in a session of its own, and ends it. A host has a worker for each core.
"""
