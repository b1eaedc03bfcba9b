"""Every row of the experience table about NPS, played over UDP."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from support.nets import NET_SECONDS
from support.radius.client import ACCEPT, CHALLENGE, REJECT

TABLE = Path(__file__).parents[1] / "adapter" / "data" / "experience-table.csv"
ROWS = [
    row for row in csv.DictReader(TABLE.read_text("utf-8").splitlines()) if row["scenario"] == "nps"
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(filter(None, row.values())))
def test_each_row_of_the_table_about_nps_is_lived_through(row, federation, radius, vpn, nps_log):
    user = federation.add_user(
        phone=row["device"],
        totp=row["totp_registered"] == "yes",
        nt_hash=row["protocol"] == "MSCHAPv2",
    )
    federation.policy(push_policy=row["push_policy"])
    override = "" if row["override"] == "unset" else row["override"]
    radius.set(version=row["host"], override=override)
    radius.set_client(can_answer_challenge=row["client_can_answer_challenge"] == "yes")
    request = make_request(row["protocol"], vpn, user)

    vpn.send(request)

    if row["expected"] == "approve_deny":
        (asked,) = user.phone.pending(wait=NET_SECONDS)
        assert not asked.needs_number
        user.phone.approve()
        assert vpn.receive(request).code == ACCEPT
    elif row["expected"] == "totp":
        asked = vpn.receive(request)
        assert asked.code == CHALLENGE
        reply = vpn.ask(vpn.pap(user.name, user.code(), state=asked.state))
        assert reply.code == ACCEPT
    else:
        assert vpn.receive(request).code == REJECT
        assert nps_log()[-1].outcome == row["reason"]
        assert user.phone.pending() == ()
    assert nps_log()[-1].reason == row["reason"]


def make_request(protocol, vpn, user):
    """Return a request of the user by PAP or MS-CHAPv2, in which another protocol never is here."""
    if protocol == "MSCHAPv2":
        return vpn.ms_chap(user.name, user.password)
    assert protocol == "PAP"
    return vpn.pap(user.name, user.password)
