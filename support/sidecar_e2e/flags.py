"""The flags of the source's runner, and what each becomes: a setting, a variable, a file of the definition, a note."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from support.base import systems, yaml_lines
from support.base.systems import System

SYSTEM = "sidecar"
SECONDS = 8.0
"""How long loads last at a scale of 1."""
STATED = {"concurrency": None, "attach_rate": 0.3, "token_mix": None}
"""Figures of a load that the scenarios state themselves; None where several scenarios state several."""
TOKENS = {"auth_token_write": ("USER", "WRITER"), "auth_token_read": ("READER", "ONLOOKER")}
"""Flag → the identities whose token it is, as their variables are called."""
VARIABLE = "SIDECAR_TEST_{}_TOKEN"
FILES = {"helm_chart": "helm_chart", "argocd_manifest": "argocd", "karpenter_file": "karpenter"}
"""Flag → the name of the file in the definition."""


@dataclass(frozen=True, slots=True)
class Flags:
    """The flags that were given; None for one that was not."""

    base_url: str | None = None
    metrics_gateway: str | None = None
    metrics_explainer: str | None = None
    auth_token_write: str | None = None
    auth_token_read: str | None = None
    tenant_a: str | None = None
    tenant_b: str | None = None
    status_json: Path | None = None
    audit_log: Path | None = None
    s3_check: str | None = None
    helm_chart: Path | None = None
    argocd_manifest: Path | None = None
    keda_template: Path | None = None
    karpenter_file: Path | None = None
    load_duration: float | None = None
    concurrency: int | None = None
    attach_rate: float | None = None
    token_mix: float | None = None
    chaos_control: Path | None = None
    definition: Path | None = None

    @property
    def remote(self) -> bool:
        """Whether a system is meant that already runs."""
        return self.base_url is not None


def set_tokens(flags: Flags) -> None:
    """Give tokens to the run by the variables that the definition reads: they stand on no command line of it."""
    for flag, identities in TOKENS.items():
        token = getattr(flags, flag)
        for identity in identities if token else ():
            os.environ[VARIABLE.format(identity)] = token


def overrides(flags: Flags) -> tuple[str, ...]:
    """The settings that flags become, as ``-D`` takes them."""
    if flags.load_duration is None:
        return ()
    return (f"load.scale={max(flags.load_duration / SECONDS, 0.1):g}",)


def notes(flags: Flags) -> Iterator[str]:
    """What flags do not change, so that nobody takes them for done."""
    for name, stated in STATED.items():
        given = getattr(flags, name)
        if given is not None and given != stated:
            yield f"--{name.replace('_', '-')} {given:g} is not used: the scenarios state their own"
    for name in ("status_json", "audit_log", "chaos_control"):
        if flags.remote and getattr(flags, name) is not None:
            yield f"--{name.replace('_', '-')} is only seen to be there: a remote deployment's files are not read"
    if flags.s3_check is not None:
        yield f"--s3-check {flags.s3_check} is not used: graphs are read by the API"
    for name in ("tenant_a", "tenant_b"):
        if getattr(flags, name) is not None:
            yield f"--{name.replace('_', '-')} is not used: tenants are those of the tokens"
    if flags.metrics_gateway is not None and not flags.remote:
        yield "--metrics-gateway is not used without --base-url: the processes that are started have their own"


def base(flags: Flags) -> System:
    """The definition that the run starts from."""
    return systems.load(flags.definition) if flags.definition else systems.find(SYSTEM)


def write_definition(flags: Flags, about: System, has_metrics: bool, folder: Path) -> Path:
    """Write the definition with the files that were named, and what a remote system offers. Returns where it is.

    What it names relative to itself is written out in full, because it stands elsewhere.
    """
    content = _spread(yaml_lines.read(about.path).content, str(about.here))
    content["sources"] = [str((about.here / each).resolve()) for each in about.sources]
    container = content["deployments"].get("container")
    if container is not None:
        container["compose"] = str((about.here / container["compose"]).resolve())
    for each in content.get("files", {}).values():
        if isinstance(each, dict) and "template" in each:
            each["template"] = str((about.here / each["template"]).resolve())
    for flag, name in FILES.items():
        if (path := getattr(flags, flag)) is not None:
            content["files"][name] = str(Path(path).resolve())
    remote = content["deployments"].setdefault("remote", {})
    offered = {*remote.get("capabilities", []), "platform", *(["metrics"] if has_metrics else [])}
    remote["capabilities"] = sorted(offered)
    path = folder / SYSTEM / "system.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path


def _spread(node: Any, here: str) -> Any:
    """A copy in which ``{here}`` is written out."""
    if isinstance(node, dict):
        return {key: _spread(value, here) for key, value in node.items()}
    if isinstance(node, list):
        return [_spread(each, here) for each in node]
    return node.replace("{here}", here) if isinstance(node, str) else node
