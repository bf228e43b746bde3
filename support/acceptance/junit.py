"""The run as JUnit XML, which CI servers read: a test case for each scenario over each interface.

There is no standard; what is written here fits the schema that Jenkins publishes (xunit-plugin, ``junit-10.xsd``),
which GitLab and others read too. Not met is a failure, broken an error, not verified is skipped with its reason.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from support.acceptance import words
from support.acceptance.atomic import write as write_file
from support.acceptance.run_record import RunRecord
from support.acceptance.verdict import ScenarioOutcome, Verdict
from support.base.outcomes import Outcome

FILE_NAME = "junit.xml"
TAGS = {Outcome.NOT_MET: "failure", Outcome.BROKEN: "error", Outcome.NOT_VERIFIED: "skipped"}
MESSAGE = 200
"""Characters of a reason that stand beside a test case in a list; the whole of it is its text."""
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
WHOLE = "The run as a whole"


def write(verdict: Verdict, record: RunRecord, folder: Path) -> Path:
    """Write ``junit.xml`` into the folder of reports, whole or not at all; returns where it is."""
    path = folder / FILE_NAME
    write_file(path, as_xml(verdict, record))
    return path


def as_xml(verdict: Verdict, record: RunRecord) -> str:
    """The document, with a suite for each feature over each interface."""
    root = Element("testsuites", name=_text(f"{record.title} {record.version}"))
    suites: dict[tuple[str, str], list[ScenarioOutcome]] = {}
    for scenario in verdict.scenarios:
        suites.setdefault((scenario.feature, scenario.interface), []).append(scenario)
    for (feature, interface), scenarios in suites.items():
        name = _suite_name(feature, interface)
        suite = _suite(root, name, record, scenarios)
        called = Counter(words.scenario(scenario.name) for scenario in scenarios)
        for scenario in scenarios:
            alike = called[words.scenario(scenario.name)] > 1
            _case(suite, f"{record.system}.{name}", scenario, alike)
    _troubles(root, verdict, record)
    cases = [scenario for scenarios in suites.values() for scenario in scenarios]
    _count(root, cases, extra_errors=len(root) - len(suites))
    del root.attrib["skipped"]
    ElementTree.indent(root)
    return "<?xml version='1.0' encoding='UTF-8'?>\n" + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suite(root: Element, name: str, record: RunRecord, scenarios: Sequence[ScenarioOutcome]) -> Element:
    suite = SubElement(root, "testsuite", name=name, timestamp=_when(record))
    _count(suite, scenarios)
    return suite


def _count(element: Element, scenarios: Sequence[ScenarioOutcome], extra_errors: int = 0) -> None:
    def of(outcome: Outcome) -> int:
        return sum(scenario.outcome is outcome for scenario in scenarios)

    element.set("tests", str(len(scenarios) + extra_errors))
    element.set("failures", str(of(Outcome.NOT_MET)))
    element.set("errors", str(of(Outcome.BROKEN) + extra_errors))
    element.set("skipped", str(of(Outcome.NOT_VERIFIED)))
    element.set("time", f"{sum(scenario.duration for scenario in scenarios):.3f}")


def _case(suite: Element, classname: str, scenario: ScenarioOutcome, alike: bool) -> None:
    """One test case; servers take cases ``alike`` in name for one, so those say where they stand."""
    name = words.scenario(scenario.name) + (f" ({scenario.location})" if alike else "")
    case = SubElement(suite, "testcase", name=_text(name), classname=classname, time=f"{scenario.duration:.3f}")
    tag = TAGS.get(scenario.outcome)
    if tag is not None:
        reason = scenario.reason or "No reason was recorded."
        _because(case, tag, scenario.outcome.value, reason)
    shows = f"{', '.join(scenario.criteria) or 'no criterion'} ({scenario.location or 'never planned'})"
    SubElement(case, "system-out").text = _text(shows)


def _troubles(root: Element, verdict: Verdict, record: RunRecord) -> None:
    """What keeps the run from being judged belongs to no scenario, but must not look green on any server."""
    against = [*verdict.troubles, *(difference.says for difference in verdict.differences)]
    if not against:
        return
    suite = SubElement(root, "testsuite", name=WHOLE, timestamp=_when(record))
    _count(suite, (), extra_errors=1)
    case = SubElement(suite, "testcase", name=WHOLE, classname=_text(record.system), time="0.000")
    _because(case, "error", Outcome.BROKEN.value, "\n".join(against))


def _because(case: Element, tag: str, kind: str, reason: str) -> None:
    first = _text(reason).strip().partition("\n")[0]
    SubElement(case, tag, type=kind, message=first[:MESSAGE]).text = _text(reason)


def _when(record: RunRecord) -> str:
    """The start in UTC; the format has no place for an offset."""
    return f"{record.started.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"


def _suite_name(feature: str, interface: str) -> str:
    over = f" over {words.interface(interface)}" if interface else ""
    return _text(f"{feature or 'Never planned'}{over}")


def _text(text: str) -> str:
    """Text in which the characters that XML cannot hold are escaped."""
    return NOT_XML.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)
