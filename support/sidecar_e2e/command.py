"""`signoff sidecar-e2e`: takes the flags of the source's runner, has scenarios run, and writes the source's report."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from support.base import systems
from support.run.command import Reports, console
from support.sidecar_e2e import report
from support.sidecar_e2e.flags import SYSTEM, Flags

OUTPUT = Path("e2e_report.json")

app = typer.Typer(add_completion=False)


@app.command("sidecar-e2e")
def sidecar_e2e_command(
    base_url: Annotated[str | None, typer.Option(help="A gateway that runs; without it one is started.")] = None,
    metrics_gateway: Annotated[str | None, typer.Option(help="Its metrics; default: its own path for them.")] = None,
    metrics_explainer: Annotated[str | None, typer.Option(help="The explainer's metrics.")] = None,
    auth_token_write: Annotated[str | None, typer.Option(help="A token that may create traces.")] = None,
    auth_token_read: Annotated[str | None, typer.Option(help="A token that may read traces.")] = None,
    tenant_a: Annotated[str | None, typer.Option(help="Not used: tenants are those of the tokens.")] = None,
    tenant_b: Annotated[str | None, typer.Option(help="Not used: tenants are those of the tokens.")] = None,
    status_json: Annotated[Path | None, typer.Option(help="The status store of a gateway that runs.")] = None,
    audit_log: Annotated[Path | None, typer.Option(help="The audit log of a gateway that runs.")] = None,
    s3_check: Annotated[str | None, typer.Option(help="Not used: graphs are read by the API.")] = None,
    helm_chart: Annotated[Path | None, typer.Option(help="The folder of the chart.")] = None,
    argocd_manifest: Annotated[Path | None, typer.Option(help="The file of Argo CD's Applications.")] = None,
    keda_template: Annotated[Path | None, typer.Option(help="The chart's template of scalers.")] = None,
    karpenter_file: Annotated[Path | None, typer.Option(help="The file of Karpenter's node pools.")] = None,
    load_duration: Annotated[float | None, typer.Option(help="Seconds that a load lasts.")] = None,
    concurrency: Annotated[int | None, typer.Option(help="Not used: the scenarios state their own.")] = None,
    attach_rate: Annotated[float | None, typer.Option(help="Not used: the scenarios state their own.")] = None,
    token_mix: Annotated[float | None, typer.Option(help="Not used: the scenarios state their own.")] = None,
    chaos_control: Annotated[Path | None, typer.Option(help="The chaos control file of a gateway that runs.")] = None,
    only: Annotated[str | None, typer.Option(help='Tests or tags, such as "test_*slo*,@SIDE-RBAC-*".')] = None,
    skip: Annotated[str | None, typer.Option(help="Tests or tags to leave out.")] = None,
    output: Annotated[
        Path, typer.Option(help="The report in JSON; the one in Markdown is written beside it.")
    ] = OUTPUT,
    definition: Annotated[Path | None, typer.Option(help="Another system.yaml, for your own deployment.")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="How many processes work side by side.")] = 2,
    reports: Reports = None,
) -> None:
    """Run the Async Sidecar's end-to-end tests as its own runner did. Exit status 1: something failed."""
    from support.sidecar_e2e import running

    given = {name: value for name, value in locals().items() if name in Flags.__dataclass_fields__}
    output = output.resolve()
    with tempfile.TemporaryDirectory(prefix="sidecar-e2e-") as folder:
        asked = running.Asked(
            Flags(**given), only or "", skip or "", jobs, (reports or systems.reports(None, SYSTEM).parent).resolve()
        )
        made = running.run(asked, Path(folder), console)
    for path in report.write(made, output):
        console.print(f"wrote {path}", highlight=False, markup=False, soft_wrap=True)
    raise typer.Exit(1 if made.failed else 0)
