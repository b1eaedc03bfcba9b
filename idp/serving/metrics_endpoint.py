"""The listener for Prometheus, which adds up the counters of all processes of the server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from idp.config.schema import MetricsSection


@contextmanager
def metrics_endpoint(settings: MetricsSection) -> Iterator[Mapping[str, str]]:
    """Answer Prometheus inside the block, if ``[metrics]`` has a port.

    Gives the variables that every process needs: they name the folder in which the processes keep
    their counters. Raises :class:`~idp.sockets.AddressUnavailable`.
    """
    if settings.port is None:
        yield {}
        return
    from idp import metrics

    with (
        TemporaryDirectory(prefix="tallystick-metrics-", ignore_cleanup_errors=True) as folder,
        metrics.listening(settings.bind, settings.port, Path(folder)),
    ):
        yield {metrics.FOLDER_VARIABLE: folder}
