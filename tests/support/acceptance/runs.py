"""Builds runs that never happened, as realistic as can be, for the tests of the acceptance page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from support.acceptance.criteria import CriteriaFile, Criterion
from support.acceptance.plan import Planned
from support.acceptance.results import Observation, Result
from support.acceptance.run_record import RunRecord, Starts
from support.acceptance.snapshot import Machine, Snapshot
from support.acceptance.verdict import Verdict, judge
from support.base.checklists import Item
from support.base.outcomes import Outcome

STARTED = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
STATEMENTS = {
    "CAIO-ROUTE-01": ("routing flow", "A request goes to a registered service whose contract offers what it asks for."),
    "CAIO-ROUTE-02": (
        "routing flow",
        "Policies are applied to every request; a service that breaks one is not chosen.",
    ),
    "CAIO-ROUTE-03": (
        "routing flow",
        "What a request rules out rules out every service whose contract says otherwise.",
    ),
    "CAIO-ERR-01": ("error handling", "When no service matches, the caller is told so plainly, with the reasons."),
    "CAIO-CORS-01": ("cors", "A page from an allowed origin may call the service."),
    "CAIO-CORS-03": ("cors", "Look-alike origins are refused, and no wildcard goes together with credentials."),
    "CAIO-LOAD-01": ("load", "10,000 requests at once to one instance: at least 99 % succeed."),
    "CAIO-SLO-01": ("slo", "A routing decision takes at most 50 ms for 95 of 100 requests, over 1,000 decisions."),
    "CAIO-HARD-05": (
        "hardening",
        "Alert rules for the objectives are valid, and fire when their condition is made true.",
    ),
}
BOTH_INTERFACES = ("CAIO-ROUTE-01", "CAIO-ROUTE-02", "CAIO-ROUTE-03", "CAIO-ERR-01")
CASES = ("The plain case", "The boundary itself", "One step beyond the boundary")
CHECKLIST = (
    Item(
        id="cors",
        section="Security",
        text="CORS allows only approved origins.",
        criteria=("CAIO-CORS-01", "CAIO-CORS-03"),
    ),
    Item(
        id="network",
        section="Security",
        text="Network access restricted (firewall rules, VPC security groups).",
        vouched_by="Platform lead of the operator",
        why_no_test="Firewalls belong to the operator's network, which the suite does not see.",
        rests_on="operations.md#network-access",
    ),
    Item(id="vault", section="Security", text="Secrets stored in a secure vault.", vouched_by="Somebody"),
    Item(id="alerts", section="Reliability", text="Alerting configured.", criteria=("CAIO-HARD-05", "CAIO-GONE-01")),
    Item(
        id="load",
        section="Performance",
        text="Horizontal scaling strategy defined (replicas, autoscaling).",
        scenarios=(f"{CASES[0]} of CAIO-LOAD-01", "A scenario that was renamed"),
        vouched_by="Platform lead of the operator",
        why_no_test="How many replicas are needed is a figure of the operator's own traffic.",
    ),
    Item(id="routes", section="Performance", text="Requests are routed.", scenarios=(f"{CASES[0]} of CAIO-ROUTE-01",)),
)
HOSTILE = "<script>document.title = 'owned'</script><img src=x onerror=alert(1)> & \"quotes\" | pipes | `ticks`"


def criteria(ids: Sequence[str] = tuple(STATEMENTS)) -> CriteriaFile:
    """The criteria of those ids."""
    return CriteriaFile(
        system="caio",
        title="CAIO, contract-based AI orchestrator",
        criteria=tuple(Criterion(id=i, area=STATEMENTS[i][0], statement=STATEMENTS[i][1]) for i in ids),
    )


def planned(criterion: str, case: str = CASES[0], interface: str = "http", line: int = 10) -> Planned:
    """One scenario for a criterion."""
    area = STATEMENTS.get(criterion, ("elsewhere", ""))[0]
    location = f"features/caio/{area.replace(' ', '_')}.feature:{line}"
    return Planned(
        key=f"{location}@{interface}",
        name=f"{case} of {criterion}",
        feature=area,
        rule=STATEMENTS.get(criterion, ("", None))[1],
        tags=(criterion,),
        criteria=(criterion,),
        interface=interface,
        location=location,
    )


def result(
    item: Planned, outcome: Outcome = Outcome.MET, message: str = "", observations: Sequence[Observation] = ()
) -> Result:
    """The record of a planned scenario."""
    return Result(
        key=item.key,
        name=item.name,
        outcome=outcome,
        message=message,
        duration=0.21,
        interface=item.interface,
        criteria=item.criteria,
        observations=tuple(observations),
        uuid=f"{item.key}-1",
    )


@dataclass(slots=True)
class Run:
    """A run as it was planned and recorded."""

    criteria: CriteriaFile = field(default_factory=criteria)
    plan: list[Planned] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    partial: bool = False
    finished: bool = True
    checklist: tuple[Item, ...] = CHECKLIST

    @property
    def record(self) -> RunRecord:
        """The run's record."""
        return RunRecord(
            run_id="3f9c2d71b04e",
            system="caio",
            title="CAIO, contract-based AI orchestrator",
            version="1.0.0",
            deployment="process",
            url="http://owner:hunter2@127.0.0.1:8080",
            interfaces=("http", "python"),
            started=STARTED,
            finished=STARTED + timedelta(seconds=48.4) if self.finished else None,
            command="signoff accept --system caio --jobs 2",
            partial=self.partial,
            plan=tuple(self.plan),
            covered=tuple(STATEMENTS)[:-1],
            checklist=self.checklist,
            environment=Snapshot(
                revision="409b851d3a0f4e5f6a7b8c9d0e1f2a3b4c5d6e7f",
                dirty=True,
                tools={"python": "3.11.2", "behave": "1.3.3", "node": "24.19.0", "allure": "3.18.0"},
                machine=Machine(
                    os="Debian GNU/Linux 12 (bookworm), kernel 6.1.0",
                    architecture="x86_64",
                    cores=2,
                    memory=8_246_337_536,
                    processor="Example CPU @ 2.60GHz",
                ),
            ),
            starts=Starts(starts=14, distinct=11, dirtied=3),
        )

    @property
    def verdict(self) -> Verdict:
        """The run, judged."""
        return judge(
            self.criteria,
            self.plan,
            self.results,
            partial=self.partial,
            covered=self.record.covered,
            finished=self.finished,
        )

    @property
    def links(self) -> dict[str, str]:
        """A place in the report for every scenario but the last, as a link may be missing."""
        return {item.key: f"allure-report/index.html#{index:032x}" for index, item in enumerate(self.plan[:-1])}

    def end(self, criterion: str, outcome: Outcome, message: str) -> None:
        """Let the last scenario of a criterion end in that way, over each interface."""
        for interface in ("http", "python"):
            found = [i for i, r in enumerate(self.results) if criterion in r.criteria and r.interface == interface]
            if found:
                update = {"outcome": outcome, "message": message}
                self.results[found[-1]] = self.results[found[-1]].model_copy(update=update)


def accepted(ids: Sequence[str] = tuple(STATEMENTS)) -> Run:
    """Every criterion tried and seen kept."""
    run = Run(criteria=criteria(ids))
    for number, criterion in enumerate(ids):
        for interface in ("http", "python") if criterion in BOTH_INTERFACES else ("http",):
            for step, case in enumerate(CASES):
                run.plan.append(planned(criterion, case, interface, line=100 * number + 12 * step + 8))
                run.results.append(result(run.plan[-1], observations=observed(criterion) if step == 0 else ()))
    return run


def observed(criterion: str) -> list[Observation]:
    """What the scenario of a criterion with a figure measured."""
    figures = {
        "CAIO-LOAD-01": ("requests that succeeded", 99.97, 99.0, "%", 10_000),
        "CAIO-SLO-01": ("time of a decision, 95th percentile", 12.38, 50.0, "ms", 1_000),
    }
    if criterion not in figures:
        return []
    what, seen, limit, unit, samples = figures[criterion]
    return [Observation(what=what, observed=seen, limit=limit, unit=unit, samples=samples)]


def reservations() -> Run:
    """Everything tried was kept; one criterion has no scenario, another cannot be tried on this machine."""
    run = accepted(tuple(STATEMENTS)[:-1])
    run.criteria = criteria()
    run.end(
        "CAIO-LOAD-01", Outcome.NOT_VERIFIED, "The target does not offer process-control, which this scenario needs."
    )
    return run


def rejected() -> Run:
    """One criterion is seen broken, with a message that would be HTML; another one is broken."""
    run = reservations()
    expected = (
        "Expected: the origin “https://app.example.com.evil.io” is refused\n"
        "Observed: Access-Control-Allow-Origin: https://app.example.com.evil.io\n"
        f"Evidence: exchange 2 of this scenario {HOSTILE}"
    )
    run.end("CAIO-CORS-03", Outcome.NOT_MET, expected)
    run.end("CAIO-ROUTE-02", Outcome.NOT_MET, "Expected: “local-chat” is chosen\nObserved: “cloud-chat” was chosen")
    run.end("CAIO-ERR-01", Outcome.BROKEN, "The server did not start within 20 s; its last lines: Address in use")
    return run


def undecided() -> Run:
    """One scenario was lost, one was recorded twice, and one could not be judged."""
    run = reservations()
    run.results.pop(4)
    run.results.append(run.results[7])
    run.end("CAIO-CORS-01", Outcome.BROKEN, "WaitedInVain: waited 10 s for the server's log; nothing came")
    return run


def partial() -> Run:
    """Only the routing flow was asked for."""
    run = accepted(tuple(STATEMENTS)[:3])
    run.criteria, run.partial = criteria(), True
    return run


KINDS = {
    "accepted": accepted,
    "reservations": reservations,
    "rejected": rejected,
    "undecided": undecided,
    "partial": partial,
}


def write_result(folder: Path, uuid: str, /, **fields: object) -> Path:
    """An Allure result file as the formatter writes it."""
    folder.mkdir(parents=True, exist_ok=True)
    data: dict[str, object] = {"uuid": uuid, "name": "A case", "status": "passed", "start": 1000, "stop": 1210} | fields
    path = folder / f"{uuid}-result.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return path
