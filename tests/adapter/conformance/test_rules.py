"""For each rule of the kit, adapters that break it; the kit finds that rule and no other."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.adapters.unsound_adapters import (
    METHOD,
    TOKENS,
    CountsDown,
    Echoes,
    MixesThreads,
    MixesThreadsLater,
    NeedsAPlace,
    RemembersTheUser,
    SharesAList,
    broken,
    half_read_configuration,
    lacking,
    needs_an_argument,
    only_knows,
    page,
    raises,
    refuses_without_a_word,
    with_fields,
    with_metadata,
    with_page,
    writes,
)

from adapter.conformance import RULES, check
from adapter.contract import (
    AUTHENTICATION_METHOD,
    ENGLISH,
    AdapterForm,
    Claim,
)

BROKEN = [
    # rule                        an adapter that breaks it
    ("made_without_arguments", needs_an_argument),
    ("has_every_member", lacking("try_end_authentication")),
    ("has_every_member", lacking("metadata")),
    ("has_every_member", lacking("on_error")),
    ("has_every_member", object),
    ("metadata_is_complete", broken(metadata={"admin_name": "no AdapterMetadata"})),
    ("metadata_is_complete", broken(metadata=property(raises))),
    ("metadata_is_complete", with_metadata(admin_name=" ")),
    ("metadata_is_complete", with_metadata(authentication_methods=())),
    ("metadata_is_complete", with_metadata(authentication_methods=[METHOD])),
    ("metadata_is_complete", with_metadata(authentication_methods=METHOD)),
    ("metadata_is_complete", with_metadata(identity_claims=())),
    ("metadata_is_complete", with_metadata(available_lcids=())),
    ("metadata_is_complete", with_metadata(available_lcids=("en",))),
    ("metadata_is_complete", with_metadata(friendly_names={"en": "Sound"})),
    ("metadata_is_complete", with_metadata(descriptions={ENGLISH: ""})),
    ("metadata_is_complete", with_metadata(requires_identity=None)),
    ("methods_are_uris", with_metadata(authentication_methods=("kba",))),
    ("methods_are_uris", with_metadata(authentication_methods=(METHOD, "urn:a b"))),
    ("identity_claim_is_allowed", with_metadata(identity_claims=("urn:oid:0.9.2342",))),
    ("languages_are_described", with_metadata(available_lcids=(ENGLISH, 1031))),
    ("languages_are_described", with_metadata(descriptions={1031: "Ohne Fehler"})),
    ("languages_are_described", with_metadata(friendly_names={1031: "Heil"})),
    ("requires_identity", with_metadata(requires_identity=False)),
    ("refuses_clearly", broken(on_authentication_pipeline_load=half_read_configuration)),
    ("refuses_clearly", broken(on_authentication_pipeline_load=refuses_without_a_word)),
    ("unloads", broken(on_authentication_pipeline_unload=raises)),
    ("availability_is_yes_or_no", broken(is_available_for_user=lambda *_: "yes")),
    ("availability_is_yes_or_no", broken(is_available_for_user=raises)),
    ("is_for_the_user_given", only_knows("alice@example.test")),
    ("begins_with_a_page", broken(begin_authentication=raises)),
    ("begins_with_a_page", broken(begin_authentication=lambda *_: None)),
    ("begins_with_a_page", broken(begin_authentication=lambda *_: "<form>")),
    ("begins_with_a_page", broken(begin_authentication=lambda *_: ())),
    ("answers_every_post", broken(try_end_authentication=raises)),
    ("answers_every_post", broken(try_end_authentication=lambda *_: None)),
    ("answers_every_post", broken(try_end_authentication=lambda c, p, r: p.properties["Answer"])),
    (
        "answers_every_post",
        broken(try_end_authentication=lambda c, p, r: p.properties["Answer"].encode("ascii")),
    ),
    ("passes_only_with_proof", broken(try_end_authentication=lambda *_: ())),
    (
        "passes_only_with_proof",
        broken(
            try_end_authentication=lambda c, p, r: (
                (Claim(AUTHENTICATION_METHOD, METHOD),) if "Other" in p.properties else page()
            )
        ),
    ),
    ("takes_old_data", CountsDown),
    ("errors_have_a_page_or_none", broken(on_error=raises)),
    ("errors_have_a_page_or_none", broken(on_error=lambda *_: "<p>sorry</p>")),
    ("nothing_inline", broken(on_error=lambda *_: AdapterForm("Error", "<p onclick='x()'>sorry"))),
    ("explains_itself", broken(explain=raises)),
    ("explains_itself", broken(explain=lambda context: "asked")),
    ("has_a_page_without_a_place", NeedsAPlace),
    ("data_is_json", writes(at=("a", "tuple"))),
    ("data_is_json", writes(at=b"bytes")),
    ("data_is_json", writes(at={1: "a number as key"})),
    ("data_is_json", writes(at=float("nan"))),
    ("data_is_json", writes(at="\ud800")),
    ("data_is_json", writes(at=object())),
    ("data_is_small", writes(at="x" * 10_000)),
    ("sign_ins_do_not_mix", RemembersTheUser),
    ("sign_ins_do_not_mix", SharesAList),
    ("sign_ins_do_not_mix", MixesThreads),
    ("sign_ins_do_not_mix", MixesThreadsLater),
    ("page_has_a_title", broken(page=lambda: AdapterForm(" ", page().html))),
    ("page_has_a_title", broken(page=lambda: AdapterForm(None, page().html))),
    ("page_is_a_fragment", with_fields("<title>Sign in</title>")),
    (
        "page_is_a_fragment",
        broken(page=lambda: replace(page(), html="<!DOCTYPE html>" + page().html)),
    ),
    (
        "page_is_a_fragment",
        broken(page=lambda: replace(page(), html="<?xml version='1.0'?>" + page().html)),
    ),
    ("one_login_form", with_page(form='id="loginForm"')),
    ("one_login_form", with_page(form='id="loginForm" method="get"')),
    ("one_login_form", broken(page=lambda: replace(page(), html=page().html + "<form></form>"))),
    ("one_login_form", broken(page=lambda: AdapterForm("Title", None))),
    ("tokens_are_kept", with_page(tokens=TOKENS.replace("%Context%", "context"))),
    ("tokens_are_kept", with_page(tokens=TOKENS.replace('id="context"', 'id="ctx"'))),
    ("tokens_are_kept", with_page(tokens=TOKENS.replace('type="hidden"', 'type="text"'))),
    ("tokens_are_kept", with_page(tokens=TOKENS.replace('name="Context"', 'name="context"'))),
    ("tokens_are_kept", with_fields('<button name="Context" value="x">')),
    (
        "tokens_are_kept",
        broken(page=lambda: replace(page(tokens=""), html=TOKENS + page(tokens="").html)),
    ),
    (
        "tokens_are_kept",
        broken(page=lambda: replace(page(tokens=""), html=page(tokens="").html + TOKENS)),
    ),
    ("posts_to_the_host", with_page(form='id="loginForm" method="post" action="/elsewhere"')),
    ("posts_to_the_host", with_fields('<button formaction="https://elsewhere.test/">')),
    ("inputs_have_names", with_fields("<input>")),
    ("inputs_have_names", with_fields('<input type="submit" value="Sign in" name="">')),
    ("ids_are_unique", with_fields('<p id="answer"></p>')),
    ("ids_are_unique", with_fields('<p id="options"></p>')),
    ("ids_are_unique", with_fields("<p id></p>")),
    ("nothing_inline", with_fields("<script>go()</script>")),
    ("nothing_inline", with_fields('<script src="mine.js"></script>')),
    ("nothing_inline", with_fields("<style>p {}</style>")),
    ("nothing_inline", with_fields('<p style="color: red">')),
    ("nothing_inline", with_fields('<p onmouseover="go()">')),
    ("nothing_inline", with_fields('<a href=" JavaScript:go()">')),
    ("nothing_inline", lambda: Echoes("user_agent")),
    ("nothing_inline", lambda: Echoes("application")),
    ("nothing_from_elsewhere", with_fields('<link rel="stylesheet" href="x.css">')),
    ("nothing_from_elsewhere", with_fields('<iframe name="x"></iframe>')),
    ("nothing_from_elsewhere", with_fields('<base href="https://elsewhere.test/">')),
    ("nothing_from_elsewhere", with_fields('<img src="https://elsewhere.test/x.png">')),
    ("nothing_from_elsewhere", with_fields('<img src="//elsewhere.test/x.png">')),
    ("nothing_from_elsewhere", with_fields('<img src="data:text/html,x">')),
    ("files_are_there", broken(page=lambda: replace(page(), stylesheets=("no such file.css",)))),
    ("files_are_there", broken(page=lambda: replace(page(), scripts=("no such file.js",)))),
]


@pytest.mark.parametrize(
    ("rule", "adapter"), BROKEN, ids=[f"{n}-{rule}" for n, (rule, _) in enumerate(BROKEN)]
)
def test_a_broken_rule_is_found_and_no_other_one(rule, adapter):
    findings = check(adapter)

    assert {finding.rule for finding in findings} == {rule}, list(map(str, findings))


def test_every_rule_is_shown_broken():
    elsewhere = {"loads", "rehearses", "claims_are_announced"}

    assert {rule for rule, _ in BROKEN} | elsewhere == set(RULES)
