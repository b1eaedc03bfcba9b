"""Sockets that listen: on the address that was meant, or on none."""

from __future__ import annotations

import pytest

from idp.sockets import AddressUnavailable, listen, open_udp, port_of


def udp(host: str, port: int):
    return open_udp(host, port, chosen_by=("--bind", "--port"))


@pytest.mark.parametrize("opened", [listen, udp])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0"])  # noqa: S104 - meant
def test_an_address_of_this_machine_is_listened_on(opened, host):
    with opened(host, 0) as here:
        assert port_of(here) > 0


@pytest.mark.parametrize("opened", [listen, udp])
@pytest.mark.parametrize("host", ["", " ", "a b", "x..y", "x" * 64, "\udcff", "a\0b", ":", "::x"])
def test_what_is_no_address_is_refused_and_never_stands_for_all_of_them(opened, host):
    with pytest.raises(AddressUnavailable, match="Nothing can listen on"):
        opened(host, 0)


@pytest.mark.parametrize("opened", [listen, udp])
def test_what_is_no_port_is_refused(opened):
    for port in (-1, 65_536, 10**30):
        with pytest.raises(AddressUnavailable, match="Nothing can listen on"):
            opened("127.0.0.1", port)
