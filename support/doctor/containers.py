"""What the machine has for containers: an engine, a base image, room for images."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from support.deployments.containers import base_image, engine
from support.deployments.containers.engine import Engine, EngineFacts
from support.deployments.containers.sdk import EngineTrouble
from support.doctor.machine import room
from support.doctor.offer import Offer

ENGINE, BASE, ROOM = "container engine", "base image", "room for the engine"
GET_ENGINE = "apt-get install docker.io && systemctl start docker (or, without systemd: dockerd &)"
GET_RIGHTS = "usermod -aG docker $USER as root, and log in again; who may use the engine can do all that root can"
GET_BASE = f"apt-get install debootstrap, and run as root; or docker pull {base_image.OFFICIAL}"
IMAGES = 3_000_000_000
"""Bytes for the images of a run: base, systems, and the tools beside them (1.1 GB)."""


def checks(without: str) -> Iterator[Offer]:
    """Engine, base image and room, as far as they can be told."""
    if reason := engine.why_not():
        yield Offer(ENGINE, False, reason, without, GET_RIGHTS if "permission denied" in reason else GET_ENGINE)
        yield Offer(BASE, None, "there is no engine that could have one", without)
        yield Offer(ROOM, None, "there is no engine to ask where it keeps its images", without)
        return
    answering = engine.connect()
    try:
        facts = answering.facts()
        yield Offer(ENGINE, True, described(facts))
        yield base(answering, without)
        yield room(ROOM, Path(facts.root), IMAGES, without)
    except EngineTrouble as error:
        yield Offer(ENGINE, False, f"it answers, but {error}", without, GET_ENGINE)
    finally:
        answering.close()


def described(facts: EngineFacts) -> str:
    """An engine in a line."""
    rootless = "rootless" if any("rootless" in each for each in facts.security) else "not rootless"
    version = f"{facts.version} (API {facts.api}), linux containers"
    return f"{version}, storage {facts.storage}, cgroup {facts.cgroup}, {rootless}"


def base(answering: Engine, without: str) -> Offer:
    """The image that systems' images start from: the official one, one that was made here, or one to be made."""
    official, local = base_image.OFFICIAL, base_image.local_name()
    is_here, was_made = (answering.image(name) is not None for name in (official, local))
    unpullable = "" if is_here else answering.why_not_pullable(official)
    unmakeable = base_image.why_not_here()
    present = is_here or was_made or not unpullable or not unmakeable
    told = (
        f"{official} {'is here' if is_here else 'cannot be pulled' if unpullable else 'can be pulled'}",
        f"{local} {'is here' if was_made else 'was not made yet'}",
        unmakeable or "debootstrap can make one here (once, about 40 s)",
        "" if present else unpullable,
    )
    return Offer(BASE, present, ", ".join(filter(None, told)), without, GET_BASE)
