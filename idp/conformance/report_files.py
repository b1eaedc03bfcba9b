"""Writes a report as JSON, JUnit XML and HTML."""

from __future__ import annotations

import json
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from lxml import etree

from idp.conformance.report import Report, Result
from idp.conformance.verdict import Verdict

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True
)
_UNWRITABLE = dict.fromkeys((*range(9), 11, 12, *range(14, 32)), "�")
"""What XML cannot contain: an excerpt of a page may."""


def json_report(report: Report) -> str:
    """Return the report as a JSON document."""
    return json.dumps(report.as_json(), indent=1)


def junit_report(report: Report) -> bytes:
    """Return the report as JUnit XML: one test case for each fault."""
    counts = report.counts
    suite = etree.Element(
        "testsuite",
        name=f"SAML conformance of {report.service_provider}",
        tests=str(len(report.results) + 1),
        failures=str(counts[Verdict.FAIL] + (not report.works_after)),
        skipped=str(counts[Verdict.UNDECIDED]),
        timestamp=report.started_at.isoformat(timespec="seconds"),
    )
    for result in report.results:
        _add_case(suite, result)
    after = etree.SubElement(suite, "testcase", classname="saml.control", name="works_after")
    if not report.works_after:
        etree.SubElement(after, "failure", message="A correct sign-in is refused after the run")
    made = etree.tostring(suite, encoding="utf-8", xml_declaration=True, pretty_print=True)
    return bytes(made)


def _add_case(suite: etree._Element, result: Result) -> None:
    fault, evidence = result.fault, result.evidence
    name = f"saml.{str(fault.group).replace('-', '_')}"
    case = etree.SubElement(suite, "testcase", classname=name, name=fault.code)
    if result.verdict is Verdict.FAIL:
        failure = etree.SubElement(case, "failure", message=result.sentence.translate(_UNWRITABLE))
        lines = (fault.expectation, fault.source, *fault.cve, evidence.address, evidence.excerpt)
        failure.text = "\n".join(lines).translate(_UNWRITABLE)
    elif result.verdict is Verdict.UNDECIDED:
        etree.SubElement(case, "skipped", message=result.sentence.translate(_UNWRITABLE))


def html_report(report: Report) -> str:
    """Return the report as a page that needs no other file, in light and dark."""
    return _TEMPLATES.get_template("report.html").render(report=report, Verdict=Verdict)
