"""The section ``[radius]``: what the processes of NPS hosts do beside answering."""

from __future__ import annotations

from pathlib import Path

from idp.config.section import Section


class RadiusSection(Section):
    """``[radius]``: the NPS hosts, which are rows of the database (``tallystick nps``)."""

    supervised: bool = False
    """Let ``tallystick serve`` run a process that answers for the hosts, beside the web server."""
    hosts: tuple[str, ...] = ()
    """The hosts for which this process answers; all of them if none is named."""
    event_log: Path | None = None
    """A folder for the lines of NPS and its extension, in one file for each channel."""
