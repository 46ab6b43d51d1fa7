// A guardrail as its form has it: texts. Fields of all kinds of checks are there, and those of the chosen one are sent.

import type { Guardrail, GuardrailInput } from "#api/queries.ts";
import type { HolderValues } from "#holders/holder-fields.tsx";
import type { ServerForm } from "#parts/form.tsx";
import { linesOf, wholeLinesOf } from "#parts/line-texts.ts";
import { toNumber } from "#parts/number-text.ts";

type Body = Required<GuardrailInput>;
type HolderKind = NonNullable<GuardrailInput["applies_to"]>["kind"];

export interface GuardrailValues {
  name: string;
  applies_to: HolderValues;
  models: string;
  stage: string;
  check: CheckValues;
  action: string;
  replacement: string;
  on_failure: string;
  deadline_ms: string;
}

interface CheckValues {
  kind: string;
  words: string;
  whole_words: boolean;
  patterns: string;
  window: string;
  unit: string;
  most: string;
  url: string;
  provider: string;
  model: string;
  categories: string;
  threshold: string;
  schema: string;
  from_request: boolean;
}

/** Of the parts of the form. */
export interface GuardrailPartProps {
  readonly server: ServerForm<GuardrailValues>;
}

/** `holder`: whose requests a new one holds for, until something else is chosen. */
export function valuesOf(guardrail: Guardrail | null, holder: HolderValues): GuardrailValues {
  const { applies_to: of } = guardrail ?? {};
  return {
    name: guardrail?.name ?? "",
    applies_to: of === undefined ? holder : { kind: of.kind, id: of.id ?? "" },
    models: guardrail?.models?.join("\n") ?? "",
    stage: guardrail?.stage ?? "both",
    check: checkValuesOf(guardrail?.check ?? { kind: "text" }),
    action: guardrail?.action ?? "block",
    replacement: guardrail?.replacement ?? "[redacted]",
    on_failure: guardrail?.on_failure ?? "closed",
    deadline_ms: String(guardrail?.deadline_ms ?? 1_000),
  };
}

function checkValuesOf(check: Guardrail["check"]): CheckValues {
  return {
    kind: check.kind,
    words: check.words?.join("\n") ?? "",
    whole_words: check.whole_words ?? true,
    patterns: check.patterns?.join("\n") ?? "",
    window: String(check.window ?? 200),
    ...{ unit: check.unit ?? "characters", most: check.most === undefined ? "" : String(check.most) },
    ...{ url: check.url ?? "", provider: check.provider ?? "", model: check.model ?? "" },
    categories: check.categories?.join("\n") ?? "",
    threshold: String(check.threshold ?? ""),
    schema: check.schema ? JSON.stringify(check.schema, null, 2) : "",
    from_request: check.from_request ?? false,
  };
}

/** As the admin API takes it: what is wrong with it, the server says. */
export function toBody(values: GuardrailValues) {
  const { applies_to: of, check, name, replacement } = values;
  return {
    ...{ name, replacement, check: toCheck(check) },
    applies_to: { kind: of.kind as HolderKind, id: of.kind === "everyone" ? null : of.id },
    models: linesOf(values.models),
    stage: (check.kind === "json-schema" ? "output" : values.stage) as Body["stage"],
    action: values.action as Body["action"],
    on_failure: values.on_failure as Body["on_failure"],
    // Empty is no number: the server says so.
    deadline_ms: toNumber(values.deadline_ms) ?? 0,
  };
}

/** What is no JSON goes to the server as the text that it is: that says what is wrong with it. */
function toSchema(text: string): Record<string, unknown> | null {
  if (text.trim() === "") return null;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return text as unknown as Record<string, unknown>;
  }
}

function toCheck(check: CheckValues): Body["check"] {
  const { kind, url, provider, whole_words } = check;
  if (kind === "size") return { kind, unit: check.unit as "characters" | "tokens", most: toNumber(check.most) ?? 0 };
  if (kind === "webhook") return { kind, url };
  if (kind === "json-schema") return { kind, schema: toSchema(check.schema), from_request: check.from_request };
  if (kind === "moderation")
    return {
      ...{ kind, provider, model: check.model.trim() === "" ? null : check.model.trim() },
      categories: linesOf(check.categories),
      threshold: toNumber(check.threshold),
    };
  return {
    ...{ kind: "text", whole_words, words: wholeLinesOf(check.words), patterns: wholeLinesOf(check.patterns) },
    window: toNumber(check.window) ?? 0,
  };
}
