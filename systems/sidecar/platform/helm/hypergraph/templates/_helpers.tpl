{{- define "hypergraph.labels" -}}
{{ include "hypergraph.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end }}

{{- define "hypergraph.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "hypergraph.name" -}}
{{ .root.Release.Name }}-{{ .component }}
{{- end }}

{{- define "hypergraph.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag }}
{{- end }}

{{- define "hypergraph.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "hypergraph.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities: {drop: [ALL]}
{{- end }}

{{- /* The pod must not start more often than the autoscaler's lower bound allows. */ -}}
{{- define "hypergraph.bounds" -}}
{{- $bounds := .values.autoscaling -}}
{{- if lt (int $bounds.minReplicaCount) (int .values.replicaCount) -}}
{{- fail (printf "%s.autoscaling.minReplicaCount %d is under %s.replicaCount %d" .component (int $bounds.minReplicaCount) .component (int .values.replicaCount)) -}}
{{- end -}}
{{- if lt (int $bounds.maxReplicaCount) (int $bounds.minReplicaCount) -}}
{{- fail (printf "%s.autoscaling.maxReplicaCount %d is under its minReplicaCount %d" .component (int $bounds.maxReplicaCount) (int $bounds.minReplicaCount)) -}}
{{- end -}}
{{- end }}

{{- define "hypergraph.redisEnvironment" -}}
{{- if .Values.redis.enabled }}
- name: SIDECAR_REDIS_URL
  value: redis://{{ .Release.Name }}-redis:6379/0
{{- else }}
- name: SIDECAR_REDIS_URL
  valueFrom:
    secretKeyRef: {name: {{ .Values.redis.externalSecret }}, key: REDIS_URL}
{{- end }}
{{- end }}

{{- define "hypergraph.secretEnvironment" -}}
- name: AUTH_TOKENS_JSON
  valueFrom:
    secretKeyRef: {name: {{ .Values.secrets.tokens }}, key: AUTH_TOKENS_JSON}
- name: AUDIT_KEY
  valueFrom:
    secretKeyRef: {name: {{ .Values.secrets.audit }}, key: AUDIT_KEY}
{{- end }}

{{- define "hypergraph.volumes" -}}
- name: data
  persistentVolumeClaim: {claimName: {{ include "hypergraph.name" (dict "root" . "component" "data") }}}
- {name: scratch, emptyDir: {sizeLimit: 256Mi}}
{{- end }}

{{- define "hypergraph.mounts" -}}
- {name: data, mountPath: /data}
- {name: scratch, mountPath: /tmp}
{{- end }}

{{- define "hypergraph.spread" -}}
- maxSkew: 1
  topologyKey: topology.kubernetes.io/zone
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- include "hypergraph.selector" . | nindent 6 }}
{{- end }}
