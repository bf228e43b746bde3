"""Validation of Kubernetes objects: those of Kubernetes by its own schemas, custom resources by bundled ones, strictly.

The bundled schemas hold what the public custom resource definitions of KEDA, Karpenter, Argo CD and the Prometheus
operator say of the fields that charts use; a field that they do not know is a mistake, as it is for the API server
under strict validation.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from support.base.outcomes import NotVerified
from support.checks.basis import enough
from support.domains.sidecar.platform.files import Document, title

KUBERNETES = "1.34"
"""The version of Kubernetes whose schemas count."""
BUNDLED = Path(__file__).resolve().parent / "schemas"
SHOWN = 300


def invalid(objects: Iterable[Document]) -> list[str]:
    """What is wrong with each object by its schema, in words; an object whose kind has no schema is wrong."""
    return [f"{title(each)}: {why}" for each in enough(list(objects), "objects") for why in _mistakes(each)]


def _mistakes(each: Document) -> Iterator[str]:
    kind = f"{each.get('apiVersion')}/{each.get('kind')}"
    if not each.get("apiVersion") or not each.get("kind"):
        yield "it has no apiVersion or no kind"
    elif kind in bundled():
        for error in bundled()[kind].iter_errors(each):
            yield f"{'.'.join(map(str, error.instance_path)) or 'the object'}: {error.message[:SHOWN]}"
    elif _is_custom(each):
        yield f"there is no schema for {kind}; there are: {', '.join(sorted(bundled()))}"
    else:
        yield from _by_kubernetes(each)


def _is_custom(each: Document) -> bool:
    """Whether the object's group is none of Kubernetes' own: they have no dot, or end in k8s.io."""
    group = str(each.get("apiVersion", "")).rpartition("/")[0]
    return "." in group and not group.endswith(".k8s.io")


@cache
def bundled() -> dict[str, Any]:
    """The validators of custom resources, by ``apiVersion/kind``."""
    read = {path: json.loads(path.read_text(encoding="utf-8")) for path in sorted(BUNDLED.glob("*.json"))}
    return {schema["title"]: jsonschema_rs.validator_for(schema) for schema in read.values()}


def _by_kubernetes(each: Document) -> Iterator[str]:
    try:
        import kubernetes_validate
    except ImportError as error:
        raise NotVerified(f"Kubernetes' schemas are absent: {error}; install kubernetes-validate") from error
    try:
        kubernetes_validate.validate(each, KUBERNETES, strict=True)
    except kubernetes_validate.ValidationError as error:
        yield f"{'.'.join(map(str, error.path)) or 'the object'}: {str(error.message)[:SHOWN]}"
    except (kubernetes_validate.SchemaNotFoundError, kubernetes_validate.InvalidSchemaError) as error:
        yield f"Kubernetes {KUBERNETES} knows no such kind: {str(error)[:SHOWN]}"
