"""The report as JSON, JUnit XML and HTML."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

from lxml import etree, html

from idp.conformance.report import Evidence, Report, Result
from idp.conformance.report_files import html_report, json_report, junit_report
from idp.conformance.verdict import Outcome
from idp.saml_faults.catalogue import find_fault

ACCEPTED = Result(
    find_fault("xsw3"),
    Outcome.ACCEPTED_AS_ANOTHER,
    Evidence("<Response>\x01</Response>", "https://sp.example.test/acs", 200, "<b>\x00 & you"),
)
REPORT = Report(
    "https://sp.example.test/metadata",
    "user@example.test",
    datetime(2026, 11, 1, tzinfo=UTC),
    "0.1.0",
    works_after=True,
    results=(
        Result(find_fault("audience_wrong"), Outcome.REFUSED),
        ACCEPTED,
        Result(find_fault("encrypted"), Outcome.NOT_SENT, note="Its assertions are not encrypted."),
    ),
)


def test_json_has_each_result_with_its_evidence():
    read = json.loads(json_report(REPORT))

    assert read["counts"] == {"pass": 1, "fail": 1, "not decided": 1}
    assert read["passed"] is False
    wrapped = read["results"][1]
    assert (wrapped["code"], wrapped["verdict"]) == ("xsw3", "fail")
    assert wrapped["evidence"]["status"] == 200


def test_junit_has_a_case_for_each_fault():
    suite = etree.fromstring(junit_report(REPORT))

    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("4", "1", "1")
    [failed] = suite.xpath("testcase[failure]")
    assert (failed.get("classname"), failed.get("name")) == ("saml.wrapping", "xsw3")
    assert "https://sp.example.test/acs" in failed.findtext("failure")
    [skipped] = suite.xpath("testcase/skipped/@message")
    assert skipped == "Its assertions are not encrypted."


def test_the_page_shows_what_a_page_said_as_text():
    page = html.document_fromstring(html_report(REPORT))

    assert page.findtext(".//title") == (
        "Failed: SAML conformance of https://sp.example.test/metadata"
    )
    [opened] = page.xpath("//details[@open]")
    assert "xsw3" in opened.text_content()
    assert opened.xpath(".//b[contains(., 'you')]") == []
    assert not page.xpath("//script | //link | //img")


def test_a_service_provider_that_refuses_a_correct_sign_in_afterwards_has_not_passed():
    good = replace(REPORT, results=REPORT.results[:1])

    assert good.has_passed
    broken = replace(good, works_after=False)
    assert not broken.has_passed
    assert b"<failure" in junit_report(broken)
    assert "correct sign-in was refused" in html_report(broken)
