"""The pages of access control, adapters, keys, settings, history and configuration, translated.

They are shown in the pseudo-locale. English on purpose: commands and names, the meanings and
origins of settings (the documentation of the schema), and the faults of a file at their places.
"""

from __future__ import annotations

import pytest
from lxml import html
from support.languages.untranslated import untranslated
from support.servers.server_folder import BASE_URL
from support.service_providers.metadata_parts import SP_ID, metadata
from support.users import ALICE, PASSWORD

from idp.federation.access_control.policy_file import read_policy

VALUES = "|".join(
    (
        # what was typed or made here, times, numbers and addresses
        r"\S+@\S+|urn:\S+|https?://\S+|\S*\d\S*|Office|Who|Staff|LCID",
        # names of policies, adapters and claims, values of settings, verbs
        r"Permit [\w ,]+|\w+Adapter|\w+Authentication|MfaServer\w*",
        r"emailaddress|upn|always|never|default|global",
        r"\w+(\.\w+)+|\w+(_\w+)+|MODULE:CLASS|UTC|RSA|administrator|page|build|product",
        r"Microsoft Entra multifactor authentication|Windows Server|Token[ -]signing",
        r"→|“|”|/|=|'|;|\+|<|>|\||\[|\]|\{|\}",
    )
)
NOT_TEXTS = (
    "//code | //pre | //textarea | //del | //ins | //*[@class='changes']//b"
    " | //table[contains(@class, 'values')]//td[position() > 2]"
    " | //tbody/tr[th/small[starts-with(., 'LCID')]]"
)
POLICY = {
    "description": "Who",
    "permit": [
        {
            "networks": ["intranet", "10.0.0.0/8"], "groups": ["{Who}"], "require_mfa": True,
            "claims": [{"type": "emailaddress", "ends_with": "@x"}, {"type": "upn"}],
            "except": [{"networks": ["extranet"]}],
        },
        {"groups": ["Staff"]},
    ],
}  # fmt: skip
PAGES = (
    "/admin/access",
    "/admin/access/policy",
    "/admin/access/policy?name=Office",
    f"/admin/access/trust?id={SP_ID}",
    f"/admin/access/trust?id={SP_ID}&policy=Office",
    f"/admin/access/test?user={ALICE}&trust={SP_ID}",
    f"/admin/access/test?user={ALICE}&trust={SP_ID}&network=extranet&second=code",
    f"/admin/access/test?user={ALICE}",
    "/admin/adapters",
    "/admin/adapters/one?name=AzureMfaAuthentication",
    "/admin/keys",
    "/admin/settings",
    "/admin/settings?q=nothing-has-this",
    "/admin/farm/history",
    "/admin/configuration",
)
POSTS = (
    ("/admin/access", {"second_factor": "always", "rules": ""}),
    ("/admin/access/policy", {"action": "preview", "original": "Office", "rule-0-who": "some"}),
    ("/admin/access/policy", {"action": "preview", "original": "Office", "rule-0-who": "everyone"}),
    ("/admin/access/trust", {"id": SP_ID, "policy": "Office"}),
    ("/admin/access/trust", {"id": SP_ID, "policy": "Office", "parameter-Who": "Staff"}),
    ("/admin/adapters", {"action": "enable"}),
    ("/admin/adapters", {"action": "unregister", "name": "x9"}),
    ("/admin/keys", {"action": "roll"}),
    ("/admin/keys", {"action": "promote", "thumbprint": "x9"}),
    ("/admin/farm/history/undo", {"id": "x9"}),
    ("/admin/configuration", {"action": "preview", "text": 'format = 1\n[[nodes]]\nname = "s3"'
     '\nbuild = "20348.350"\n[second_factor]\nrule = "never"\n'}),
)  # fmt: skip


def left_in_english(page: str) -> list[str]:
    document = html.document_fromstring(page)
    for node in document.xpath(NOT_TEXTS):
        node.drop_tree()
    return untranslated(html.tostring(document, encoding="unicode"), VALUES)


@pytest.mark.usefixtures("pseudo_german")
def test_every_page_and_what_it_says_after_a_change_is_translated(services, administrator):
    services.directory.add(ALICE, PASSWORD)
    services.trusts.add(metadata().encode())
    services.access.set(read_policy("Office", POLICY))
    for build in ("20348.349", "20348.350"):
        services.farm.set_build("sts1", build, "set-up")
    shown = {}

    def see(name: str, path: str) -> None:
        answer = administrator.client.get(
            path, base_url=BASE_URL, headers={"Accept-Language": "de"}
        )
        shown[name] = answer.text

    for path in PAGES:
        see(path, path)
    csrf = administrator.csrf()
    for path, form in POSTS:
        name = f"{path} {form}"
        answer = administrator.post(path, {"csrf": csrf, **form}, Accept_Language="de")
        shown[name] = answer.text
        if answer.location:
            see(name, answer.location)

    assert {name for name, page in shown.items() if 'lang="de"' not in page} == set()
    left = {name: left_in_english(page) for name, page in shown.items()}
    assert {name: texts for name, texts in left.items() if texts} == {}


def test_a_rule_of_a_policy_is_a_german_sentence_on_the_page_and_an_english_one_by_rest(
    services, administrator, script
):
    services.access.set(read_policy("Office", POLICY))

    page = administrator.client.get(
        "/admin/access/policy?name=Office", base_url=BASE_URL, headers={"Accept-Language": "de"}
    )
    assert (
        "Benutzer aus dem Intranet oder 10.0.0.0/8 in der Gruppe {Who} mit emailaddress endend "
        "mit „@x“ und bekanntem upn zulassen und den zweiten Faktor verlangen, außer Benutzern "
        "aus dem Extranet."
    ) in page.text
    answer = script("GET", "/admin/api/access/policies/Office", Accept_Language="de")
    assert answer.json["sentences"][1] == "Permit users in the group Staff."
