"""The tables of all modules: those of a new database, and what its migrations lead to.

What goes through all tables takes the metadata from here. What reads or writes a table imports it
from its own module, since commands would wait for the others.
"""

from __future__ import annotations

from idp.store.admin_schema import changes as changes  # so that the tables are in the metadata
from idp.store.columns import metadata as metadata
from idp.store.mfa_schema import mfa_users as mfa_users
from idp.store.nps_schema import nps_hosts as nps_hosts
from idp.store.recorder_schema import timelines as timelines
from idp.store.schema import users as users
