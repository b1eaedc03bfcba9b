"""The pages of one policy, of a trust's policy and of the test: what they keep, refuse and say."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.service_providers.metadata_parts import SP_ID
from support.users import ALICE

from idp.admin.pages.access_policy_form import form_of, is_shown_whole
from idp.audit.changes import ChangeQuery
from idp.federation.access_control.built_in import BUILT_IN
from idp.federation.access_control.policies import ClaimCondition, PolicyRule, RuleException
from idp.federation.access_control.policy_file import read_policy

POLICY = "/admin/access/policy"
FORM = {"name": "Staff", "rule-0-who": "some", "rule-0-groups": "Staff\r\n{Who}"}


def post(administrator, action, path=POLICY, **fields):
    form = {"csrf": administrator.csrf(), "action": action}
    return administrator.post(path, {**form, **{k.replace("_", "-"): v for k, v in fields.items()}})


def save(administrator, form, action="save"):
    return administrator.post(POLICY, {"csrf": administrator.csrf(), "action": action, **form})


def test_a_policy_is_stored_as_the_command_stores_it(administrator, services, script):
    form = {
        **FORM,
        "description": "Of ours",
        "rule-0-mfa": "1",
        "rule-0-except-0-networks": "198.51.100.0/24",
        "rule-0-except-1-claims": "emailaddress ends_with @temp.example.test\r\nupn",
        "rule-1-who": "everyone",
        "rule-1-groups": "does not count",
    }

    assert save(administrator, form).status_code == 303

    by_page = services.changes.store.newest(ChangeQuery(), 1)[0]
    assert services.access.find("Staff") == read_policy(
        "Staff",
        {
            "description": "Of ours",
            "permit": [
                {
                    "groups": ["Staff", "{Who}"],
                    "require_mfa": True,
                    "except": [
                        {"networks": ["198.51.100.0/24"]},
                        {
                            "claims": [
                                {"type": "emailaddress", "ends_with": "@temp.example.test"},
                                {"type": "upn"},
                            ]
                        },
                    ],
                },
                {},
            ],
        },
    )
    assert save(administrator, {"original": "Staff"}, "remove").status_code == 303
    body = {"description": "Of ours", "permit": by_page.after["permit"]}
    script("PUT", "/admin/api/access/policies/Staff", body)
    by_rest = services.changes.store.newest(ChangeQuery(), 1)[0]
    assert (by_rest.verb, by_rest.about, by_rest.after) == (
        by_page.verb, by_page.about, by_page.after,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"rule-0-groups": ""}, "rule-0-networks", "choose everyone"),
        ({"rule-0-networks": "home"}, "rule-0-networks", "is not a network"),
        ({"rule-0-claims": "upn\nupn is x"}, "rule-0-claims", "Line 2: write TYPE"),
        ({"rule-0-except-0-networks": "home"}, "rule-0-except-0-networks", "is not a network"),
        ({"name": "Permit everyone"}, "name", "already"),
        ({"name": ""}, "name", "characters"),
        ({"rule-0-gone": "1"}, "rules", "at least one"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_is_stored(
    wrong, field, sentence, administrator, services
):
    page = save(administrator, {**FORM, **wrong})

    assert page.status_code == 422
    at_field = page.text.split(f'id="p-{field}"')[1].split("</p>")[0]
    assert sentence in at_field
    assert not services.access.rules().custom


def test_a_preview_stores_nothing_and_shows_the_sentences_and_the_command(administrator, services):
    page = save(administrator, FORM, "preview")

    assert page.status_code == 200
    assert "Permit users in the group Staff or {Who}." in page.text
    assert "tallystick access set Staff FILE" in page.text
    assert not services.access.rules().custom


def test_a_new_policy_does_not_replace_one_and_an_old_form_no_newer_one(administrator, services):
    save(administrator, FORM)
    page = save(administrator, FORM)
    assert "already" in page.text.split('id="p-name"')[1]

    old = {**FORM, "original": "Staff", "version": "something else"}
    assert "was changed meanwhile" in save(administrator, old).text
    shown = administrator.see(f"{POLICY}?name=Staff").text
    version = shown.split('name="version" value="')[1].split('"')[0]
    assert save(administrator, {**old, "version": version}).status_code == 303


def test_a_policy_that_a_trust_has_stays(administrator, services, trust):
    save(administrator, {"name": "Staff", "rule-0-who": "everyone"})
    path = "/admin/access/trust"
    post(administrator, "", path, id=SP_ID, policy="Staff")

    assert "Give them another one first" in administrator.see(f"{POLICY}?name=Staff").text
    assert save(administrator, {"original": "Staff"}, "remove").status_code == 422
    assert services.access.find("Staff")


def test_a_copy_of_a_built_in_policy_is_a_form(administrator):
    page = administrator.see(f"{POLICY}?copy=Permit+specific+group").text

    assert "{GroupParameter}</textarea>" in page
    built_in = administrator.see(f"{POLICY}?name=Permit+specific+group").text
    assert "cannot be changed" in built_in
    assert "Save the policy" not in built_in


def test_a_policy_that_the_form_cannot_hold_is_not_offered_for_change(administrator, services):
    claims = [{"type": "upn", "equals": " with a space before"}]
    services.access.set(read_policy("Odd", {"permit": [{"claims": claims}]}))

    page = administrator.see(f"{POLICY}?name=Odd").text

    assert "The form cannot show everything" in page
    assert "Save the policy" not in page


def test_the_parameters_of_a_trusts_policy_are_refused_at_their_field(
    administrator, services, trust
):
    path = "/admin/access/trust"
    page = post(administrator, "", path, id=SP_ID, policy="Permit specific group")
    assert "Give groups" in page.text.split('id="p-GroupParameter"')[1].split("</p>")[0]

    given = {"parameter_GroupParameter": "Staff\r\n\r\nPartners"}
    post(administrator, "", path, id=SP_ID, policy="Permit specific group", **given)

    stored = services.trusts.existing(SP_ID).settings
    assert stored.access_control_parameters == {"GroupParameter": ("Staff", "Partners")}
    assert post(administrator, "", path, id=SP_ID, policy="Gone").status_code == 422


def test_a_rule_for_all_trusts_that_is_wrong_is_kept_as_typed(administrator, services):
    page = post(administrator, "", "/admin/access", second_factor="never", rules="=> wrong")

    assert page.status_code == 422
    assert "=&gt; wrong</textarea>" in page.text
    assert services.policy.second_factor() == "default"


def test_the_test_page_answers_for_every_role_that_may_read_users(signed_in_as, services, trust):
    services.directory.add(ALICE, "first password")
    query = f"/admin/access/test?user={ALICE}&trust={SP_ID}"
    for role in ("administrator", "help_desk", "auditor"):
        assert "Permitted" in signed_in_as(role).see(query).text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        (f"user=nobody&trust={SP_ID}", "user"),
        (f"user={ALICE}&trust=urn:gone", "trust"),
        (f"user={ALICE}&trust={SP_ID}&address=home", "address"),
        (f"user={ALICE}", "trust"),
    ],
)
def test_what_cannot_be_tested_is_said_at_its_field(query, field, administrator, services, trust):
    services.directory.add(ALICE, "first password")

    page = administrator.see(f"/admin/access/test?{query}")

    assert page.status_code == 422
    assert f'id="p-{field}"' in page.text


words = st.sampled_from(["Staff", "wiki users", "{Who}"])
networks = st.sampled_from(["intranet", "10.0.0.0/8", "2001:db8::/32", "{Where}"])
claims = st.one_of(
    st.builds(ClaimCondition, type=st.sampled_from(["upn", "urn:x:y"])),
    st.builds(ClaimCondition, type=st.just("upn"), contains=st.sampled_from(["a", "a b", "=>"])),
    st.builds(ClaimCondition, type=st.just("role"), ends_with=st.sampled_from(["equals x", "é"])),
)
conditions = {
    "networks": st.lists(networks, min_size=1, max_size=2).map(tuple),
    "groups": st.lists(words, min_size=1, max_size=2).map(tuple),
    "claims": st.lists(claims, min_size=1, max_size=2).map(tuple),
}
exceptions = st.one_of(*(st.builds(RuleException, **{k: v}) for k, v in conditions.items()))
rules = st.builds(
    lambda parts, unless, mfa: PolicyRule(
        **parts, **({"exceptions": unless} if unless else {}), require_mfa=mfa
    ),
    st.fixed_dictionaries({}, optional=conditions),
    st.lists(exceptions, max_size=2).map(tuple),
    st.booleans(),
)


@given(st.lists(rules, min_size=1, max_size=3))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_a_form_gives_back_the_policy_that_it_shows(of_policy):
    values = [each.model_dump(by_alias=True, exclude_defaults=True) for each in of_policy]
    policy = read_policy("P", {"permit": values})

    assert is_shown_whole(policy)
    assert form_of(policy, "P").policy() == policy


def test_every_built_in_policy_can_be_copied():
    assert all(map(is_shown_whole, BUILT_IN.values()))
