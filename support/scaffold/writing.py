"""Writes the definition, criteria and first features of a new system, and never over anything that is there."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import Any

import jinja2

from support.base import systems
from support.base.outcomes import UsageError
from support.scaffold import api, openapi
from support.scaffold.api import Api

TEMPLATES = Path(__file__).parent / "templates"
NAME = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
LONGEST = 40
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
RESERVED = ("all",)
"""What ``SYSTEM=`` takes for every system."""
USUAL = {"health": "/health", "ready": "/ready", "metrics": "/metrics"}
"""The probes that the first features read, and where they usually are."""
_UNKNOWN, _CUT = "a caller with an unknown token", "a caller with all but the last letter of a token"
CRITERIA = (
    ("answers", "ANSWER-01", "A user gets an answer to every request that is allowed."),
    ("health", "HEALTH-01", "Whoever watches it is told that it is well and ready."),
    ("auth", "AUTH-01", "Whoever shows no known token is refused."),
    ("cors", "CORS-01", "Web pages of listed origins alone may call the API."),
    ("limits", "LIMIT-01", "A caller over its limit is told to wait and for how long, and nobody else is."),
    ("limits", "LIMIT-02", "A request that is too large is refused."),
    ("metrics", "METRICS-01", "Requests and their durations are counted as callers saw them."),
    ("errors", "ERRORS-01", "Whoever makes a mistake is told which kind of mistake it was."),
    ("load", "LOAD-01", "Many users are answered, each in time."),
)
"""Feature and area, the end of the id, and the statement of each first criterion."""


def new(name: str, folder: Path, source: str | None = None) -> list[Path]:
    """Write the first files of a system below a folder, by an OpenAPI document if there is one; the files written.

    Raises UsageError for a name that cannot be used, for what is there already, and for a document of no use; then
    nothing has been written.
    """
    _check(name, [folder / "systems" / name, folder / "features" / name])
    known = api.described(openapi.load(source), name) if source else api.assumed(name)
    files = texts(name, known, has_document=bool(source))
    _try(files, name, known)
    return _written(files, folder)


def gateway(name: str, folder: Path) -> list[Path]:
    """Write the definition of a gateway, which the suite's own features judge; the files written.

    Raises UsageError for a name that cannot be used, and for what is there already; then nothing has been written.
    """
    _check(name, [folder / "systems" / name])
    given = {"name": name, "says": _says(name), "variable": _variable(name)}
    text = _templates().get_template("gateway.yaml.j2").render(given)
    return _written({f"systems/{name}/system.yaml": text}, folder)


def _says(name: str) -> str:
    return re.sub(r"[-_]", " ", name).title()


def _variable(name: str) -> str:
    return name.upper().replace("-", "_")


def _check(name: str, places: list[Path]) -> None:
    """Raises UsageError for a name that cannot be used, and for what is there already."""
    if not NAME.fullmatch(name) or len(name) > LONGEST or name in RESERVED:
        raise UsageError(
            f"{name!r} cannot be a system's name: use small letters, digits and single hyphens, beginning with a "
            f"letter, {LONGEST} at most, and not {RESERVED[0]!r}"
        )
    for place in places:
        if place.exists() or place.is_symlink():
            raise UsageError(f"{place} is there already, and nothing is written over it: take another name")


def texts(name: str, known: Api, *, has_document: bool) -> dict[str, str]:
    """The files of a new system: path below the folder → text."""
    listed = [
        {"id": number, "area": area, "says": says}
        for area, number, says in CRITERIA
        if not (area == "auth" and not known.secured) and not (number == "LIMIT-02" and known.main.body is None)
    ]
    asked = [each for each in known.requests if each.secured]
    given = {
        "api": known,
        "name": name,
        "says": _says(name),
        "callers": [(_UNKNOWN, each.name) for each in asked] + [(_CUT, each.name) for each in asked[:1]],
        "prefix": name.upper().replace("_", "-"),
        "variable": _variable(name),
        "width": f"%-{max(len(each.name) for each in known.requests)}s",
        "criteria": listed,
        "probes": {**USUAL, **known.probes},
        "has_document": has_document,
    }
    features = dict.fromkeys(str(each["area"]) for each in listed)
    files = {
        f"systems/{name}/system.yaml": "system.yaml",
        f"features/{name}/criteria.yaml": "criteria.yaml",
        **{f"features/{name}/{feature}.feature": f"{feature}.feature" for feature in features},
    }
    templates = _templates()
    return {path: templates.get_template(f"{template}.j2").render(given) for path, template in files.items()}


def _try(files: dict[str, str], name: str, known: Api) -> None:
    """Raises UsageError if the suite would refuse the definition: then the document has what none can hold."""
    with tempfile.TemporaryDirectory() as place:
        _written(files, Path(place))
        try:
            systems.load(Path(place) / "systems" / name / "system.yaml")
        except UsageError as error:
            why = str(error).splitlines()[0].rpartition("system.yaml:")[2]
            raise UsageError(f"no definition can be made of the document on {known.title}: line {why}") from error


def _written(files: dict[str, str], folder: Path) -> list[Path]:
    written = []
    try:
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
            written.append(path)
    except (PermissionError, FileExistsError, NotADirectoryError) as error:
        raise UsageError(f"{error.filename} cannot be written: {error.strerror}") from error
    return written


def _templates() -> jinja2.Environment:
    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.filters["yaml"] = _as_yaml
    return found


def _as_yaml(value: Any) -> str:
    """A value on one line, as YAML reads it: JSON with what YAML takes for no letter escaped."""
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))
