"""Python imports this at its start if this folder is in PYTHONPATH; so do all its children."""

import stand_in

stand_in.install()
