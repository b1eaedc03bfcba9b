"""``tallystick demo``: everything in one process, to try it or to write scripts against it."""

from __future__ import annotations

import gc
import os
import secrets
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from idp.cli.context import CommandWithExample
from idp.cli.output import json_option, print_json, printable
from idp.operating_system import TERMINAL_SIGNALS

if TYPE_CHECKING:
    from idp.demo.compat.variables import ImageVariables
    from idp.demo.runner import Demo


class Stopped(BaseException):
    """Raised by the signal handler, wherever the process is, to end it."""


def _host_name(_ctx: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    from idp.demo.address import is_host

    if value is not None and not is_host(value):
        raise click.BadParameter(f"{value!r} is neither a host name nor an IP address")
    return value


@click.command(cls=CommandWithExample, example="tallystick demo --port 9000 --data-dir ./demo")
@click.option(
    "--host", metavar="NAME", callback=_host_name,
    help="Host name in all addresses.  [default: localhost]",
)  # fmt: skip
@click.option(
    "--bind", default="127.0.0.1", show_default=True, metavar="ADDRESS",
    help="Address to listen on; 0.0.0.0 lets other machines connect.",
)  # fmt: skip
@click.option(
    "--port", type=click.IntRange(0, 65534), metavar="N",
    help="Port of the federation server; the test service provider uses the next one. "
    "0 uses free ports.  [default: 8080]",
)  # fmt: skip
@click.option(
    "--tls", is_flag=True, default=None,
    help="Serve https, with a certificate of the demo's own authority.",
)  # fmt: skip
@click.option(
    "--encrypt",
    is_flag=True,
    help="Encrypt assertions for the test service provider.",
)
@click.option(
    "--ecdsa", is_flag=True, help="Sign with ECDSA on P-256, if there is no key yet.",
)  # fmt: skip
@click.option(
    "--radius", is_flag=True,
    help="Answer RADIUS too, as an NPS host with the NPS extension: on port 1812, or a free one "
    "with --port 0.",
)  # fmt: skip
@click.option(
    "--compat", type=click.Choice(["test-saml-idp"]),
    help="Stand in for the container image kristophjunge/test-saml-idp: its environment variables "
    "(SIMPLESAMLPHP_SP_ENTITY_ID, …), users and addresses.",
)  # fmt: skip
@click.option(
    "--data-dir", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
    help="Keep all data in DIR, and continue with what is there (default: keep nothing).",
)  # fmt: skip
@json_option
def demo(
    host: str | None,
    bind: str,
    port: int | None,
    tls: bool | None,
    encrypt: bool,
    ecdsa: bool,
    radius: bool,
    compat: str | None,
    data_dir: Path | None,
    as_json: bool,
) -> None:
    """Run a federation server, a test service provider and a phone page, with sample users.

    It is a toy on purpose: it shows passwords, and without --data-dir it forgets everything at the
    end.
    """
    with leave_at_signal() as stopped, _folder(data_dir) as folder:
        from idp import logs
        from idp.demo.address import choose_address
        from idp.demo.runner import run_demo
        from idp.directory import PasswordHasher
        from idp.embedded.server_folder import ServerFolder

        earlier = ServerFolder(folder).config
        logs.configure(earlier.logging.format if earlier else "console")
        address = choose_address(host, port, tls, earlier.server.base_url if earlier else None)
        with run_demo(
            folder,
            address,
            bind,
            encrypt=encrypt,
            kind="ecdsa" if ecdsa else "rsa",
            radius=radius,
            variables=_image_variables() if compat else None,
            hasher=None if data_dir else PasswordHasher.cheapest(),
        ) as demo:
            _say_ready(demo, as_json=as_json, keeps=data_dir is not None)
            _stay(stopped)


def _say_ready(demo: Demo, *, as_json: bool, keeps: bool) -> None:
    """Print where the demo is, for a program or for a reader."""
    if as_json:
        print_json(demo.as_json())
    else:
        click.echo(_start_page(demo, keeps=keeps))


def _stay(stopped: threading.Event) -> None:
    """Return when the demo is to end."""
    from idp.serving.wakeup import Wakeup

    gc.freeze()  # what was loaded stays
    gc.enable()  # see idp.cli.STAYING
    with Wakeup() as wakeup:
        while not stopped.is_set():
            wakeup.wait()


@contextmanager
def leave_at_signal() -> Iterator[threading.Event]:
    """Leave the block at a signal; further signals are ignored.

    The event is set as well: Python drops an exception that is raised while it runs a finalizer.
    """
    stopped = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        for number in TERMINAL_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        stopped.set()
        raise Stopped

    for number in TERMINAL_SIGNALS:
        signal.signal(number, stop)
    try:
        yield stopped
    except Stopped:
        return


def _image_variables() -> ImageVariables:
    from idp.demo.compat.variables import read_variables

    return read_variables(os.environ)


@contextmanager
def _folder(data_dir: Path | None) -> Iterator[Path]:
    """Give the folder for the data: *data_dir*, or a temporary one."""
    if data_dir is not None:
        yield data_dir
        return
    # Named before it is made, so that a signal between the two leaves nothing behind.
    temporary = Path(tempfile.gettempdir(), f"tallystick-demo-{secrets.token_hex(8)}")
    try:
        temporary.mkdir(mode=0o700)
        yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _start_page(demo: Demo, *, keeps: bool) -> str:
    """Return what to open, the users, how to answer a push, and how to change a build."""
    from idp.demo.terminal import command_line

    first, config = demo.users[0], demo.folder.files.config
    base = demo.address.base_url
    width = max(len(user.name) for user in demo.users)
    users = "\n".join(
        f"    {user.name:<{width}}  {user.password}  {user.about}" for user in demo.users
    )
    lines = [
        "Tallystick demo: a toy that shows passwords.",
        "",
        f"  Start here            {base}/",
        f"  Sign in at            {demo.address.sp_url}/   (the test service provider)",
        f"  Phone page            {demo.authenticator_url}",
        f"  Administration        {demo.admin_url}   token {demo.folder.admin_token}",
        f"  SAML metadata         {demo.metadata_url}",
        f"  Configuration         {config}" + ("" if keeps else "   (temporary)"),
        f"  Add a trust           drop its metadata into {demo.folder.metadata}",
        *_trust_line(demo),
        *_radius_line(demo),
        *_compat_lines(demo),
        "",
        "  Users",
        users,
        "",
        "  Answer a push from another terminal, with the number on the sign-in page",
        "    " + command_line("phone", "approve", "--file", first.phone, "--number", "NN"),
        "  Change the build of a node, then sign in again",
        "    "
        + command_line("server", "-c", demo.folder.files.config, "set", "srv2022", "20348.349"),
        "",
        "Ctrl-C ends it.",
    ]
    return "\n".join(lines)


def _trust_line(demo: Demo) -> list[str]:
    if demo.tls is None:
        return []
    return [f"  Trust this authority  {demo.tls.ca_file}"]


def _radius_line(demo: Demo) -> list[str]:
    if demo.radius is None:
        return []
    radius = demo.radius
    return [f"  RADIUS (NPS)          {radius.host} port {radius.port}   secret {radius.secret}"]


def _compat_lines(demo: Demo) -> list[str]:
    """Return what stands where in place of the image, and which of its variables mean nothing."""
    if demo.compat is None:
        return []
    compat = demo.compat.as_json()
    users = ", ".join(f"{user['name']} {user['password']}" for user in compat["users"])
    lines = [
        "",
        f"  As test-saml-idp      for {printable(compat['service_provider'])}",
        f"    entity ID, metadata {compat['metadata']}",
        f"    sign-on             {compat['sign_on']}",
        f"    log-out             {compat['log_out']}",
        f"    users               {users}",
    ]
    if compat["ignored"]:
        lines.append(f"    means nothing here  {', '.join(map(printable, compat['ignored']))}")
    return lines
