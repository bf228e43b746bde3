"""Measures containers: images built from nothing and again, their size, the start of one, and all scenarios in them."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.figures import Figure, Target, unmeasured
from bench.processes import follow
from support.base import systems
from support.base.outcomes import Broken, NotVerified
from support.base.settings import ROOT, Settings
from support.deployments import ContainerDeployment
from support.deployments.containers import base_image, engine, images, wheelhouse
from support.deployments.containers.deployment import build_of
from support.deployments.containers.engine import Engine
from support.deployments.containers.host import ContainerHost
from support.deployments.containers.images import Build, Images

TIMES = 5
PATIENCE = 900.0
"""Seconds after which a run is given up."""
HEALTHY_WITHIN = 30.0

MEGABYTE = 1e6
COLD, WARM, SIZE, HEALTHY = Target(90.0), Target(5.0), Target(220.0), Target(3.0)
SCENARIOS, MEMORY = Target(240.0), Target(300.0)

Say = Callable[[str], None]


def measure(say: Say) -> list[Figure]:
    """All figures of containers; ``say`` is told what is being measured."""
    if reason := engine.why_not():
        return [unmeasured("containers", "", None, reason)]
    settings = Settings()
    host = ContainerHost(settings)
    entry = systems.find("caio").deployments.container
    if entry is None:
        return [unmeasured("containers", "", None, "CAIO's definition has no container")]
    build = build_of(systems.find("caio").here / entry.compose, entry.service)
    try:
        say("an image from nothing, base included")
        figures = [_cold(host.engine, build)]
        say(f"an image again, {TIMES} times")
        figures += _warm(host.images, build)
        say(f"a container from its start until healthy, {TIMES} times")
        figures += _started(host, settings)
    finally:
        host.close()
    say("all scenarios that need containers")
    return [*figures, *_scenarios()]


def _cold(of: Engine, build: Build) -> Figure:
    """Everything is made anew, under names of its own that are removed again."""
    what, base, tag = "CAIO's image from nothing", "signoff-bench-base:once", "signoff-bench:once"
    if reason := base_image.why_not_here():
        return unmeasured(what, "s", COLD, reason)
    began = time.monotonic()
    try:
        base_image.make(of, base)
        with tempfile.TemporaryDirectory(prefix="signoff-bench-") as cache, tempfile.TemporaryFile() as context:
            wheels = wheelhouse.wheels(build.requirements, "3.11", Path(cache))
            images.write_context(build, wheels, context)
            context.seek(0)
            of.build(context, tag, {"BASE_IMAGE": base}, {})
    except (Broken, NotVerified) as error:
        return unmeasured(what, "s", COLD, str(error))
    finally:
        of.remove_image(tag)
        of.remove_image(base)
    note = (
        "once: the base by debootstrap, the wheels from their index, the image on that new base, where no cache holds"
    )
    return Figure(what, "s", (time.monotonic() - began,), COLD, note)


def _warm(of: Images, build: Build) -> list[Figure]:
    size = of.of(build).size / MEGABYTE
    again = tuple(_timed(lambda: of.of(build)) for _ in range(TIMES))
    anew = tuple(_timed(lambda: of.build(build)) for _ in range(TIMES))
    return [
        Figure("… again, nothing changed", "s", again, WARM, f"{TIMES} times; found by the digest of all that goes in"),
        Figure("… again, built by the engine", "s", anew, WARM, f"{TIMES} times, as the scenario does, with its cache"),
        Figure("CAIO's image, size", "MB", (size,), SIZE, "base included"),
    ]


def _started(host: ContainerHost, settings: Settings) -> list[Figure]:
    ready, healthy = [], []
    for _ in range(TIMES):
        with tempfile.TemporaryDirectory(prefix="signoff-bench-") as scratch:
            deployment = ContainerDeployment(systems.find("caio"), {}, settings, Path(scratch), host)
            try:
                began = time.monotonic()
                deployment.start()
                ready.append(time.monotonic() - began)
                while deployment.state.health != "healthy" and time.monotonic() - began < HEALTHY_WITHIN:
                    time.sleep(0.05)
                healthy.append(time.monotonic() - began)
            finally:
                deployment.close()
    return [
        Figure(
            "a container, made and started until ready", "s", tuple(ready), None, "its readiness asked from outside"
        ),
        Figure("… until the engine finds it healthy", "s", tuple(healthy), HEALTHY, "asked from inside every 2 s"),
    ]


def _scenarios() -> list[Figure]:
    what = "scenarios that need containers, together"
    with tempfile.TemporaryDirectory(prefix="signoff-bench-") as folder:
        command = [sys.executable, "-m", "support.cli", "accept", "--tags", "@needs.containers"]
        command += ["--reports", str(Path(folder) / "reports")]
        (Path(folder) / "reports").mkdir()
        try:
            done = follow(command, ROOT, Path(folder) / "console.txt", PATIENCE)
        except TimeoutError as error:
            return [unmeasured(what, "s", SCENARIOS, str(error))]
    accepted = "all met" if done.status == 0 else f"exit status {done.status}, see signoff accept"
    note = "the suite and its behave processes, resident; without containers and report generator"
    return [
        Figure(what, "s", (done.seconds,), SCENARIOS, f"one run of 2 processes, reports included; {accepted}"),
        Figure("memory of the suite in that run, peak", "MB", (done.peaks.suite / MEGABYTE,), MEMORY, note),
    ]


def _timed(action: Callable[[], object]) -> float:
    began = time.monotonic()
    action()
    return time.monotonic() - began
