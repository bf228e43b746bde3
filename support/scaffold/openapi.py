"""Reads an OpenAPI 3 document, from a file or an address, strictly enough to say in one sentence what is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from support.base import addresses
from support.base.outcomes import UsageError
from support.http import HttpClient

LARGEST = 10_000_000
"""Bytes of the largest document that is read."""
PATIENCE = 30.0
"""Seconds within which an address must have answered."""

Document = dict[str, Any]


def load(source: str) -> Document:
    """The document at a path or an http(s) address. Raises UsageError for what is no OpenAPI 3 document with paths."""
    is_address = source.startswith(("http://", "https://"))
    told = _public(source) if is_address else source
    text = _fetched(source, told) if is_address else _read(Path(source))
    if len(text) > LARGEST:
        raise UsageError(f"{told} has more than {LARGEST:,} bytes, more than an API description needs")
    return _checked(_parsed(text, told), told)


def _public(url: str) -> str:
    """An address without credentials, as messages show it."""
    try:
        urlsplit(url)
    except ValueError as error:
        raise UsageError(f"{addresses.shown(url)} is no address: {error}") from error
    return addresses.public(url)


def _fetched(url: str, told: str) -> bytes:
    parts = urlsplit(url)
    client = HttpClient(f"{parts.scheme}://{parts.netloc}", lambda exchange: None, PATIENCE)
    try:
        answer = client.get((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
    finally:
        client.close()
    if not answer.ok:
        raise UsageError(f"{told} gave no document: {answer.error or f'its answer has the status {answer.status}'}")
    return answer.body


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error


def _parsed(text: bytes, told: str) -> Any:
    try:
        decoded = text.decode("utf-8-sig")
        try:
            return json.loads(decoded)
        except ValueError:
            return yaml.load(decoded, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        first = " ".join(str(error).split())[:200]
        raise UsageError(f"{told} is neither JSON nor YAML: {first}") from error


def _checked(document: Any, told: str) -> Document:
    if not isinstance(document, dict):
        kind = "empty" if document in (None, "") else f"a {type(document).__name__}"
        raise UsageError(f"{told} is {kind}, and no OpenAPI document")
    version = document.get("openapi")
    if not str(version).startswith("3."):
        seen = f"openapi: {version}" if version is not None else "no field openapi"
        raise UsageError(f"{told} has {seen}: an OpenAPI document of version 3 is needed")
    paths = document.get("paths")
    if not isinstance(paths, dict) or not any(isinstance(item, dict) and item for item in paths.values()):
        raise UsageError(f"{told} describes no paths, so there is nothing to accept in it")
    return document
