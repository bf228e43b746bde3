"""The `signoff` command: accept a system, rebuild the report, list systems and vocabulary, check the suite itself.

What runs scenarios, and behave with it, is loaded by the commands that need it: the others start in half the time and
with a quarter less memory.
"""

from __future__ import annotations

import errno
import shlex
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from support.base import addresses, places, streams, systems
from support.base import settings as suite_settings
from support.base.outcomes import Broken, NotVerified, UsageError
from support.comparison.command import app as comparison_app
from support.history.command import app as history_app
from support.load.command import app as load_app
from support.run.command import Reports, console
from support.run.command import app as run_app
from support.sidecar_e2e.command import app as sidecar_e2e_app
from support.signing.command import app as signing_app
from support.upstreams.command import app as upstreams_app

USAGE = 2
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
app.add_typer(run_app)
app.add_typer(history_app)
app.add_typer(load_app)
app.add_typer(signing_app)
app.add_typer(upstreams_app)
app.add_typer(sidecar_e2e_app)
app.add_typer(comparison_app)


@app.callback()
def common(
    project: Annotated[
        Path | None,
        typer.Option(
            help="The repository whose systems, features, steps and reports are used; before or after a command."
        ),
    ] = None,
) -> None:
    """The option of all commands; ``support/__main__.py`` has taken it before anything of the suite was loaded."""
    if project is not None and project.resolve() != places.PROJECT:
        raise UsageError(f"--project cannot be given to a module of the suite: set {places.VARIABLE}={project}")
    if not places.PROJECT.is_dir():
        raise UsageError(f"the project {places.PROJECT} is no folder; name one with --project or {places.VARIABLE}")


@app.command("systems")
def systems_command() -> None:
    """List the systems that can be accepted, and what each offers."""
    from support.run.conclude import criteria_of

    found, unreadable = systems.readable()
    for about in found:
        listed = criteria_of(about.feature_folder).criteria
        _say(f"{about.name}: {about.title} {about.version}")
        _say(f"  interfaces    {', '.join(about.interfaces)}")
        _say(f"  deployments   {', '.join(name for name, given in about.deployments if given is not None)}")
        _say(f"  capabilities  {', '.join(sorted(about.capabilities))}")
        _say(f"  criteria      {len(listed)}, in {len({criterion.area for criterion in listed})} areas")
    for name, why in unreadable.items():
        _say(f"{name}: its definition cannot be read: {why}")


@app.command("new")
def new_command(
    name: Annotated[str, typer.Argument(help="Its folder in systems/ and features/, such as my-orchestrator.")],
    openapi: Annotated[str | None, typer.Option(help="Its OpenAPI 3 document: a file, or an http(s) address.")] = None,
    gateway: Annotated[bool, typer.Option("--gateway", help="A gateway that speaks the OpenAI API.")] = False,
    folder: Annotated[Path | None, typer.Option("--in", help="Where to write; default: the project.")] = None,
) -> None:
    """Write a system's first definition, criteria and features, for you to complete; nothing is written over.

    A gateway is judged by the suite's own features, and needs a definition alone.
    """
    from support.scaffold import writing

    if gateway and openapi:
        raise UsageError("--gateway and --openapi do not go together: features of gateways are there already")
    root = (folder or places.PROJECT).resolve()
    for path in writing.gateway(name, root) if gateway else writing.new(name, root, openapi):
        _say(f"wrote {path}")
    where = "" if root == places.SUITE else f" --project {shlex.quote(str(root))}"
    _say(f"Complete system.yaml, and try it: signoff accept{where} --system {name} --url https://where.it.runs")


@app.command("vocabulary")
def vocabulary_command(
    subject: Annotated[str | None, typer.Option(help="One subject only, by its file in steps/.")] = None,
) -> None:
    """List every sentence that scenarios can use, with its meaning, by subject."""
    from support.requirements import sentences

    vocabulary = sentences.load(*places.step_folders())
    groups = sentences.by_subject(vocabulary, subject)
    if not groups:
        known = ", ".join(sentences.by_subject(vocabulary)) or "none yet"
        raise UsageError(f"there is no subject {subject!r}; there are: {known}")
    for name, group in groups.items():
        _say(f"{name}\n{'-' * len(name)}")
        for sentence in group:
            _say(f"  {sentences.KEYWORDS[sentence.keyword]} {sentence.shown}\n      {sentence.meaning}")
        _say("")
    for kind, listed in sentences.words().items() if subject is None else ():
        _say(f"words: {kind}\n  {', '.join(listed)}\n")


@app.command("doctor")
def doctor_command(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False, reports: Reports = None
) -> None:
    """Tell what this machine offers, what is not verified without it, and how to get it. Exit status 0 in any case."""
    from support.doctor import checks

    found = checks.offers((reports or suite_settings.Settings().reports).resolve())
    typer.echo(checks.as_json(found) if as_json else "\n".join(offer.line for offer in found))


@app.command("image")
def image_command(
    system: Annotated[
        str | None, typer.Option(help="Which system, by its folder in systems/; default: the only one, or caio.")
    ] = None,
    tag: Annotated[str | None, typer.Option(help="Another version than the compose file names.")] = None,
    base: Annotated[str | None, typer.Option(help="Another base image than Python's.")] = None,
) -> None:
    """Build the images of a system's compose file, so that it can be run by hand."""
    from support.deployments.containers import by_hand

    configured = suite_settings.Settings(base_image=base)
    try:
        for image in by_hand.images(systems.find(system or systems.usual()), configured, tag, _say):
            _say(f"{image.name}  {image.size / 1e6:.0f} MB, as {image.digest_name}\n  base: {image.base}")
    except (NotVerified, Broken) as error:
        raise UsageError(str(error)) from error


@app.command("lint")
def lint_command() -> None:
    """Check features, steps and criteria against the suite's own rules."""
    from support import lint

    findings = lint.check(places.PROJECT)
    for finding in findings:
        _say(str(finding))
    if findings:
        _say(f"{len(findings)} findings")
        raise typer.Exit(1)
    _say("No findings")


def _say(text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)


def main(arguments: list[str] | None = None) -> None:
    """Run the command; trouble of the user's or the machine's own is told in one message, without a traceback."""
    # Also where a shell started us in the background with interruptions ignored, and for a polite request to end.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        app(args=arguments, prog_name="signoff")
    except UsageError as error:
        sys.exit(_trouble(str(error), USAGE))
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        sys.exit(_trouble(f"{error.filename or 'the disk'}: {error.strerror}; make room and run again", USAGE))


def _trouble(message: str, status: int) -> int:
    Console(stderr=True).print(f"signoff: {addresses.shown(message)}", highlight=False, markup=False, soft_wrap=True)
    return status


if __name__ == "__main__":
    streams.make_robust()
    main()
