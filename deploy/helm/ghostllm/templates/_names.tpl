{{- define "ghostllm.name" -}}
{{- printf "%s" .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "ghostllm.selector" -}}
app.kubernetes.io/name: ghostllm
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "ghostllm.labels" -}}
{{ include "ghostllm.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{- /* Whether there may be more than one instance; each keeps its journal on a volume of its own in any case. */ -}}
{{- define "ghostllm.isShared" -}}
{{- if or .Values.autoscaling.enabled (gt (int .Values.replicas) 1) -}}true{{- end -}}
{{- end -}}

{{- /* What would count twice is told before anything is installed. */ -}}
{{- define "ghostllm.check" -}}
{{- if include "ghostllm.isShared" . -}}
{{- if or (not .Values.database.secret) (not .Values.redis.secret) -}}
{{- fail "Several instances need database.secret and redis.secret: budgets and limits hold over all of them only there." -}}
{{- end -}}
{{- if not .Values.secret -}}
{{- fail "Several instances need `secret`, with the same ENCRYPTION_KEY and JWT_SECRET for all of them." -}}
{{- end -}}
{{- end -}}
{{- if and .Values.metrics.serviceMonitor.enabled (not .Values.metrics.tokenSecret) -}}
{{- fail "metrics.serviceMonitor.enabled needs metrics.tokenSecret." -}}
{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.host) -}}
{{- fail "ingress.enabled needs ingress.host." -}}
{{- end -}}
{{- end -}}
