"""Every page of administration in the pseudo-locale: no text is left untranslated."""

from __future__ import annotations

import pytest
from lxml import html
from support.languages.untranslated import untranslated
from support.servers.admin_changes.trusts import OTHER_SP
from support.servers.busy_server import PAGES, keep_busy
from support.servers.server_folder import BASE_URL
from support.service_providers.metadata_parts import SP_ID
from support.users import ALICE

from idp.admin.texts import DOMAIN
from idp.web.languages import language_of
from idp.web.page_texts import catalogue

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
def test_every_page_is_translated(services, administrator, new_administrator):
    keep_busy(services)
    german = {"Accept-Language": "de"}
    shown = {"token form": new_administrator().client.get("/admin/", headers=german).text}
    for path in PAGES:
        shown[path] = administrator.client.get(path, base_url=BASE_URL, headers=german).text
    csrf = administrator.csrf()
    for path, form in POSTS:
        answer = administrator.post(path, {"csrf": csrf, **form}, Accept_Language="de")
        name = f"{path} {form}"
        shown[name] = answer.text
        if answer.location:
            shown[name] = administrator.client.get(
                answer.location, base_url=BASE_URL, headers=german
            ).text

    assert {name for name, page in shown.items() if 'lang="de"' not in page} == set()
    left = {name: left_in_english(page) for name, page in shown.items()}
    assert {name: texts for name, texts in left.items() if texts} == {}


@pytest.mark.parametrize("tag", ["de", "fr", "es", "ja"])
def test_the_catalogue_of_each_language_has_our_texts(tag):
    text = "There is no relying party trust"
    assert catalogue(language_of(tag), DOMAIN).gettext(text) != text
