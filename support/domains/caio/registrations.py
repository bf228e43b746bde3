"""Registrations in the life of CAIO: contracts in files, registrations while something happens, versions it knows."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from support.base.documents import Document
from support.domains.caio import contracts
from support.domains.caio.session import caio
from support.subjects import backup
from support.world.core import World

REGISTRATIONS_BEFORE = 25
"""Registrations that are acknowledged before the system fails in the middle of the next ones."""

_MOST_REGISTRATIONS = 2000


def start_on_files(world: World, documents: Iterable[Document], kept: float = 1) -> None:
    """Start a system of the scenario's own that reads contracts from a folder and policies from a file.

    ``kept`` is for how many seconds it may keep what it has read.
    """
    deployment = world.begin("file-configured", {"CAIO_CONTRACT_CACHE_TTL": f"{kept:g}"})
    deployment.files["policies"].write_text("[]\n", encoding="utf-8")
    for document in documents:
        write_contract(deployment.files["contracts"], document)
        caio(world).contracts[document["service_id"]] = document
    deployment.start()
    world.meet()


def register_during(world: World, disaster: Callable[[World], None]) -> None:
    """Register services one after the other while the system fails, until one is not accepted.

    The answers are remembered, and the ids that were acknowledged.
    """
    failing = threading.Thread(target=disaster, args=(world,))
    for number in range(_MOST_REGISTRATIONS):
        if number == REGISTRATIONS_BEFORE:
            failing.start()
        service = f"service-{number:04d}"
        caio(world).meanwhile.append(caio(world).register(contracts.contract({"service": service})))
        if not caio(world).meanwhile[-1].accepted:
            break
        caio(world).acknowledged.add(service)
    failing.join()


def version_of(world: World, service_id: str) -> str | None:
    """The version of a service that the registry holds; None if it holds none."""
    answer = caio(world).orchestrator.service(service_id)
    return answer.read(str, "version") if answer.accepted else None


def write_contract(folder: Path, document: Document) -> None:
    """Write a contract file as a careful editor does: whole, or not at all."""
    target = folder / f"{document['service_id']}.yaml"
    draft = target.with_suffix(".draft")
    draft.write_text(contracts.text(document), encoding="utf-8")
    draft.replace(target)


def back_up_while_registering(world: World) -> None:
    """Have CAIO backed up while services are registered; those are remembered that were acknowledged before."""

    def register(number: int) -> bool:
        return caio(world).register(contracts.contract({"service": _name(number)})).accepted

    caio(world).acknowledged = {_name(number) for number in range(backup.back_up_while(world, register))}


def _name(number: int) -> str:
    return f"service-{number:04d}"
