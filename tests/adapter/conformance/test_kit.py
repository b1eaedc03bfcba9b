"""The kit finds what is wrong: for each rule, adapters that break it and nothing else."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable
from dataclasses import replace
from html import escape

import pytest

from adapter.conformance import RULES, Finding, check
from adapter.contract import (
    AUTHENTICATION_METHOD,
    ENGLISH,
    UPN,
    AdapterForm,
    AdapterMetadata,
    Claim,
    Explanation,
)

METHOD = "http://schemas.microsoft.com/ws/2012/12/authmethod/kba"
METADATA = AdapterMetadata(
    admin_name="Sound",
    authentication_methods=(METHOD,),
    identity_claims=(UPN,),
    available_lcids=(ENGLISH,),
    friendly_names={ENGLISH: "Sound"},
    descriptions={ENGLISH: "An adapter without a fault."},
)
TOKENS = (
    '<input id="authMethod" type="hidden" name="AuthMethod" value="%AuthMethod%">'
    '<input id="context" type="hidden" name="Context" value="%Context%"/>'
)
FIELDS = '<input id="answer" name="Answer"><button name="Other" value="1">Another way</button>'
RIGHT = {"Answer": "the right answer"}


def page(fields: str = FIELDS, tokens: str = TOKENS, form: str = 'id="loginForm" method="post"'):
    return AdapterForm("Multi-Factor Authentication", f"<form {form}>{tokens}{fields}</form>")


class Sound:
    """An adapter that keeps every rule; the others break one each."""

    metadata = METADATA
    page = staticmethod(page)

    def on_authentication_pipeline_load(self, config):
        pass

    def on_authentication_pipeline_unload(self):
        pass

    def is_available_for_user(self, identity_claim, context):
        return True

    def begin_authentication(self, identity_claim, request, context):
        context.data["tries"] = 0
        return self.page()

    def try_end_authentication(self, context, proof, request):
        if proof.properties.get("Answer") == RIGHT["Answer"]:
            return (Claim(AUTHENTICATION_METHOD, METHOD),)
        context.data["tries"] += 1
        return self.page()

    def on_error(self, request, error):
        return None

    def explain(self, context):
        return Explanation("question", "asked")


def broken(**members) -> type[Sound]:
    """Return a sound adapter but for *members*."""
    plain = {
        name: staticmethod(member) if isinstance(member, Callable) else member
        for name, member in members.items()
    }
    return type("Broken", (Sound,), plain)


def with_metadata(**fields) -> type[Sound]:
    return broken(metadata=replace(METADATA, **fields))


def with_page(*arguments, **keywords) -> type[Sound]:
    return broken(page=lambda: page(*arguments, **keywords))


def with_fields(html: str) -> type[Sound]:
    return with_page(FIELDS + html)


def raises(*_):
    raise KeyError("boom")


def lacking(name: str) -> type:
    members = {n: m for n, m in vars(Sound).items() if n != name and not n.startswith("__")}
    return type("Lacking", (), members)


def needs_an_argument(argument):
    return Sound()


def half_read_configuration(config):
    config.data.decode()


def refuses_without_a_word(config):
    raise ValueError


def writes(**data):
    def begin(identity_claim, request, context):
        context.data.update(copy.deepcopy(data))
        return page()

    return broken(begin_authentication=begin, try_end_authentication=lambda *_: page())


def only_knows(*users: str) -> type[Sound]:
    return broken(is_available_for_user=lambda claim, context: claim.value in users)


class Echoes(Sound):
    """Shows a value of the request as it came."""

    def __init__(self, name):
        self._name = name

    def begin_authentication(self, identity_claim, request, context):
        context.data["tries"] = 0
        return page(f"{FIELDS}<p>{getattr(request, self._name)}</p>")


class RemembersTheUser(Sound):
    def begin_authentication(self, identity_claim, request, context):
        self._application = request.application
        return super().begin_authentication(identity_claim, request, context)

    def try_end_authentication(self, context, proof, request):
        return page(f"{FIELDS}<p>{escape(self._application)}</p>")


class SharesAList(Sound):
    log: list[str] = []  # noqa: RUF012 - that is the fault

    def begin_authentication(self, identity_claim, request, context):
        context.data["log"] = self.log
        return page()

    def try_end_authentication(self, context, proof, request):
        return page()


class MixesThreads(Sound):
    """Right as long as one sign-in follows another."""

    def __init__(self):
        self._met = threading.Barrier(2)
        self._last = threading.local()
        self._shown = ""

    def begin_authentication(self, identity_claim, request, context):
        self._shown = request.application
        self._wait_for_another_thread()
        return page(f"{FIELDS}<p>{escape(self._shown)}</p>")

    def try_end_authentication(self, context, proof, request):
        return page()

    def _wait_for_another_thread(self):
        if threading.current_thread() is threading.main_thread():
            return
        try:
            self._met.wait(timeout=5)
        except threading.BrokenBarrierError:
            return


class MixesThreadsLater(MixesThreads):
    """The same in its later pages alone."""

    def begin_authentication(self, identity_claim, request, context):
        return page()

    def try_end_authentication(self, context, proof, request):
        return super().begin_authentication(None, request, context)


class CountsDown(Sound):
    """Throws when data that was already dealt with comes again."""

    def __init__(self):
        self._seen = {}

    def try_end_authentication(self, context, proof, request):
        last = self._seen.get(context.context_id, -1)
        if context.data["tries"] <= last:
            raise RuntimeError("these data were used already")
        self._seen[context.context_id] = context.data["tries"]
        return super().try_end_authentication(context, proof, request)


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


def test_an_adapter_without_a_fault_has_no_finding():
    assert check(Sound) == []
    assert check(Sound, proof=lambda context: RIGHT) == []


def test_the_tokens_may_stand_anywhere_in_the_form():
    last = page(tokens="", fields=f"<fieldset><p>Answer:</p>{FIELDS}</fieldset>{TOKENS}")

    assert check(broken(page=lambda: last)) == []


def test_a_module_outside_of_any_package_has_no_files_and_needs_none():
    assert check(broken(__module__="string")) == []

    styled = broken(__module__="string", page=lambda: replace(page(), stylesheets=("a.css",)))
    assert [finding.rule for finding in check(styled)] == ["files_are_there"]


def test_every_rule_is_shown_broken():
    elsewhere = {"loads", "claims_are_announced"}

    assert {rule for rule, _ in BROKEN} | elsewhere == set(RULES)


@pytest.mark.parametrize(
    "claims",
    [
        (),
        (Claim(UPN, "somebody"),),
        (Claim(AUTHENTICATION_METHOD, "http://example.test/never-announced"),),
        (Claim(AUTHENTICATION_METHOD, METHOD),) * 2,
        (METHOD,),
        page(),
    ],
)
def test_claims_without_exactly_one_announced_method_are_found(claims):
    def try_end(context, proof, request):
        return claims if proof.properties.get("Answer") == RIGHT["Answer"] else page()

    findings = check(broken(try_end_authentication=try_end), proof=lambda context: RIGHT)

    assert [finding.rule for finding in findings] == ["claims_are_announced"]


def test_an_adapter_that_refuses_its_configuration_fails_the_kit():
    class NeedsOne(Sound):
        def on_authentication_pipeline_load(self, config):
            if config.data != b"the right one":
                raise ValueError("Give me the right one")

    assert [finding.rule for finding in check(NeedsOne)] == ["loads"]
    assert [finding.rule for finding in check(NeedsOne, config=b"another")] == ["loads"]
    assert check(NeedsOne, config=b"the right one") == []


def test_the_user_given_is_the_one_who_signs_in():
    assert check(only_knows("alice@example.test"), user="alice@example.test") == []


def test_each_adapter_is_prepared_before_it_is_loaded():
    class Prepared(Sound):
        ready = False

        def on_authentication_pipeline_load(self, config):
            if not self.ready:
                raise ValueError("not ready")

    assert check(Prepared, prepare=lambda adapter: setattr(adapter, "ready", True)) == []


def test_a_custom_presentation_is_read_in_all_its_languages():
    class Mine:
        stylesheets = scripts = ()

        def __init__(self, bad_lcid=None):
            self.bad_lcid = bad_lcid

        def page_title(self, lcid):
            return "Titel"

        def form_html(self, lcid):
            if lcid == self.bad_lcid:
                raise LookupError("no text for it")
            return page().html

    names = {ENGLISH: "Sound", 1031: "Heil"}
    metadata = replace(
        METADATA, available_lcids=(ENGLISH, 1031), friendly_names=names, descriptions=names
    )

    assert check(broken(metadata=metadata, page=Mine)) == []
    findings = check(broken(metadata=metadata, page=lambda: Mine(1031)))
    assert {finding.rule for finding in findings} == {"one_login_form"}


def test_a_page_that_only_a_button_leads_to_is_looked_at_too():
    button = '<button name="Other" value="another way">'

    def try_end(context, proof, request):
        return page("<input>" if proof.properties.get("Other") == "another way" else button)

    adapter = broken(try_end_authentication=try_end, page=lambda: page(button))
    findings = check(adapter)

    assert [finding.rule for finding in findings] == ["inputs_have_names"]


def test_the_fields_of_a_page_behind_a_button_are_filled_in_oddly_too():
    entry = '<input name="Code">'
    button = '<button name="Other" value="another way">'

    def try_end(context, proof, request):
        proof.properties.get("Code", "").encode("ascii")
        return page(entry if proof.properties.get("Other") == "another way" else button)

    adapter = broken(try_end_authentication=try_end, page=lambda: page(button))

    assert [finding.rule for finding in check(adapter)] == ["answers_every_post"]


def test_a_page_without_a_button_is_posted_to_as_well():
    def try_end(context, proof, request):
        proof.properties.get("Answer", "").encode("ascii")
        return page('<input name="Answer">')

    adapter = broken(try_end_authentication=try_end, page=lambda: page('<input name="Answer">'))

    assert [finding.rule for finding in check(adapter)] == ["answers_every_post"]


def test_the_kit_asks_about_an_unknown_user():
    def is_available(claim, context):
        return {"user@conformance.test": True}[claim.value]

    findings = check(broken(is_available_for_user=is_available))

    assert [finding.rule for finding in findings] == ["availability_is_yes_or_no"]


def test_an_unclear_refusal_is_found_although_a_configuration_is_given():
    adapter = broken(on_authentication_pipeline_load=half_read_configuration)

    assert [finding.rule for finding in check(adapter, config=b"one")] == ["refuses_clearly"]


def test_markup_that_a_client_posted_is_found_when_it_comes_back():
    def try_end(context, proof, request):
        return page(f"{FIELDS}<p>{proof.properties.get('Answer', '')}</p>")

    findings = check(broken(try_end_authentication=try_end))

    assert "nothing_inline" in {finding.rule for finding in findings}


def test_a_finding_says_what_the_rule_is_what_was_seen_and_what_to_do():
    (finding,) = check(with_metadata(requires_identity=False))

    assert finding == Finding("requires_identity", "requires_identity is False")
    assert finding.sentence == RULES["requires_identity"].sentence
    assert finding.remedy == RULES["requires_identity"].remedy
    assert str(finding).count("\n") == 0
    for part in (finding.rule, finding.sentence, finding.seen, finding.remedy):
        assert part in str(finding)


def test_every_rule_is_a_sentence_with_a_remedy():
    for rule in RULES.values():
        assert rule.sentence.endswith(".")
        assert rule.remedy.endswith(".")
