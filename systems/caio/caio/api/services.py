"""Routes under /services: register, replace, read, list, remove and probe."""

import base64
import binascii
import contextlib
import functools
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, ClassVar

import anyio.to_thread
from chassis import bodies, gate
from chassis.auth import Caller
from chassis.problems import Problem
from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from caio import contracts
from caio.api import answers, document
from caio.api.bodies import CONTRACT_LIMITS
from caio.api.instance import Instance
from caio.api.library import FROM_FILE
from caio.contracts import ServiceContract
from caio.errors import CaioError, FieldError, InvalidContract
from caio.registry import ServiceEntry

YAML_TYPES = ("", "application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml", "application/octet-stream")

CONTRACT_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/yaml": {"schema": {"type": "string", "description": "a contract in YAML"}},
            "application/json": {"schema": {"type": "object", "description": "a contract"}},
        },
    }
}

ONE, CREATED = document.answers(document.SERVICE), document.answers(document.SERVICE, 201)
FULL = answers.refusals(507)

READERS = ("admin", "user", "service")
WRITERS = ("admin",)


class ManagedByFile(CaioError):
    """The service comes from the contracts folder, which would bring it back."""

    problem: ClassVar[str] = "managed-by-file"
    title: ClassVar[str] = "The service is managed by a file"
    status: ClassVar[int] = 409


def router(instance: Instance) -> APIRouter:
    """The routes of one instance."""
    routes = APIRouter(prefix="/api/v1/services", tags=["services"])
    reads = Annotated[Caller, Depends(gate.permit(instance.gate, READERS, "read services"))]
    registers = Annotated[Caller, Depends(gate.permit(instance.gate, WRITERS, "register services"))]
    removes = Annotated[Caller, Depends(gate.permit(instance.gate, WRITERS, "remove services"))]
    probes = Annotated[Caller, Depends(gate.permit(instance.gate, WRITERS, "probe services"))]

    @routes.post("", status_code=201, openapi_extra=CONTRACT_BODY, responses=CREATED | FULL)
    async def register(request: Request, caller: registers) -> Response:
        """Register a service by its contract."""
        with audited(instance, caller, "register service") as note:
            contract = await read_contract(request)
            note.target = contract.service_id
            entry = await add(instance, contract, replace=False)
        return answers.json(entry.to_dict(), 201, {"Location": f"{request.url.path}/{entry.service_id}"})

    @routes.put("/{service_id}", openapi_extra=CONTRACT_BODY, responses=ONE)
    async def replace(service_id: str, request: Request, caller: registers) -> Response:
        """Replace a service by a new version of its contract."""
        with audited(instance, caller, "replace service", service_id):
            contract = await read_contract(request)
            check_same(service_id, contract)
            await instance.refresh()
            check_managed(instance.orchestrator.service(service_id))
            entry = await add(instance, contract, replace=True)
        return answers.json(entry.to_dict())

    @routes.get("", responses=document.answers(document.SERVICES))
    async def services(
        caller: reads, limit: Annotated[int, Query(ge=1, le=1_000)] = 100, cursor: str | None = None
    ) -> Response:
        """List services by id, page by page: ``next`` is the cursor of the following page, null on the last."""
        await instance.refresh()
        entries = instance.orchestrator.services()
        page = page_after(entries, position_of(cursor), limit)
        last = not page or page[-1] is entries[-1]
        following = None if last else cursor_after(page[-1])
        return answers.json({"items": [entry.to_dict() for entry in page], "total": len(entries), "next": following})

    @routes.get("/{service_id}", responses=ONE)
    async def service(service_id: str, caller: reads) -> Response:
        """One service with its contract and health."""
        await instance.refresh()
        return answers.json(instance.orchestrator.service(service_id).to_dict())

    @routes.delete("/{service_id}", status_code=204)
    async def remove(service_id: str, caller: removes) -> Response:
        """Remove a service."""
        with audited(instance, caller, "remove service", service_id):
            await instance.refresh()
            check_managed(instance.orchestrator.service(service_id))
            await anyio.to_thread.run_sync(instance.orchestrator.remove_service, service_id)
        return Response(status_code=204)

    @routes.post("/{service_id}/probe", responses=ONE)
    async def probe(service_id: str, caller: probes) -> Response:
        """Ask the service's health path now."""
        await instance.refresh()
        entry = instance.orchestrator.service(service_id)
        await instance.prober.probe(entry)
        return answers.json(entry.to_dict())

    return routes


class Note:
    """What an audit record will say about the target; known only once the contract has been read."""

    def __init__(self, target: str) -> None:
        self.target = target


@contextlib.contextmanager
def audited(instance: Instance, caller: Caller, what: str, target: str = "") -> Iterator[Note]:
    """Leave an audit record of an action, whether it succeeds or is refused."""
    note = Note(target)
    try:
        yield note
    except CaioError as error:
        instance.audit.record(caller.name, what, f"refused: {error.problem}", note.target)
        raise
    except Problem as problem:
        instance.audit.record(caller.name, what, f"refused: {problem.slug}", note.target)
        raise
    instance.audit.record(caller.name, what, "done", note.target)


async def read_contract(request: Request) -> ServiceContract:
    """The contract in a body. Raises InvalidContract, or Problem for a body of the wrong kind or size."""
    kind = bodies.media_type_of(request)
    is_json = kind == "application/json"
    if not is_json and kind not in YAML_TYPES:
        raise Problem("unsupported-media-type", 415, f"expected application/yaml or application/json, got {kind[:100]}")
    body = await bodies.read(request, CONTRACT_LIMITS)
    if is_json:
        bodies.check_depth(body, CONTRACT_LIMITS)
    return await anyio.to_thread.run_sync(contracts.parse_contract, body, "json" if is_json else "yaml")


async def add(instance: Instance, contract: ServiceContract, replace: bool) -> ServiceEntry:
    """Register in a thread: the store is written before the change takes effect.

    What others have changed is taken over first, so that nothing is refused because of what was there before.
    """
    await instance.refresh()
    register = functools.partial(instance.orchestrator.register_service, contract, replace, known=replace)
    return await anyio.to_thread.run_sync(register)


def check_same(service_id: str, contract: ServiceContract) -> None:
    """Raises InvalidContract when a contract is sent to the address of another service."""
    if contract.service_id != service_id:
        message = f"expected {service_id!r} as in the address, got {contract.service_id!r}"
        raise InvalidContract.at(FieldError("service_id", message))


def check_managed(entry: ServiceEntry) -> None:
    """Raises ManagedByFile for what only the contracts folder may change."""
    if FROM_FILE in entry.tags:
        raise ManagedByFile(f"{entry.service_id!r} comes from the contracts folder: change or remove its file")


def cursor_after(entry: ServiceEntry) -> str:
    """Where the next page begins."""
    return base64.urlsafe_b64encode(entry.service_id.encode()).decode().rstrip("=")


def position_of(cursor: str | None) -> str:
    """The service id that a cursor stands for. Raises Problem 422 for one that was never given out."""
    if cursor is None:
        return ""
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise bodies.invalid("cursor", "expected the value of next in an earlier answer") from None


def page_after(entries: Sequence[ServiceEntry], position: str, limit: int) -> Sequence[ServiceEntry]:
    """At most ``limit`` entries that come after a service id."""
    return [entry for entry in entries if entry.service_id > position][:limit]
