"""Mistakes in coping with services that die, and with CAIO's own death (CAIO-FAIL-01 to 03)."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

from tests.defects.caio.defect import defect
from tests.defects.patching import wrap


@defect("CAIO-FAIL-01", "When the chosen service fails, no other is tried", sample="is dead|answers with an error")
def no_other_is_tried() -> None:
    _may_try_another(lambda original, endpoint, result: False)


@defect("CAIO-FAIL-01", "A call that may have had an effect is made again elsewhere", sample="had an effect")
def effects_repeated() -> None:
    _may_try_another(lambda original, endpoint, result: True)


@defect("CAIO-FAIL-01", "A call that may have had an effect is made again at the same service", sample="had an effect")
def effects_repeated_at_the_same() -> None:
    @wrap("caio.dispatch.dispatcher:Dispatcher.call_chosen")
    async def broken(original: Any, self: Any, *call: Any) -> Any:
        result = await original(self, *call)
        again = result.outcome.may_have_had_effect and result.outcome.speaks_against_service
        return await original(self, *call) if again else result


@defect(
    "CAIO-FAIL-01",
    "What must not be repeated is not made elsewhere even when it was never made",
    sample="had an effect",
)
def unreached_not_tried_elsewhere() -> None:
    _may_try_another(lambda original, endpoint, result: endpoint.idempotent)


@defect("CAIO-FAIL-01", "The first service may use up the whole deadline", sample="hangs|is dead")
def first_takes_all_time() -> None:
    @wrap("caio.dispatch.dispatcher:Dispatcher.patience")
    def broken(original: Any, self: Any, progress: Any, *_rest: Any) -> float:
        return float(progress.remaining)


@defect("CAIO-FAIL-01", "A call is waited for as long as it takes, whatever the deadline", sample="hangs|is dead")
def deadline_not_kept() -> None:
    @wrap("caio.dispatch.dispatcher:Dispatcher.patience")
    def broken(original: Any, self: Any, *_rest: Any) -> float:
        return 4.0


@defect("CAIO-FAIL-01", "The next service need not keep the rules of the request", sample="is dead|rules")
def rules_forgotten_in_need() -> None:
    @wrap("caio.dispatch.dispatcher:Dispatcher.route")
    def broken(original: Any, self: Any, ask: Any, excluded: Any) -> Any:
        import dataclasses

        relaxed = (
            dataclasses.replace(ask, request=dataclasses.replace(ask.request, constraints={})) if excluded else ask
        )
        return original(self, relaxed, excluded)


@defect("CAIO-FAIL-01", "An answer that tells of an error is taken for an answer", sample="with an error")
def error_taken_for_answer() -> None:
    @wrap("caio.dispatch.calls:judge")
    def broken(original: Any, status: int, body: bytes, duration_ms: float) -> Any:
        return original(200 if status >= 500 else status, body if body[:1] == b"{" else b"{}", duration_ms)


@defect("CAIO-FAIL-01", "When all have failed, the caller is told of the last one only", sample="is dead")
def only_the_last_failure_told() -> None:
    @wrap("caio.dispatch.answers:failed")
    def broken(original: Any, what: str, attempts: Any) -> Any:
        return original(what, attempts[-1:])


@defect(
    "CAIO-FAIL-01",
    "A service that was not reached is not replaced by another",
    sample="killed|disconnected|cut off",
    contained=True,
)
def unreached_ends_it() -> None:
    from caio.dispatch.calls import CallOutcome

    _may_try_another(lambda original, endpoint, result: result.outcome is not CallOutcome.UNREACHED)


@defect("CAIO-FAIL-01", "A time-out ends it all, and no other is tried", sample="frozen|too late|thin", contained=True)
def time_out_ends_it() -> None:
    from caio.dispatch.calls import CallOutcome

    _may_try_another(lambda original, endpoint, result: result.outcome is not CallOutcome.TIMED_OUT)


@defect("CAIO-FAIL-02", "A service that was unhealthy once is never chosen again")
def unhealthy_for_good() -> None:
    @wrap("caio.registry:ServiceEntry._settle")
    def broken(original: Any, self: Any) -> None:
        available = self.available
        original(self)
        self.available = self.available and available


@defect("CAIO-FAIL-02", "Probes only ever find a service unhealthy", sample="came back")
def probes_never_find_it_well() -> None:
    @wrap("caio.dispatch.circuits:CircuitBoard.probed")
    def broken(original: Any, self: Any, entry: Any, healthy: bool) -> bool:
        return bool(original(self, entry, healthy)) if not healthy else False


@defect("CAIO-FAIL-02", "A service known to be dead is tried all the same")
def dead_are_tried() -> None:
    @wrap("caio.registry:ServiceEntry._settle")
    def broken(original: Any, self: Any) -> None:
        self.available = True


@defect("CAIO-FAIL-02", "A probe that is not answered in time says nothing about the service", sample="hung|came back")
def hanging_probes_ignored() -> None:
    @wrap("caio.dispatch.circuits:CircuitBoard.probed")
    def broken(original: Any, self: Any, entry: Any, healthy: bool) -> bool:
        return bool(original(self, entry, True))


@defect("CAIO-FAIL-02", "A circuit that has opened never lets a trial through", sample="after a rest")
def circuits_never_close() -> None:
    @wrap("caio.dispatch.circuits:CircuitBoard.half_open_rested")
    def broken(original: Any, self: Any) -> None:
        return None


@defect(
    "CAIO-FAIL-02",
    "How long a service has been left alone is told by the time of day",
    sample="clock",
    contained=True,
)
def rest_by_the_time_of_day() -> None:
    import time

    @wrap("caio.dispatch.circuits:CircuitBoard.__init__")
    def broken(original: Any, self: Any, failures: int, open_seconds: float) -> None:
        original(self, failures, open_seconds, time.time)


@defect("CAIO-FAIL-02", "Addresses are looked up once and for all", sample="come back under", contained=True)
def addresses_never_looked_up_again() -> None:
    import socket
    from urllib.parse import urlsplit

    known: dict[str, str] = {}

    @wrap("caio.dispatch.calls:url_of")
    def broken(original: Any, contract: Any, path: str) -> str:
        url = urlsplit(original(contract, path))
        name = str(url.hostname)
        if name not in known:
            known[name] = socket.gethostbyname(name)
        return url._replace(netloc=f"{known[name]}:{url.port}").geturl()


@defect("CAIO-FAIL-02", "Circuits count failures, but never open", sample="left alone")
def circuits_never_open() -> None:
    @wrap("caio.dispatch.circuits:CircuitBoard.failed")
    def broken(original: Any, self: Any, entry: Any) -> None:
        original(self, entry)
        entry.circuit = "closed"


@defect("CAIO-FAIL-03", "Registered services are kept in memory only")
def services_not_stored() -> None:
    _not_stored("save_service")


@defect("CAIO-FAIL-03", "Decisions are stored when CAIO stops")
def commits_when_it_stops() -> None:
    @wrap("caio.store.database:Database.commit")
    def broken(original: Any, self: Any, works: Any, writes: bool) -> Any:
        connection = self.connection()
        if not connection.in_transaction:
            connection.execute("BEGIN IMMEDIATE")
        return [work(connection) for work in works]

    @wrap("caio.store.database:Database.close")
    def closing(original: Any, self: Any) -> None:
        self.submit(lambda connection: connection.execute("COMMIT")).result()
        original(self)


@defect("CAIO-FAIL-03", "Only the first decision on a service is stored")
def decisions_stored_by_service() -> None:
    stored: set[str] = set()

    @wrap("caio.store.records:Records.save_decisions")
    def broken(original: Any, self: Any, decisions: Any) -> Any:
        import orjson

        first = [each for each in decisions if orjson.loads(each[1])["service_id"] not in stored]
        stored.update(orjson.loads(document)["service_id"] for _, document in first)
        if first:
            original(self, first).result()
        return _done([document for _, document in decisions])


@defect("CAIO-FAIL-03", "A service that was removed is back after a restart")
def removals_not_stored() -> None:
    _not_stored("delete_service")


@defect("CAIO-FAIL-03", "A registration is acknowledged before it has been stored")
def acknowledged_before_stored() -> None:
    _acknowledged_early()


@defect("CAIO-FAIL-03", "What is registered is stored a moment later", sample="container|memory", contained=True)
def stored_a_moment_later() -> None:
    _acknowledged_early()


@defect("CAIO-FAIL-03", "A store without room is taken for one that has stored", sample="disk", contained=True)
def full_disk_passed_over() -> None:
    @wrap("caio.store.records:Records.save_service")
    def broken(original: Any, self: Any, service: Any, revision: int) -> Any:
        from caio.store.changes import Changes

        kept = original(self, service, revision)
        return kept if kept.exception() is None else _done(Changes(revision))


def _may_try_another(rule: Any) -> None:
    @wrap("caio.dispatch.dispatcher:may_try_another")
    def broken(original: Any, endpoint: Any, result: Any) -> bool:
        return bool(rule(original, endpoint, result))


def _acknowledged_early() -> None:
    import threading

    @wrap("caio.store.records:Records.save_service")
    def broken(original: Any, self: Any, service: Any, revision: int) -> Any:
        from caio.store.changes import Changes

        threading.Timer(0.3, original, (self, service, revision)).start()
        return _done(Changes(revision))


def _not_stored(method: str) -> None:
    @wrap(f"caio.store.records:Records.{method}")
    def broken(original: Any, self: Any, what: Any, revision: int) -> Any:
        from caio.store.changes import Changes

        return _done(Changes(revision))


def _done(answer: Any) -> Future[Any]:
    done: Future[Any] = Future()
    done.set_result(answer)
    return done
