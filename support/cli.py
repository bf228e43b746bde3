"""The `signoff` command: accept a system, rebuild the report, list systems and vocabulary, check the suite itself.

What runs scenarios, and behave with it, is loaded by the commands that need it: the others start in half the time and
with a quarter less memory.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from support.acceptance import comment, run_record
from support.base import addresses, streams, systems
from support.base import settings as suite_settings
from support.base.outcomes import Broken, NotVerified, UsageError
from support.history.command import app as history_app
from support.load.command import app as load_app
from support.signing import sheet
from support.signing.command import app as signing_app

USAGE = 2
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
DEFAULT_SYSTEM = "caio"

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
app.add_typer(history_app)
app.add_typer(load_app)
app.add_typer(signing_app)
console = Console(force_terminal=sys.stdout is not None and sys.stdout.isatty())  # whatever FORCE_COLOR says

Reports = Annotated[Path | None, typer.Option(help="Folder that results and reports are written to.")]
Strict = Annotated[bool, typer.Option("--strict", help="Reservations fail the run too.")]
AllowPlanned = Annotated[
    bool, typer.Option("--allow-planned", help="Under --strict, criteria marked `planned: true` may stay open.")
]
AllowPartial = Annotated[
    bool, typer.Option("--allow-partial", help="Under --strict, criteria that were not asked for may stay open.")
]


@app.command("accept")
def accept_command(
    features: Annotated[list[str] | None, typer.Argument(help="Feature files or file:line; default: all.")] = None,
    system: Annotated[
        str | None, typer.Option(help="Which system, by its folder in systems/; default: that of the features.")
    ] = None,
    deployment: Annotated[
        Literal["process", "container", "remote"] | None, typer.Option(help="How the system is run.")
    ] = None,
    url: Annotated[str | None, typer.Option(help="Where a system that already runs answers.")] = None,
    definition: Annotated[Path | None, typer.Option(help="Another system.yaml, for your own deployment.")] = None,
    interface: Annotated[Literal["http", "python"] | None, typer.Option(help="Default: all it offers.")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="How many processes work side by side; with --url, one.")] = 2,
    tags: Annotated[list[str] | None, typer.Option(help="A tag expression; several must all hold.")] = None,
    load_workers: Annotated[
        str | None, typer.Option(help="HOST,… on which `signoff load-worker` runs, to send loads from there.")
    ] = None,
    strict: Strict = False,
    allow_planned: AllowPlanned = False,
    allow_partial: AllowPartial = False,
    reports: Reports = None,
    define: Annotated[list[str] | None, typer.Option("-D", help="A setting, name=value, as for behave.")] = None,
) -> None:
    """Run a system's scenarios and judge it. Exit status 0: accepted, with or without reservations."""
    from support.run.accept import Order, accept
    from support.run.conclude import Strictness
    from support.run.selection import system_of

    given = {"deployment": deployment, "url": url, "definition": _absolute(definition), "reports": _absolute(reports)}
    options = {name: str(value) for name, value in given.items() if value is not None}
    overrides = (*(define or ()), *([f"load.workers={load_workers}"] if load_workers else ()))
    paths = tuple(os.path.relpath(path, suite_settings.ROOT) for path in features or ())
    os.chdir(suite_settings.ROOT)  # behave finds steps, and names scenarios, from where it works
    configured = suite_settings.from_userdata({**_defined(overrides), **options}, systems.names())
    defined = systems.load(configured.definition) if configured.definition else None
    name = system_of(paths, system, defined.name if defined else None, suite_settings.ROOT, DEFAULT_SYSTEM)
    configured = configured.for_system(name)
    configured = configured.model_copy(update={"reports": configured.reports.resolve()})
    if configured.deployment == "remote" and configured.url is None:
        raise UsageError("a remote deployment needs --url, the address where the system answers")
    about = systems.load(configured.definition) if configured.definition else systems.find(name)
    order = Order(
        system=about,
        settings=configured,
        interfaces=_interfaces(about, configured, interface),
        jobs=1 if configured.deployment == "remote" else jobs,  # scenarios share its one registry
        tags=tuple(tags or ()),
        paths=paths,
        strictness=Strictness(strict, allow_planned, allow_partial),
        overrides=overrides,
    )
    raise typer.Exit(accept(order, console))


def _absolute(path: Path | None) -> Path | None:
    return path.resolve() if path is not None else None


def _defined(overrides: tuple[str, ...]) -> dict[str, str]:
    pairs = [define.partition("=") for define in overrides]
    for name, equals, _ in pairs:
        if not equals:
            raise UsageError(f"-D {name} has no value; write -D {name}=value")
    return {name: value for name, _, value in pairs}


def _interfaces(about: systems.System, configured: suite_settings.Settings, asked: str | None) -> tuple[str, ...]:
    asked = asked or (configured.interface if "interface" in configured.model_fields_set else None)
    if asked is None:
        return about.offered(configured.deployment)
    if trouble := about.unreachable(asked, configured.deployment):
        raise UsageError(trouble)
    return (asked,)


@app.command("report")
def report_command(
    strict: Strict = False,
    allow_planned: AllowPlanned = False,
    allow_partial: AllowPartial = False,
    reports: Reports = None,
) -> None:
    """Rebuild the acceptance page and the Allure report from the results of the last run."""
    from support.run.conclude import Strictness, conclude

    folder = (reports or suite_settings.from_userdata({}, []).reports).resolve()
    sheet.keep_signed(folder)
    conclusion = conclude(run_record.load(folder), folder, Strictness(strict, allow_planned, allow_partial))
    console.print(conclusion.says, highlight=False, markup=False, soft_wrap=True)
    raise typer.Exit(conclusion.status)


@app.command("summary")
def summary_command(
    reports: Reports = None,
    published: Annotated[str | None, typer.Option(help="Address under which the reports can be read.")] = None,
) -> None:
    """Print the last run's verdict in Markdown, as a comment for a pull request."""
    folder = (reports or suite_settings.from_userdata({}, []).reports).resolve()
    typer.echo(comment.markdown(comment.read(folder), folder, published))


@app.command("systems")
def systems_command() -> None:
    """List the systems that can be accepted, and what each offers."""
    from support.run.conclude import criteria_of

    found, unreadable = systems.readable()
    for about in found:
        listed = criteria_of(about.name).criteria
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
    folder: Annotated[Path | None, typer.Option("--in", help="Where to write; default: this checkout.")] = None,
) -> None:
    """Write a system's first definition, criteria and features, for you to complete; nothing is written over."""
    from support.scaffold import writing

    for path in writing.new(name, folder or suite_settings.ROOT, openapi):
        _say(f"wrote {path}")
    where = "" if folder is None else ", put both folders into a checkout of this suite"
    _say(f"Complete system.yaml{where}, and try it: signoff accept --system {name} --url https://where.it.runs")


@app.command("vocabulary")
def vocabulary_command(
    subject: Annotated[str | None, typer.Option(help="One subject only, by its file in steps/.")] = None,
) -> None:
    """List every sentence that scenarios can use, with its meaning, by subject."""
    from support.requirements import sentences

    vocabulary = sentences.load(suite_settings.ROOT / "steps")
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
    system: Annotated[str, typer.Option(help="Which system, by its folder in systems/.")] = DEFAULT_SYSTEM,
    tag: Annotated[str | None, typer.Option(help="Another version than the compose file names.")] = None,
    base: Annotated[str | None, typer.Option(help="Another base image than Python's.")] = None,
) -> None:
    """Build the images of a system's compose file, so that it can be run by hand."""
    from support.deployments.containers import by_hand

    configured = suite_settings.Settings(base_image=base)
    try:
        for image in by_hand.images(systems.find(system), configured, tag, _say):
            _say(f"{image.name}  {image.size / 1e6:.0f} MB, as {image.digest_name}\n  base: {image.base}")
    except (NotVerified, Broken) as error:
        raise UsageError(str(error)) from error


@app.command("lint")
def lint_command() -> None:
    """Check features, steps and criteria against the suite's own rules."""
    from support import lint

    findings = lint.check(suite_settings.ROOT)
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
