"""REST of administration, ``/admin/api/``."""
