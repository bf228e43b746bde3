"""Mistakes in how CAIO is packed into a container and run as one (CAIO-DEPLOY-01 to 05, and 07)."""

from __future__ import annotations

from typing import Any

from tests.defects.caio.defect import defect, edit
from tests.defects.documents import in_yaml, swap
from tests.defects.patching import wrap

DOCKERFILE, COMPOSE = "Dockerfile", "compose.yaml"
HTTP = ("http",)


def _caio(text: str, **changes: Any) -> str:
    """The compose file with other fields of its service caio; None takes one out."""

    def alter(content: Any) -> None:
        service = content["services"]["caio"]
        for name, value in changes.items():
            if value is None:
                service.pop(name)
            else:
                service[name] = value

    return in_yaml(text, alter)


@edit(DOCKERFILE, "CAIO-DEPLOY-01", "A source file is left out of the image", sample="sources", interfaces=HTTP)
def source_left_out(text: str) -> str:
    return swap(text, "\nFROM ${BASE_IMAGE}\n", "\nRUN rm /opt/caio/caio/replay.py\n\nFROM ${BASE_IMAGE}\n")


@edit(DOCKERFILE, "CAIO-DEPLOY-01", "The image says another version than it holds", sample="sources", interfaces=HTTP)
def image_of_another_version(text: str) -> str:
    return swap(text, "ARG VERSION=1.0.0", "ARG VERSION=0.9.9")


@edit(DOCKERFILE, "CAIO-DEPLOY-01", "The installer goes into the image as well", sample="nothing", interfaces=HTTP)
def installer_in_the_image(text: str) -> str:
    return swap(text, "-r /wheelhouse/requirements.txt", "-r /wheelhouse/requirements.txt pip")


@edit(DOCKERFILE, "CAIO-DEPLOY-02", "The engine asks where nobody answers", sample="environment", interfaces=HTTP)
def health_asked_in_vain(text: str) -> str:
    return swap(text, "/opt/caio/caio/healthcheck.py", "/opt/caio/healthcheck.py")


@defect("CAIO-DEPLOY-02", "Production starts without its secret key", interfaces=HTTP, sample="missing")
def container_without_secret() -> None:
    @wrap("caio.config:check_production")
    def broken(original: Any, found: Any) -> None:
        return None


@edit(COMPOSE, "CAIO-DEPLOY-02", "The secret key was left in the compose file once", sample="file", interfaces=HTTP)
def secret_left_in_compose_file(text: str) -> str:
    def alter(content: Any) -> None:
        content["services"]["caio"]["environment"]["KEY_OF_LAST_WEEK"] = "for-acceptance-tests-only-8b1f0c6e"

    return in_yaml(text, alter)


@edit(DOCKERFILE, "CAIO-DEPLOY-03", "The engine's health check is always content", sample="hears", interfaces=HTTP)
def health_check_always_content(text: str) -> str:
    return swap(text, '["python3", "-I", "-S", "/opt/caio/caio/healthcheck.py"]', '["true"]')


@edit(COMPOSE, "CAIO-DEPLOY-03", "The port is published for the whole network", sample="own machine", interfaces=HTTP)
def published_for_all(text: str) -> str:
    return _caio(text, ports=["8080:8080"])


@defect("CAIO-DEPLOY-03", "It says that it is running, never that it is healthy", interfaces=HTTP, sample="outside")
def never_says_healthy() -> None:
    @wrap("caio.api.operations:asdict")
    def broken(original: Any, report: Any) -> Any:
        return {**original(report), "status": "running"}


@defect("CAIO-DEPLOY-04", "The signal to stop is not heard", interfaces=HTTP, sample="nothing to do")
def stop_not_heard() -> None:
    @wrap("uvicorn:Server.handle_exit")
    def broken(original: Any, self: Any, number: int, frame: Any) -> None:
        return None


@defect("CAIO-DEPLOY-04", "Requests in flight are dropped when it stops", interfaces=HTTP, sample="A user waits")
def requests_in_flight_dropped() -> None:
    @wrap("uvicorn:Server.handle_exit")
    def broken(original: Any, self: Any, number: int, frame: Any) -> None:
        import os

        os._exit(0)


@edit(COMPOSE, "CAIO-DEPLOY-04", "The grace period is too short for a request", sample="A user waits", interfaces=HTTP)
def grace_too_short(text: str) -> str:
    return _caio(text, stop_grace_period="1s")


@edit(COMPOSE, "CAIO-DEPLOY-05", "It runs as the superuser", sample="nobody special", interfaces=HTTP)
def runs_as_root(text: str) -> str:
    return _caio(text, user="0:0")


@edit(COMPOSE, "CAIO-DEPLOY-05", "Its file system can be written", sample="nothing else", interfaces=HTTP)
def file_system_writable(text: str) -> str:
    return _caio(text, read_only=False, user="0:0")


@edit(COMPOSE, "CAIO-DEPLOY-05", "It keeps the engine's usual capabilities", sample="nobody special", interfaces=HTTP)
def capabilities_kept(text: str) -> str:
    return _caio(text, cap_drop=None)


@edit(COMPOSE, "CAIO-DEPLOY-05", "Its processes may gain privileges", sample="nobody special", interfaces=HTTP)
def privileges_gained(text: str) -> str:
    return _caio(text, security_opt=None)


@edit(COMPOSE, "CAIO-DEPLOY-07", "It may use all the memory there is", sample="memory", interfaces=HTTP)
def memory_without_limit(text: str) -> str:
    return _caio(text, mem_limit=None)


@edit(COMPOSE, "CAIO-DEPLOY-07", "It may use every processor", sample="never rest", interfaces=HTTP)
def processors_without_limit(text: str) -> str:
    return _caio(text, cpus=None)
