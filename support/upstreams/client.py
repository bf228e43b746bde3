"""How the suite talks to an upstream's fault proxy: faults injected and healed, recorded calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import requests

from support.base.outcomes import Broken
from support.base.upstreams import UpstreamAddress
from support.faults.base import Fault
from support.upstreams.calls import RecordedCall
from support.upstreams.faults import Kind, UpstreamFault

OWN_PROBE = "signoff"
"""What the suite's own probes carry as User-Agent: they are no calls of the gateway."""

PATIENCE = 5.0
"""Seconds in which a control port must answer."""


class InjectedFault(Fault):
    """A fault in one upstream: journalled, and healed as all faults of the house are."""

    def __init__(self, upstream: Upstream, fault: UpstreamFault) -> None:
        super().__init__(f"upstream {upstream.name} {fault.says}", upstream.is_well)
        self._upstream, self._fault = upstream, fault
        self._number: int | None = None

    @property
    def left(self) -> int | None:
        """How many more requests it is for; None for a fault without a count. Raises Broken once it is healed."""
        return self._upstream._left(self._number)

    def _inject(self) -> None:
        self._number = self._upstream._send(self._fault)

    def _heal(self) -> None:
        self._upstream._withdraw(self._number)


class Upstream:
    """One upstream. ``injected`` is told of each fault, before it is in force; whoever made it then heals it."""

    def __init__(self, address: UpstreamAddress, injected: Callable[[InjectedFault], None] = lambda _: None) -> None:
        self.address = address
        self.faults: list[InjectedFault] = []
        self._injected = injected
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["User-Agent"] = OWN_PROBE
        self._seen = 0

    @property
    def name(self) -> str:
        """Its name in the system's definition."""
        return self.address.name

    @property
    def url(self) -> str:
        """Where the gateway reaches it."""
        return self.address.url

    @property
    def key(self) -> str:
        """What it accepts as a bearer token."""
        return self.address.key

    def inject(self, fault: UpstreamFault) -> InjectedFault:
        """Have a fault in force from the next request on, until it is used up or healed. Raises Broken."""
        made = InjectedFault(self, fault)
        self.faults.append(made)
        self._injected(made)
        return made.inject()

    def heal(self) -> None:
        """End all faults that were injected. Raises Broken if one cannot be ended."""
        while self.faults:
            self.faults.pop().heal()

    def calls(self) -> list[RecordedCall]:
        """The API requests (POST) that reached it since ``clear``, in order; those that go on, too."""
        return [call for call in self.all_calls() if call.method == "POST"]

    def all_calls(self) -> list[RecordedCall]:
        """Every request that reached it since ``clear``, with the gateway's health checks."""
        made = [RecordedCall.from_json(each) for each in self._ask("GET", f"/calls?since={self._seen}")]
        return [call for call in made if call.header("user-agent") != OWN_PROBE]

    def clear(self) -> None:
        """Forget the calls made so far; those that still go on are forgotten too."""
        self._seen = int(self._ask("GET", "/calls/last")["number"])

    def is_well(self) -> bool:
        """Whether the service answers: by way of the proxy, or directly while a fault of the scenario is in force."""
        where = self.address.direct if self._ask("GET", "/faults") else self.url
        try:
            return self._session.get(f"{where}/health", timeout=PATIENCE).status_code == 200
        except requests.RequestException:
            return False

    def close(self) -> None:
        """End the connections to the proxy."""
        self._session.close()

    def _send(self, fault: UpstreamFault) -> int:
        if fault.kind is Kind.REFUSE:
            self._session.close()  # else a connection of the suite's own would be reset with the gateway's
        return int(self._ask("POST", "/faults", fault.to_json())["number"])

    def _withdraw(self, number: int | None) -> None:
        self._ask("DELETE", f"/faults/{number}")

    def _left(self, number: int | None) -> int | None:
        found = [each for each in self._ask("GET", "/faults") if each["number"] == number]
        if not found:
            raise Broken(f"fault {number} of upstream {self.name} is not in force")
        left: int | None = found[0]["left"]
        return left

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        where = self.address.control + path
        try:
            answer = self._session.request(method, where, json=body, timeout=PATIENCE)
        except requests.RequestException as error:
            raise Broken(f"the fault proxy of upstream {self.name} does not answer at {where}: {error}") from error
        if not answer.ok:
            raise Broken(f"the fault proxy of upstream {self.name} refuses {method} {path}: {answer.text}")
        return answer.json()


def locate(control: str) -> UpstreamAddress:
    """The upstream whose fault proxy has its control port at this URL. Raises Broken if none has."""
    with requests.Session() as session:
        session.trust_env = False
        try:
            answer = session.get(f"{control.rstrip('/')}/about", timeout=PATIENCE)
            answer.raise_for_status()
            return UpstreamAddress(**answer.json())
        except (requests.RequestException, TypeError, ValueError) as error:
            raise Broken(f"no fault proxy of an upstream answers at {control}: {error}") from error
