"""The Docker SDK, and what its errors mean; the one module that imports it.

It is loaded when an engine is asked for something first: it takes longer to load than all else that a run without
containers needs, and 20 MB.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from support.base.outcomes import Broken
from support.deployments.containers.spec import ContainerSpec, HealthCheck

LOOPBACK = "127.0.0.1"
_NANO = 1_000_000_000


class EngineTrouble(Broken):
    """The container engine did not do what it was asked for; says what and why."""


class Gone(EngineTrouble):
    """What was asked about is not there any more."""


def client(timeout: float) -> Any:
    """A client of the engine that DOCKER_HOST, or else the usual socket, leads to; each call may take ``timeout``."""
    import docker

    return docker.from_env(timeout=timeout)


@contextmanager
def calling(what: str) -> Iterator[None]:
    """Turn the SDK's errors into Gone and EngineTrouble, which say what was tried."""
    import docker.errors
    import requests

    try:
        yield
    except docker.errors.NotFound as error:
        raise Gone(f"{what}: {plain(error)}") from error
    except (docker.errors.DockerException, requests.RequestException, OSError) as error:
        raise EngineTrouble(f"{what}: {plain(error)}") from error


def plain(error: BaseException) -> str:
    """What an error of the SDK says, in one line and without the layers around it."""
    told = str(getattr(error, "explanation", None) or error)
    inner = error
    while isinstance(cause := inner.__cause__ or inner.__context__, BaseException):
        inner = cause
    if isinstance(inner, OSError) and inner.strerror:
        told = inner.strerror.lower()
    return " ".join(told.split())


def creation(name: str, spec: ContainerSpec, marks: dict[str, str]) -> dict[str, Any]:
    """The arguments by which the SDK makes the container of a specification. Ports are published on loopback only."""
    import docker.types

    shared = spec.network is not None and spec.network.startswith("container:")
    arguments: dict[str, Any] = {
        "image": spec.image,
        "command": spec.command,
        "entrypoint": spec.entrypoint,
        "name": name,
        "detach": True,
        "environment": spec.environment,
        "user": spec.user,
        "read_only": spec.read_only,
        "init": spec.init or None,
        "cap_drop": spec.cap_drop,
        "cap_add": spec.cap_add,
        "security_opt": spec.security_opt,
        "tmpfs": spec.tmpfs,
        "mounts": [
            docker.types.Mount(each.target, str(each.source), type="bind", read_only=each.read_only)
            for each in spec.mounts
        ],
        "ports": {f"{inside}/tcp": (LOOPBACK, outside) for inside, outside in spec.ports.items()},
        "mem_limit": spec.memory,
        "memswap_limit": spec.memory,
        "nano_cpus": None if spec.cpus is None else int(spec.cpus * _NANO),
        "pids_limit": spec.pids,
        "healthcheck": _health(spec.health),
        "stop_signal": spec.stop_signal,
        "working_dir": spec.working_dir,
        "labels": {**spec.labels, **marks},
        "log_config": docker.types.LogConfig(type="json-file"),
    }
    if shared:
        arguments["network_mode"] = spec.network
    elif spec.network is not None:
        arguments["network"] = spec.network
        arguments["networking_config"] = {
            spec.network: docker.types.EndpointConfig("1.41", aliases=spec.aliases or None)
        }
    return {key: value for key, value in arguments.items() if value not in (None, [], {})}


def _health(check: HealthCheck | None) -> Any:
    if check is None:
        return None
    import docker.types

    return docker.types.Healthcheck(
        test=check.test,
        interval=int(check.interval * _NANO),
        timeout=int(check.timeout * _NANO),
        retries=check.retries,
        start_period=int(check.start_period * _NANO),
    )
