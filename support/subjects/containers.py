"""The system as a container: its image built and searched, its health watched, its limits tried, and its end."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from support.base.outcomes import Broken, DeploymentFailed, NotMet, NotVerified
from support.base.waiting import consistently, until
from support.checks.basis import enough
from support.deployments import ContainerDeployment
from support.deployments.containers import compose, inside
from support.deployments.containers.container import ContainerState
from support.deployments.containers.deployment import build_of
from support.deployments.containers.engine import ImageFacts
from support.deployments.containers.spec import ContainerSpec, Mount
from support.deployments.containers.topology import ContainerTopology
from support.subjects.deployment import Start
from support.world.core import World

PRODUCTION = "production"
SECRET = "CAIO_AUTH_SECRET_KEY"
SECRET_PLACE = "/run/secrets/caio_auth_secret_key"
"""Where the container sees the file with its secret key."""
FOLDERS = ("/", "/etc", "/usr", "/opt", "/opt/caio", "/var", "/root", "/home", "/bin", "/sbin", "/data", "/tmp", "/run")
"""Folders that a process in the container tries to write."""

TOOLS = ["pip", "setuptools", "ensurepip", "gcc", "cc", "g++", "make", "git", "curl", "wget"]
"""Tools that an image is searched for."""

UNHEALTHY_WITHIN = 20.0
"""Seconds within which the engine must have found a container unhealthy: its own interval, often enough."""
_LOOKED = 30.0
LEEWAY = 0.1
"""Part of its limit by which the engine's count may be above it: it gives out time in slices of 100 ms."""
_HUNGER = 1.25
"""By how much a process asks for more memory than the container has."""


@dataclass(frozen=True, slots=True)
class Image:
    """A built image, and what was found in it."""

    facts: ImageFacts
    files: dict[str, str]
    tools: list[str]


@dataclass(frozen=True, slots=True)
class Inside:
    """What was found inside a running container: its processes as the kernel has them, and what can be written."""

    processes: list[dict[str, str]]
    writable: list[str]


@dataclass(frozen=True, slots=True)
class Ending:
    """How a container ended that was told to stop: exit code, after how long, and how long it might have taken."""

    exit_code: int | None
    seconds: float
    grace: float
    notes: list[str]


@dataclass(frozen=True, slots=True)
class Share:
    """How many processors a container used, and how many it might have."""

    used: float
    allowed: float


@dataclass(slots=True)
class ContainerSeen:
    """What a scenario has found out about the system's container and its image."""

    image: Image | None = None
    inside: Inside | None = None
    ending: Ending | None = None
    states: list[ContainerState] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    exit_code: int | None = None
    share: Share | None = None


def build(world: World) -> Image:
    """Build the image from the repository as it stands, whether or not that was done before, and look into it."""
    entry = world.system.deployments.container
    if entry is None:
        raise NotVerified(f"{world.system.path} does not say how to run {world.system.says} as a container")
    host = world.containers
    facts = host.images.build(build_of(world.system.here / entry.compose, entry.service))
    asked = {"packages": list(packages(world)), "tools": TOOLS}
    spec = ContainerSpec(facts.id, entrypoint=["python3", "-c", _script(), json.dumps(asked)], network="none")
    container = host.create("look-inside", spec)
    try:
        container.start()
        container.wait(_LOOKED)
        told = json.loads(container.logs())
    finally:
        container.remove()
    return Image(facts, told["files"], told["tools"])


def tools_in(world: World, wanted: Sequence[str]) -> list[str]:
    """Those of the tools that the image holds. Raises Broken for one that was not looked for."""
    image = world.part(ContainerSeen).image
    if not set(wanted) <= set(TOOLS) or image is None:
        raise Broken(f"the image was not searched for {', '.join(wanted)}, but for {', '.join(TOOLS)}")
    return [tool for tool in image.tools if tool in wanted]


def secret(world: World) -> str:
    """The secret key that production containers are given."""
    return world.system.profile(PRODUCTION).environment[SECRET]


def sources(world: World, image: Image) -> dict[str, str]:
    """The source files that belong into an image: of the system's package, and of its others that are in it at all."""
    there = {name.partition("/")[0] for name in image.files} | {world.system.name}
    return {
        f"{name}/{path.relative_to(folder).as_posix()}": hashlib.sha256(path.read_bytes()).hexdigest()
        for name, folder in packages(world).items()
        if name in there
        for path in folder.rglob("*.py")
    }


def packages(world: World) -> dict[str, Path]:
    """The Python packages among the sources that the system's definition names."""
    folders = [(world.system.here / source).resolve() for source in world.system.sources]
    return {init.parent.name: init.parent for folder in folders for init in folder.glob("*/__init__.py")}


def start(world: World, profile: str = "default", *, secret_in_file: bool = False) -> None:
    """Have the system running in a container of the scenario's own."""
    settings: Mapping[str, str | None] = {SECRET: None, f"{SECRET}_FILE": SECRET_PLACE} if secret_in_file else {}
    deployment = world.contain(profile, settings)
    if secret_in_file:
        file = deployment.folder / "secret-key"
        file.write_text(secret(world), encoding="utf-8")
        deployment.mounts.append(Mount(file, SECRET_PLACE, read_only=True))
        deployment.lend(file)
    deployment.start()
    world.meet()


def try_start_without_secret(world: World) -> Start:
    """Start a production container that lacks its secret key, and wait until it is ready or has ended."""
    deployment = world.contain(PRODUCTION, {SECRET: None})
    try:
        deployment.start()
    except DeploymentFailed:
        return Start(False, deployment.exit_code, deployment.logs())
    world.meet()
    return Start(True, None, deployment.logs())


def container(world: World) -> ContainerDeployment:
    """The container of the system that was started last, of several that of its entry. Raises Broken for none."""
    found: object = world.deployment
    found = found.entry.first if isinstance(found, ContainerTopology) else found
    if not isinstance(found, ContainerDeployment):
        raise Broken(f"{world.system.says} does not run as a container here, but as a {world.deployment.kind}")
    return found


def watch(world: World, seconds: float) -> list[ContainerState]:
    """What the engine said of the container again and again, once it had found it healthy for the first time."""
    running, seen = container(world), list[ContainerState]()
    limit = world.settings.timeouts.start
    until(lambda: running.state.health == "healthy", limit, "the engine to find the container healthy", failing=NotMet)

    def look() -> bool:
        seen.append(running.state)
        return True

    consistently(look, seconds, "looks at the container", poll=0.25)
    return seen


def await_unhealthy(world: World) -> None:
    """Wait until the engine says that the container is unhealthy. Raises NotMet if it never does."""
    running = container(world)
    what = "the engine to find the container unhealthy"
    until(lambda: running.state.health == "unhealthy", UNHEALTHY_WITHIN, what, poll=0.25, failing=NotMet)


def look_inside(world: World) -> Inside:
    """What runs in the container and what can be written there, as a process inside it finds."""
    ran = container(world).run(["python3", "-c", _script(), json.dumps({"folders": list(FOLDERS)})])
    if ran.exit_code != 0:
        raise Broken(f"one cannot look inside the container: exit code {ran.exit_code}: {ran.output}")
    told = json.loads(ran.output)
    return Inside(told["processes"], told["writable"])


def stop(world: World) -> Ending:
    """Tell the container to stop, as the engine does, and give it the grace period of its compose file."""
    running = container(world)
    grace = running.grace
    if grace is None:
        raise NotMet(
            f"expected the compose file to say how long {world.system.says} may take to stop (stop_grace_period)"
        )
    world.lease.dirty = True
    began = time.monotonic()
    exit_code = running.stop(grace)
    return Ending(exit_code, time.monotonic() - began, grace, running.notes)


def ask_for_too_much_memory(world: World) -> int:
    """Have a process in the container use more memory than the container may. Returns how that process ended."""
    running = container(world)
    limit = running.container.details()["HostConfig"]["Memory"]
    if not limit:
        raise NotMet(
            "expected the container to have a limit of memory (mem_limit in the compose file), but it has none"
        )
    hungry = f"x = bytearray({int(limit * _HUNGER)}); x[::4096] = b'x' * len(x[::4096])"
    return running.run(["python3", "-c", hungry]).exit_code


def never_rest(world: World, count: int, seconds: float) -> Share:
    """Have processes in the container use all the processor time they get, and see how many processors that were."""
    running = container(world)
    limit = running.container.details()["HostConfig"]["NanoCpus"] / 1e9
    if not limit:
        raise NotMet("expected the container to have a limit of processor time (cpus in its compose file); it has none")
    if (os.cpu_count() or 1) <= limit:
        raise NotVerified(f"this machine has no more processors than the limit of {limit:g}, so nobody can exceed it")
    busy = "import sys, time\nend = time.monotonic() + float(sys.argv[1])\nwhile time.monotonic() < end: pass"
    shell = " & ".join([f"python3 -c '{busy}' {seconds}"] * count) + " & wait"
    before, began = running.usage().cpu, time.monotonic()
    running.run(["sh", "-c", shell])
    used = (running.usage().cpu - before) / (time.monotonic() - began)
    return Share(used, limit * (1 + LEEWAY))


def published(world: World) -> list[str]:
    """The addresses at which the container's ports are published: as it runs, and as its compose file says."""
    running = container(world)
    ports = running.container.details()["NetworkSettings"]["Ports"] or {}
    actual = [each["HostIp"] for bindings in ports.values() for each in bindings or ()]
    services = compose.read(world.system.here / running.entry.compose, {}).services
    written = [port.rpartition(":")[0].rpartition(":")[0] for service in services.values() for port in service.ports]
    return [*actual, *written]


def settings_seen(world: World) -> str:
    """All that the engine tells of the container, and what its processes were started with."""
    running = container(world)
    told = running.run(["python3", "-c", "print(open('/proc/1/environ').read())"]).output
    return json.dumps(running.container.details()) + told


def privileged(found: Inside) -> list[str]:
    """The processes that run as the superuser, or with his group."""
    return [_said(each) for each in _processes(found) if "0" in (*each["Uid"].split(), *each["Gid"].split())]


def capable(found: Inside) -> list[str]:
    """The processes that have a capability, or that could gain one."""
    return [_said(each) for each in _processes(found) if any(_capabilities(each)) or each["NoNewPrivs"] != "1"]


def _processes(found: Inside) -> list[dict[str, str]]:
    return enough(found.processes, "processes in the container")


def _capabilities(process: Mapping[str, str]) -> Iterator[int]:
    return (int(process[kind], 16) for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"))


def _said(process: Mapping[str, str]) -> str:
    shown = ("Uid", "Gid", "CapEff", "CapBnd", "NoNewPrivs")
    return f"{process['Name']} ({', '.join(f'{name} {process[name]}' for name in shown)})"


def _script() -> str:
    return Path(inside.__file__).read_text(encoding="utf-8")
