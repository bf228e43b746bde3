"""From text to a contract, or to a refusal that names field, line and what was expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path as File
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import ValidationError

from caio.contracts.model import ServiceContract
from caio.contracts.source import Path, Source, read_json, read_yaml, refuse, spell
from caio.errors import FieldError, InvalidContract

_EXPECTED = {
    "string_type": "expected a string",
    "float_type": "expected a number",
    "int_type": "expected a whole number",
    "bool_type": "expected true or false",
    "model_type": "expected a mapping",
    "dict_type": "expected a mapping",
    "tuple_type": "expected a list",
    "finite_number": "expected a finite number",
    "greater_than_equal": "expected at least {ge:g}",
    "less_than_equal": "expected at most {le:g}",
    "greater_than": "expected more than {gt:g}",
    "literal_error": "expected {expected}",
    "string_pattern_mismatch": "expected text that matches {pattern}",
    "string_too_short": "expected at least {min_length} character(s)",
    "string_too_long": "expected at most {max_length} characters",
    "too_short": "expected at least {min_length} item(s)",
    "too_long": "expected at most {max_length} items",
}


def parse_contract(
    source: str | bytes | File | Mapping[str, Any], form: Literal["yaml", "json"] = "yaml"
) -> ServiceContract:
    """A contract from text, a file's path or plain data; raises InvalidContract with every fault found."""
    if not isinstance(source, (str, bytes, File)):
        return _validate(Source(dict(source) if isinstance(source, Mapping) else source))
    text = _text(source)
    return _validate(read_json(text) if form == "json" else read_yaml(text))


def _text(source: str | bytes | File) -> str:
    if isinstance(source, str):
        # One line that ends like a file's name cannot be a contract.
        if "\n" in source or not source.endswith((".yaml", ".yml", ".json")):
            return source
        source = File(source)
    try:
        raw = source.read_bytes() if isinstance(source, File) else source
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise refuse((), f"cannot be read: {error.strerror} ({source!s})", None) from error
    except UnicodeDecodeError as error:
        raise refuse((), f"is not UTF-8 (byte {error.start})", None) from error


def _validate(source: Source) -> ServiceContract:
    if not isinstance(source.data, dict):
        raise refuse((), f"expected a mapping, got {_shown(source.data)}", source.line(()))
    try:
        contract = ServiceContract.model_validate(source.data)
    except ValidationError as error:
        faults = [_fault(detail["type"], detail, source) for detail in error.errors(include_url=False) if _real(detail)]
        raise InvalidContract.at(*faults) from error
    check_consistency(contract, source)
    return contract


def _real(detail: Mapping[str, Any]) -> bool:
    """pydantic also calls a list too short when its items are at fault; the items' own errors say more."""
    return detail["type"] != "too_short" or bool(len(detail["input"]) < detail["ctx"]["min_length"])


def _fault(kind: str, detail: Mapping[str, Any], source: Source) -> FieldError:
    path: Path = detail["loc"]
    if kind == "missing":
        return FieldError(spell(path), "is missing: the field is required", source.line(path))
    if kind == "extra_forbidden":
        return FieldError(spell(path), "is not a field of a contract", source.line(path))
    template = _EXPECTED.get(kind)
    expected = template.format(**detail.get("ctx", {})) if template else str(detail["msg"])
    return FieldError(spell(path), f"{expected}, got {_shown(detail['input'])}", source.line(path))


def _shown(value: Any) -> str:
    if isinstance(value, (dict, list, tuple)):
        return "a mapping" if isinstance(value, dict) else f"a list of {len(value)}"
    words = {None: "nothing", True: "true", False: "false"}
    text = words[value] if value is None or isinstance(value, bool) else repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def check_consistency(contract: ServiceContract, source: Source | None = None) -> None:
    """What no single field can say: raises InvalidContract where fields contradict each other."""
    faults = list(_contradictions(contract))
    if faults:
        lines = source or Source(None)
        raise InvalidContract.at(*(FieldError(spell(path), text, lines.line(path)) for path, text in faults))


def _contradictions(contract: ServiceContract) -> Iterator[tuple[Path, str]]:
    offered: set[str] = set()
    for position, capability in enumerate(contract.capabilities):
        path: Path = ("capabilities", position)
        if capability.type in offered:
            yield (*path, "type"), f"{capability.type!r} is offered twice"
        offered.add(capability.type)
        accuracy = capability.accuracy
        if accuracy and accuracy.target is not None and accuracy.target < accuracy.min:
            yield (
                (*path, "accuracy", "target"),
                f"expected at least accuracy.min ({accuracy.min:g}), got {accuracy.target:g}",
            )
    yield from _api_contradictions(contract, offered)


def _api_contradictions(contract: ServiceContract, offered: set[str]) -> Iterator[tuple[Path, str]]:
    api = contract.api
    fault = _url_fault(api.base_url, api.protocol)
    if fault:
        yield ("api", "base_url"), fault
    for position, endpoint in enumerate(api.endpoints):
        if endpoint.capability is not None and endpoint.capability not in offered:
            yield (
                ("api", "endpoints", position, "capability"),
                f"expected an offered capability ({', '.join(sorted(offered))}), got {endpoint.capability!r}",
            )
    if api.locality == "internal" and contract.constraints.requires_internet:
        yield (
            ("api", "locality"),
            "expected external or hybrid, got 'internal': constraints.requires_internet is true",
        )


def _url_fault(url: str, protocol: str) -> str | None:
    try:
        parts = urlsplit(url)
        port_fits = parts.port is None or parts.port > 0
    except ValueError as error:
        return f"expected a URL, got {url!r}: {error}"
    if parts.scheme != protocol:
        return f"expected a URL that starts with {protocol}:// as api.protocol says, got {_shown(url)}"
    if not parts.hostname or not port_fits or any(character.isspace() for character in url):
        return f"expected a URL with a host, got {_shown(url)}"
    if parts.username is not None or parts.query or parts.fragment:
        return "expected a URL without credentials, query and fragment"
    return None
