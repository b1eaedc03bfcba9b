"""Requests whose ``Host`` is not the server's, or is its own in another spelling, byte for byte."""

from __future__ import annotations

import socket

from support.nets import NET_SECONDS


def foreign_heads(own: str) -> dict[str, tuple[str, str]]:
    """Return heads of requests for the host *own*, whose target and headers name another one.

    Each is a format of the request target, in which ``{}`` is the path, and lines of headers.
    """
    name, _, port = own.rpartition(":")
    hosts = {
        "another name": f"evil.example.test:{port}",
        "another name without a port": "evil.example.test",
        "another port": f"{name}:1",
        "no port": name,
        "an address": f"127.0.0.1:{port}",
        "an address in IPv6": f"[::1]:{port}",
        "a trailing dot": f"{name}.:{port}",
        "a suffix": f"{name}.evil.example.test:{port}",
        "a prefix": f"evil{own}",
        "a user": f"{own}@evil.example.test",
        "itself as a user": f"evil@{own}",
        "a list": f"{own}, evil.example.test",
        "a path": f"{own}/",
        "empty": "",
    }
    heads = {about: ("{}", f"Host: {host}\r\n") for about, host in hosts.items()}
    return heads | {
        "none": ("{}", ""),
        "two": ("{}", f"Host: {own}\r\nHost: evil.example.test\r\n"),
        "two, the other order": ("{}", f"Host: evil.example.test\r\nHost: {own}\r\n"),
        "an absolute target": ("http://evil.example.test{}", "Host: evil.example.test\r\n"),
    }


def foreign_target(own: str) -> tuple[str, str]:
    """Return a head whose absolute target names another host, beside our own ``Host``."""
    return "http://evil.example.test{}", f"Host: {own}\r\n"


def own_heads(own: str) -> dict[str, tuple[str, str]]:
    """Return heads in which *own* is spelt in all the ways that mean the same."""
    return {
        "as it is": ("{}", f"Host: {own}\r\n"),
        "in capitals": ("{}", f"HOST: {own.upper()}\r\n"),
        "an absolute target": (f"http://{own}{{}}", f"Host: {own}\r\n"),
    }


def status_of(address: tuple[str, int], method: str, path: str, head: tuple[str, str]) -> int:
    """Send one request with this head to an address, and return the status of the answer."""
    target, headers = head
    lines = f"{method} {target.format(path)} HTTP/1.1\r\n{headers}"
    with socket.create_connection(address, timeout=NET_SECONDS) as connection:
        length = "Content-Length: 0\r\n" if method == "POST" else ""
        connection.sendall(f"{lines}{length}Connection: close\r\n\r\n".encode("latin-1"))
        return int(connection.makefile("rb").readline().split()[1])
