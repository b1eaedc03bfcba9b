"""A server on which every page of administration has something to show, and those pages."""

from __future__ import annotations

from support.servers.admin_changes.second_factors import SECRET
from support.servers.admin_changes.trusts import hold_update
from support.service_providers.metadata_parts import SP_ID, metadata
from support.users import ALICE, PASSWORD

from idp.management import api_tokens, hardware_tokens, nps_changes, nt_hashes, protection
from idp.nps.registry import changes_from_texts
from idp.recorder.timeline import ISSUED, REFUSED, Part, Step
from idp.services import Services

TRACE = "2f7d9c1e-6f0a-4a53-9a41-0c6f7f6f2a10"
PAGES = (
    "/admin/", "/admin/farm", "/admin/farm?node=sts1&node=sts2&update=KB5007206",
    "/admin/farm?node=sts1&update=KB5007205", "/admin/trusts", "/admin/trusts?q=nothing",
    f"/admin/trusts/one?id={SP_ID}", "/admin/trusts/add", f"/admin/trusts/remove?id={SP_ID}",
    "/admin/connect", "/admin/connect?kind=python3-saml&url=https://app.example.test",
    "/admin/policies", "/admin/tokens", "/admin/api-tokens", "/admin/users",
    "/admin/users?q=nothing", f"/admin/users/one?name={ALICE}", "/admin/preview",
    f"/admin/preview?user={ALICE}&trust={SP_ID}", "/admin/traces", "/admin/traces?user=x",
    f"/admin/traces/{TRACE}refused", f"/admin/traces/{TRACE}issued",
    f"/admin/traces/{TRACE}signed_out", "/admin/traces/none", "/admin/audit",
    "/admin/audit?q=nothing",
)  # fmt: skip


def keep_busy(services: Services) -> None:
    """Give the server nodes, hosts, users, tokens, a trust, and traces."""
    for name, build in (("sts1", "20348.350"), ("sts2", "20348.349"), ("sts3", "14393.1")):
        services.farm.set_build(name, build, "set-up")
    services.nps.set_host("nps1", "set-up", version="1.2.2216.1")
    nps_changes.set_host(services, "nps1", registry=changes_from_texts({"override": "TRUE"}))
    services.trusts.add(metadata().encode())
    hold_update(services)
    keep_user_busy(services)
    api_tokens.add(services, "robot", "auditor", "1d")
    now = services.clock.now()
    step = Step(now, "message_in", {"binding": "x:HTTP-POST", "xml": "<AuthnRequest/>"})
    for outcome in (REFUSED, ISSUED, "signed_out", "led_on", ""):
        part = Part(f"{TRACE}{outcome}", now, "sts1", (step,), ALICE, SP_ID, outcome, "MSIS7007")
        services.recordings.add([part])


def keep_user_busy(services: Services) -> None:
    """Make Alice, with methods and everything that can be known against her."""
    services.directory.add(ALICE, PASSWORD, groups=("Staff",))
    for _ in range(10):
        services.directory.check_password(ALICE, "wrong")
    services.mfa.codes.register(ALICE, "A" * 32)
    protection.block(services, ALICE)
    nt_hashes.want_nt_hash(services, ALICE)
    header = "upn,serial number,secret key,time interval,manufacturer,model\n"
    hardware_tokens.import_tokens(services, f"{header}{ALICE},T1,{SECRET},30,Maker,Model\n")
