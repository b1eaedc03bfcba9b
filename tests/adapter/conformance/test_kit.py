"""The kit finds what is wrong, asks all that it should ask, and explains its findings."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import pytest
from support.adapters.unsound_adapters import (
    FIELDS,
    METADATA,
    METHOD,
    RIGHT,
    TOKENS,
    Sound,
    broken,
    half_read_configuration,
    only_knows,
    page,
    with_metadata,
)

from adapter.conformance import RULES, Finding, check
from adapter.contract import (
    AUTHENTICATION_METHOD,
    ENGLISH,
    UPN,
    Claim,
)


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


class Counting(Sound):
    """Counts the tries before it looks at the answer."""

    def use_shared_store(self, store):
        self.store = store

    def try_end_authentication(self, context, proof, request):
        if not self.store.count("anybody", 1, 60):
            return self.used_up()
        return super().try_end_authentication(context, proof, request)

    def used_up(self):
        return page()


def test_the_limits_of_the_kits_store_keep_no_post_from_the_adapter():
    assert check(Counting, proof=lambda context: RIGHT) == []


def test_an_adapter_that_fails_when_the_tries_are_used_up_is_found():
    def fail(self):
        raise LookupError("no try left")

    (finding,) = check(type("Fails", (Counting,), {"used_up": fail}))

    assert (finding.rule, finding.seen) == ("answers_every_post", "LookupError: no try left")


def test_an_adapter_that_lets_in_whom_the_store_refuses_is_found():
    passes = (Claim(AUTHENTICATION_METHOD, METHOD),)
    lets_in = type("LetsIn", (Counting,), {"used_up": lambda self: passes})

    assert {finding.rule for finding in check(lets_in)} == {"passes_only_with_proof"}


class Sends(Sound):
    """Sends a message at the begin of a sign-in, unless it was told not to before it was loaded."""

    sent: ClassVar[list[str]]

    def __init__(self):
        self.send = self.sent.append

    def rehearse(self):
        self.send = lambda message: None

    def on_authentication_pipeline_load(self, config):
        self.send_now = self.send

    def begin_authentication(self, identity_claim, request, context):
        self.send_now(identity_claim.value)
        return super().begin_authentication(identity_claim, request, context)


def sending(**methods: object) -> type[Sends]:
    """Return an adapter that sends, with a list of its own of what it has sent."""
    return type("SendsHere", (Sends,), {"sent": [], **methods})


@pytest.mark.parametrize("config", [None, b"any"])
def test_an_adapter_that_can_rehearse_acts_for_nobody(config):
    sends = sending()

    assert check(sends, config=config, proof=lambda context: RIGHT) == []
    assert sends.sent == []


def test_it_acts_where_the_kit_is_told_so():
    sends = sending()

    assert check(sends, for_real=True) == []
    assert sends.sent


def test_an_adapter_that_cannot_rehearse_where_it_says_so_is_not_loaded():
    def fail(self):
        raise LookupError("not loaded yet")

    sends = sending(rehearse=fail)

    assert [finding.rule for finding in check(sends)] == ["rehearses"]
    assert sends.sent == []
