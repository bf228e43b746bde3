"""Mistakes in what the sidecar is deployed by: its chart, Argo CD's Applications, scalers and node pools."""

from __future__ import annotations

from tests.defects.documents import swap
from tests.defects.patching import DoesNotApply
from tests.defects.sidecar.defect import HTTP, edit

CHART = "platform/helm/hypergraph"
VALUES, STAGING = f"{CHART}/values.yaml", f"{CHART}/values-staging.yaml"
GATEWAY, EXPLAINER, COURIER, REDIS, SCALERS, POLICIES = (
    f"{CHART}/templates/{name}.yaml"
    for name in ("gateway", "explainer", "courier", "redis", "keda-scalers", "network-policies")
)
APPLICATIONS, POOLS = "platform/argocd/argocd-apps.yaml", "platform/karpenter/karpenter-provisioners.yaml"


@edit(GATEWAY, "SIDE-DEPLOY-01", "A field of a Deployment is misspelt", HTTP, sample="Rendered with its own values")
def field_misspelt(text: str) -> str:
    return swap(text, "terminationGracePeriodSeconds", "terminationGracePeriod")


@edit(SCALERS, "SIDE-DEPLOY-01", "A field of a scaler is misspelt", HTTP, sample="Rendered with its own values")
def scaler_field_misspelt(text: str) -> str:
    return swap(text, "cooldownPeriod:", "coolDownPeriod:")


@edit(POLICIES, "SIDE-DEPLOY-01", "A network policy selects by a label of no pod", HTTP, sample="Nothing in it selects")
def policy_for_nothing(text: str) -> str:
    return swap(text, "  podSelector:\n    matchLabels:\n", "  podSelector:\n    matchLabels:\n      app: sidecar\n")


@edit(COURIER, "SIDE-DEPLOY-01", "A disruption budget is of another part", HTTP, sample="Nothing in it selects")
def budget_of_another_part(text: str) -> str:
    head, budget = _halves(text, "kind: PodDisruptionBudget")
    return head + swap(
        budget,
        'include "hypergraph.selector" $at',
        'include "hypergraph.selector" (dict "root" . "component" "postman")',
    )


@edit(GATEWAY, "SIDE-DEPLOY-01", "A disruption budget lets no pod go", HTTP, sample="Nothing in it selects")
def budget_without_eviction(text: str) -> str:
    return swap(text, "maxUnavailable: {{ .Values.gateway.disruption.maxUnavailable }}", "minAvailable: 100%")


@edit(GATEWAY, "SIDE-DEPLOY-01", "A service leads to a port that the pod does not have", HTTP, sample="Nothing in it")
def service_to_no_port(text: str) -> str:
    return swap(text, "targetPort: http", "targetPort: web")


@edit(SCALERS, "SIDE-DEPLOY-01", "A scaler's target is not in the chart", HTTP, sample="Nothing in it selects")
def scaler_of_nothing(text: str) -> str:
    return swap(
        text,
        'scaleTargetRef: {name: {{ include "hypergraph.name" $at }}}',
        "scaleTargetRef: {name: {{ .Release.Name }}}",
    )


@edit(EXPLAINER, "SIDE-DEPLOY-01", "A value is written into a template", HTTP, sample="No value is there for nothing")
def value_unread(text: str) -> str:
    return swap(text, "value: {{ $.Values.explainer.threads | quote }}", 'value: "2"')


@edit(STAGING, "SIDE-DEPLOY-01", "An override is misspelt", HTTP, sample="Rendered for staging")
def override_fails(text: str) -> str:
    return swap(text, "pullPolicy", "pullpolicy")


@edit(f"{CHART}/values.schema.json", "SIDE-DEPLOY-01", "Any value is accepted", HTTP, sample="cannot be meant")
def schema_accepts_all(text: str) -> str:
    return '{"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"}'


@edit(APPLICATIONS, "SIDE-DEPLOY-02", "An Application does not prune", HTTP)
def application_does_not_prune(text: str) -> str:
    return _first(text, "prune: true, ", "")


@edit(APPLICATIONS, "SIDE-DEPLOY-02", "An Application is not synchronised by itself", HTTP)
def application_by_hand(text: str) -> str:
    return swap(text, "    automated: {prune: true, selfHeal: true, allowEmpty: false}\n", "")


@edit(APPLICATIONS, "SIDE-DEPLOY-02", "An Application points at a chart that has moved", HTTP)
def application_elsewhere(text: str) -> str:
    return _first(text, "helm/hypergraph", "helm/sidecar")


@edit(APPLICATIONS, "SIDE-DEPLOY-02", "An Application names values that do not exist", HTTP)
def application_with_lost_values(text: str) -> str:
    return swap(text, "values-production.yaml", "values-prod.yaml")


@edit(APPLICATIONS, "SIDE-DEPLOY-02", "Two Applications write to one namespace", HTTP)
def applications_in_one_place(text: str) -> str:
    return swap(text, "namespace: hypergraph-production", "namespace: hypergraph-staging")


@edit(REDIS, "SIDE-DEPLOY-03", "A container of an optional part has no probe", HTTP)
def optional_part_without_probe(text: str) -> str:
    return swap(
        text,
        "          readinessProbe:\n            exec: {command: [redis-cli, ping]}\n            periodSeconds: 5\n",
        "",
    )


@edit(VALUES, "SIDE-DEPLOY-03", "A container has no limit of memory", HTTP)
def without_limit(text: str) -> str:
    return swap(text, 'limits: {cpu: "2", memory: 512Mi}', 'limits: {cpu: "2", memory: "0"}')


@edit(f"{CHART}/templates/_helpers.tpl", "SIDE-DEPLOY-03", "Containers may become root", HTTP)
def may_become_root(text: str) -> str:
    return swap(text, "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true")


@edit(f"{CHART}/templates/_helpers.tpl", "SIDE-DEPLOY-03", "Nothing says that containers run without root", HTTP)
def may_run_as_root(text: str) -> str:
    return swap(text, "runAsNonRoot: true\n", "")


@edit(SCALERS, "SIDE-SCALE-01", "A bound is written into the template", HTTP)
def bound_written_down(text: str) -> str:
    return swap(text, "minReplicaCount: {{ .Values.explainer.autoscaling.minReplicaCount }}", "minReplicaCount: 2")


@edit(SCALERS, "SIDE-SCALE-01", "The backlog target is a part's upper bound", HTTP)
def target_mixed_up(text: str) -> str:
    return swap(
        text, ".Values.explainer.autoscaling.backlogSecondsTarget", ".Values.explainer.autoscaling.pollingSeconds"
    )


@edit(SCALERS, "SIDE-SCALE-01", "A scaler goes under the configured minimum", HTTP)
def bound_under_minimum(text: str) -> str:
    changed = swap(
        text, '{{- include "hypergraph.bounds" (dict "component" "explainer" "values" .Values.explainer) }}\n', ""
    )
    return swap(
        changed,
        "{{ .Values.explainer.autoscaling.minReplicaCount }}",
        "{{ sub (int .Values.explainer.autoscaling.minReplicaCount) 1 }}",
    )


@edit(SCALERS, "SIDE-SCALE-01", "A scaler asks for a metric that was renamed", HTTP, sample="one that the service")
def scaler_asks_for_nothing(text: str) -> str:
    return swap(text, "explain_backlog_seconds", "explainer_backlog_seconds")


@edit(POOLS, "SIDE-SCALE-02", "There are no nodes with GPUs", HTTP)
def without_gpus(text: str) -> str:
    cpu, _, rest = text.split("---\n")
    return "---\n".join((cpu, rest))


@edit(POOLS, "SIDE-SCALE-02", "The taint of the CPU nodes was renamed", HTTP)
def taint_renamed(text: str) -> str:
    return swap(text, "hypergraph.example/explainer, value: cpu", "hypergraph.example/explainer, value: general")


@edit(EXPLAINER, "SIDE-SCALE-02", "An explainer tolerates a taint that no node has", HTTP)
def toleration_for_nothing(text: str) -> str:
    return swap(
        text,
        "      tolerations:\n",
        "      tolerations:\n        - {key: dedicated, operator: Equal, value: explainer, effect: NoSchedule}\n",
    )


@edit(POOLS, "SIDE-SCALE-02", "Any pod may run on the nodes of explainers", HTTP)
def nodes_open_to_all(text: str) -> str:
    return swap(text, "effect: NoSchedule", "effect: PreferNoSchedule")


def _halves(text: str, mark: str) -> tuple[str, str]:
    """A document before and from a mark on. Raises DoesNotApply if it does not have the mark."""
    if mark not in text:
        raise DoesNotApply(f"{mark!r} is not in the document")
    place = text.index(mark)
    return text[:place], text[place:]


def _first(text: str, old: str, new: str) -> str:
    """The document with its first such text changed."""
    head, rest = _halves(text, old)
    return head + new + rest.removeprefix(old)
