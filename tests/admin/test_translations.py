"""Every page of administration in the pseudo-locale: no text is left untranslated."""

from __future__ import annotations

import pytest
from lxml import html
from support.languages.untranslated import untranslated
from support.servers.admin_changes import OTHER_SP, SECRET, hold_update
from support.servers.server_folder import BASE_URL
from support.service_providers.metadata_parts import SP_ID
from support.users import ALICE, PASSWORD

from idp.admin.texts import DOMAIN
from idp.management import hardware_tokens
from idp.recorder.timeline import ISSUED, REFUSED, Part, Step
from idp.web.languages import language_of
from idp.web.page_texts import catalogue

TRACE = "2f7d9c1e-6f0a-4a53-9a41-0c6f7f6f2a10"
NOT_YET = ("/admin/access", "/admin/keys", "/admin/log")
"""Pages whose texts are not marked yet."""
VALUES = "|".join(
    (
        # what was typed or made here, times and numbers
        r"\S+@\S+", r"urn:\S+", r"https?://\S+", r"\S*\d\S*", r"Maker Model|robot|Staff|x:HTTP\S+",
        r"EXAMPLE.alice",
        # verbs of the audit log, settings, codes
        r"\w+(\.\w+)+|\w+(_\w+)+|\bserver\b",
        # names of products, standards, units
        r"UTC|KB|PEM|SHA|REST|PAP|MSCHAP\w*|NT|CSV|XML|token\b|administrator\b|auditor\b|Server",
        r"node-saml and passport-saml|Spring Security|ruby-saml|Shibboleth SP|Amazon Web Services",
        r"Grafana Enterprise|Windows",
        # names in AD FS, SAML and LDAP, settings' values
        r"(Permit [\w ,-]+)(\([\w ,-]+\))?", r"(Enable|Set)-\S+", r"[A-Z]\w*[a-z][A-Z]\w*(-\w+)*",
        r"[a-z]+([A-Z][a-z]*)+|[A-Z]+(_[A-Z]+)+|Identifier|Notes|NameID",
        r"global|always|never|adfs|entra|refeds|rsa-\S+|aes\S+|unset|TRUE|FALSE|enabled|disabled",
        r"\b(default|title|department|mail|sn|persistent|transient|unspecified|none|user)\b",
        r"emailaddress|upn|Group|authnmethodsreferences|binding",
        r"→|“|”|/|=|'|;|\+|<|>|\*",
    )
)  # fmt: skip
NOT_TEXTS = "//code | //kbd | //pre | //del | //ins | //textarea | //*[@class='who']"
NOT_TEXTS += " | //ul[@class='changes']//b"


def left_in_english(page: str) -> list[str]:
    document = html.document_fromstring(page)
    for node in document.xpath(NOT_TEXTS):
        node.drop_tree()
    return untranslated(html.tostring(document, encoding="unicode"), VALUES)


@pytest.fixture
def busy_server(services, administrator, script, trust):
    """A server on which every page has something to show."""
    for name, build in (("sts1", "20348.350"), ("sts2", "20348.349"), ("sts3", "14393.1")):
        services.farm.set_build(name, build, "set-up")
    services.nps.set_host("nps1", "set-up", version="1.2.2216.1")
    script("PUT", "/admin/api/nps/nps1/registry", {"override": "TRUE"})
    services.directory.add(ALICE, PASSWORD, groups=("Staff",))
    for _ in range(10):
        services.directory.check_password(ALICE, "wrong")
    services.mfa.codes.register(ALICE, "A" * 32)
    services.mfa.protection.block(ALICE, None)
    script("PUT", f"/admin/api/users/{ALICE}/nt-hash")
    hardware_tokens.import_tokens(
        services,
        "upn,serial number,secret key,time interval,manufacturer,model\n"
        f"{ALICE},T1,{SECRET},30,Maker,Model\n",
    )
    hold_update(services)
    script("POST", "/admin/api/api-tokens", {"name": "robot", "role": "auditor", "expires": "1d"})
    now = services.clock.now()
    for outcome in (REFUSED, ISSUED, "signed_out", "led_on", ""):
        steps = (Step(now, "message_in", {"binding": "x:HTTP-POST", "xml": "<AuthnRequest/>"}),)
        part = Part(f"{TRACE}{outcome}", now, "sts1", steps, ALICE, SP_ID, outcome, "MSIS7007")
        services.recordings.add([part])
    return administrator


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
POSTS = (
    ("/admin/users", {"action": "unlock", "name": ALICE}),
    ("/admin/users/one", {"action": "unblock", "name": ALICE}),
    ("/admin/users/one", {"action": "remove", "name": ALICE, "confirm": "x"}),
    ("/admin/users/one", {"action": "groups", "name": ALICE, "groups": "Staff"}),
    ("/admin/nodes", {"name": "sts1", "build": "20348.349"}),
    ("/admin/nodes/builds", {"node": ["sts1", "sts2"], "build": "20348.350"}),
    ("/admin/nodes/list", {"action": "rename", "name": "sts3", "new_name": "sts9"}),
    ("/admin/nodes/list", {"action": "import", "csv": "name,build\nsts8,20348.350"}),
    ("/admin/nps", {"name": "nps1", "version": "1.0.1.40", "override": "FALSE"}),
    ("/admin/nps/restart", {"name": "nps1"}),
    ("/admin/trusts/one", {"id": SP_ID, "token_lifetime": "30"}),
    ("/admin/trusts/one", {"id": SP_ID, "action": "test", "test-user": ALICE}),
    ("/admin/trusts/add", {"way": "metadata"}),
    ("/admin/trusts/add", {"way": "entered", "entity_id": OTHER_SP, "acs": "https://x.test/a"}),
    ("/admin/policies", {"action": "preview", "SoftwareOath.state": "disabled", "version": "0"}),
    ("/admin/policies", {"action": "save", "SoftwareOath.state": "disabled", "version": "0"}),
    ("/admin/faults", {"id": SP_ID, "fault": ""}),
    ("/admin/api-tokens", {"action": "add", "name": "r2", "role": "auditor", "expires": "1d"}),
    ("/admin/api-tokens", {"action": "revoke", "name": "r2"}),
)


@pytest.mark.usefixtures("pseudo_german")
def test_every_page_is_translated(busy_server, new_administrator):
    german = {"Accept-Language": "de"}
    shown = {"token form": new_administrator().client.get("/admin/", headers=german).text}
    for path in PAGES:
        shown[path] = busy_server.client.get(path, base_url=BASE_URL, headers=german).text
    csrf = busy_server.csrf()
    for path, form in POSTS:
        answer = busy_server.post(path, {"csrf": csrf, **form}, Accept_Language="de")
        name = f"{path} {form}"
        shown[name] = answer.text
        if answer.location:
            shown[name] = busy_server.client.get(
                answer.location, base_url=BASE_URL, headers=german
            ).text

    assert {name for name, page in shown.items() if 'lang="de"' not in page} == set()
    left = {name: left_in_english(page) for name, page in shown.items()}
    assert {name: texts for name, texts in left.items() if texts} == {}


@pytest.mark.parametrize("tag", ["de", "fr", "es", "ja"])
def test_the_catalogue_of_each_language_has_our_texts(tag):
    text = "There is no relying party trust"
    assert catalogue(language_of(tag), DOMAIN).gettext(text) != text
