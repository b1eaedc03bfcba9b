"""The threads of a server: they send mails, refresh metadata and load the files of its folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from idp.management.metadata.folder_watcher import WatchedFolders
from idp.management.metadata.monitor import Monitor
from idp.notices.mail_sender import MailSender

if TYPE_CHECKING:
    from idp.config.schema import Config
    from idp.services import Services


def start(config: Config, services: Services) -> None:
    """Start the threads that *config* asks for; they stop when *services* are closed."""
    sender = MailSender(
        services.outbox, services.directory, config, services.clock, services.counters
    )
    sender.start()
    services.closing.callback(sender.stop)
    if config.trusts.monitoring_interval_minutes:
        monitor = Monitor(services)
        monitor.start()
        services.closing.callback(monitor.stop)
    if config.trusts.metadata_dir is not None:
        folders = (config.trusts.metadata_dir,)
        watched = WatchedFolders(services.trusts, folders, services.counters, services.changes)
        watched.load_changed()
        watched.start()
        services.closing.callback(watched.stop)
