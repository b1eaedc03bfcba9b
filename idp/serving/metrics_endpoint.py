"""The listener for Prometheus, which adds up the counters of all processes of the server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def metrics_endpoint(bind: str, port: int | None) -> Iterator[Mapping[str, str]]:
    """Answer Prometheus inside the block, if there is a port.

    Gives the variables that every process needs: they name the folder in which the processes keep
    their counters. Raises :class:`~idp.sockets.AddressUnavailable`.
    """
    if port is None:
        yield {}
        return
    from idp import metrics

    with (
        TemporaryDirectory(prefix="tallystick-metrics-", ignore_cleanup_errors=True) as folder,
        metrics.listening(bind, port, Path(folder)),
    ):
        yield {metrics.FOLDER_VARIABLE: folder}
