// Where traces go to, put together of settings, and what of that does not go together.

import type { Egress } from "#domain/egress/egress.ts";
import { Secret } from "#domain/secret.ts";
import type { TraceSettings } from "./observing.ts";
import type { ConfigProblem } from "./problems.ts";
import type { SettingValues } from "./settings.ts";
import { readPairs } from "./pairs.ts";
import type { ReadSetting } from "./read-setting.ts";

export function tracesOf(values: SettingValues): TraceSettings {
  return {
    ...{ endpoint: values.otelEndpoint, tracesEndpoint: values.otelTracesEndpoint, headers: values.otelHeaders },
    ...{ protocol: values.otelProtocol, compresses: values.otelCompression === "gzip" },
    ...{ timeoutMs: values.otelTimeoutMs, serviceName: values.otelServiceName },
    resource: readPairs(values.otelResource ?? "") ?? {},
    ...{ sampler: values.otelSampler, ratio: values.otelRatio, keepsErrors: values.otelKeepsErrors },
    ...{ trustsParents: values.otelTrustsParents, isDisabled: values.otelDisabled, exporter: values.otelExporter },
    ...{ tellsTexts: values.otelTexts, textCharacters: values.otelTextCharacters },
  };
}

/** Null: there are no traces. */
export function traceUrlOf(settings: TraceSettings): string | null {
  const { endpoint, tracesEndpoint, isDisabled, exporter, sampler } = settings;
  if (isDisabled || exporter === "none" || sampler === "always_off") return null;
  if (tracesEndpoint !== null) return tracesEndpoint;
  return endpoint === null ? null : `${endpoint.replace(/\/+$/, "")}/v1/traces`;
}

const headerName = /^[!#$%&'*+.^_`|~\w-]+$/;

/** What a header of HTTP may hold; in lower case, as the way to the collector wants it. Null where one cannot be sent. */
export function traceHeadersOf(headers: Secret | null): Readonly<Record<string, string>> | null {
  const pairs = readPairs(headers?.reveal() ?? "");
  if (pairs === null) return null;
  const entries = Object.entries(pairs).map(([name, value]) => [name.toLowerCase(), value] as const);
  const isSound = entries.every(([name, value]) => headerName.test(name) && /^[\t\x20-\x7e]*$/.test(value));
  return isSound ? Object.fromEntries(entries) : null;
}

/** Headers that cannot be sent, and a collector that may not be asked. */
export function findTraceProblems(read: ReadSetting, egress: Egress): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const headers = read("otelHeaders");
  if (headers.value instanceof Secret && traceHeadersOf(headers.value) === null) {
    const message = "otel.headers are no headers";
    problems.push({ path: headers.origin, message, hint: "Write them like `authorization=Basic%20abc,x-tenant=one`." });
  }
  for (const name of ["otelTracesEndpoint", "otelEndpoint"] as const) {
    const { value, origin } = read(name);
    const fault = typeof value === "string" && URL.canParse(value) ? egress.faultOf(new URL(value)) : null;
    if (fault === null) continue;
    problems.push({ path: origin, message: `the collector ${fault}`, hint: "Name it in `egress.allow`." });
  }
  return problems;
}
