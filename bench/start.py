"""How much processor time it takes to start: commands, the demo, the first test of the plugin.

``python -m bench.start`` prints seconds and units of one RSA-2048 signature of the same run, the
least of five runs each. Each run is a process of its own, whose modules are compiled already; its
cost is what the operating system says at its end, the interpreter's own start included.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from rich.console import Console
from rich.table import Table

from bench import saml

RUNS = 5
SIGNATURES = 200
TALLYSTICK = str(Path(sys.executable).with_name("tallystick"))
FIRST_TEST = "import bench.plugin; bench.plugin.first_test()"


@dataclass(frozen=True, slots=True)
class Start:
    """A command line that ends by itself, or that *stays* after its first line of output.

    ``bar`` is in seconds of processor time.
    """

    name: str
    bar: float
    command: tuple[str, ...]
    stays: bool = False

    def run(self) -> float:
        """Return the seconds of processor time of one run."""
        process = subprocess.Popen(  # noqa: S603 - the commands below
            self.command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        with process:
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            process.stdout.readline()
            if self.stays:
                process.send_signal(signal.SIGTERM)
            process.stdout.read()
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise RuntimeError(f"{self.name} ends with status {process.returncode}")
        return used.ru_utime + used.ru_stime


def starts(config: Path) -> tuple[Start, ...]:
    """Return what is measured; *config* is the configuration of a server with a database."""
    on_server = ("-c", str(config))
    return (
        Start("tallystick --help", 0.08, (TALLYSTICK, "--help")),
        Start("tallystick decide BUILD", 0.08, (TALLYSTICK, "decide", "20348.349")),
        Start("tallystick server list", 0.35, (TALLYSTICK, "server", "list", *on_server)),
        Start("tallystick user list", 0.35, (TALLYSTICK, "user", "list", *on_server)),
        Start("tallystick sp list", 0.35, (TALLYSTICK, "sp", "list", *on_server)),
        Start("tallystick demo", 1.0, (TALLYSTICK, "demo", "--port", "0", "--json"), stays=True),
        Start("first test of the pytest plugin", 1.0, (sys.executable, "-c", FIRST_TEST)),
    )


def print_starts() -> None:
    """Measure everything, one after the other in each round, and print the table."""
    with ExitStack() as stack:
        server = Path(stack.enter_context(TemporaryDirectory())) / "sts"
        init = (TALLYSTICK, "init", str(server), "--base-url", "https://sts.example.test")
        subprocess.run(init, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
        measured = starts(server / "tallystick.toml")
        for start in measured:
            start.run()  # creates the database, and compiles modules
        sign = saml.new_party("idp.example.test").key.sign
        unit = min(_seconds(lambda: sign(b"message")) for _ in range(RUNS))
        rounds = [[start.run() for start in measured] for _ in range(RUNS)]
    least = [min(column) for column in zip(*rounds, strict=True)]
    table = Table(title="processor time of a start", title_justify="left", box=None)
    for column in ("what", "seconds", "signatures", "bar", ""):
        table.add_column(column, justify="left" if column in ("what", "") else "right")
    for start, seconds in zip(measured, least, strict=True):
        is_over = seconds > start.bar
        cells = (f"{seconds:.3f}", f"{seconds / unit:.0f}", f"≤ {start.bar:g}")
        table.add_row(
            start.name,
            *cells,
            "OVER" if is_over else "ok",
            style="bold red" if is_over else None,
        )
    Console().print(table)


def _seconds(work: Callable[[], object]) -> float:
    """Return the seconds of processor time of one call, as the mean of many."""
    begin = process_time()
    for _ in range(SIGNATURES):
        work()
    return (process_time() - begin) / SIGNATURES


if __name__ == "__main__":
    print_starts()
