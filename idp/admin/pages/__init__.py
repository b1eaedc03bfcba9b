"""Pages of administration, ``/admin/``."""
