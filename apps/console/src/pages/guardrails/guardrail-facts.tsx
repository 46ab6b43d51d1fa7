// What a guardrail is, and what it looks for, in full.

import type { ReactNode } from "react";
import type { Guardrail } from "#api/queries.ts";
import { formatCount } from "#format/number.ts";
import { useHolderName } from "#holders/holder-name.ts";
import { IdCell } from "#parts/copy.tsx";
import { Facts, Panel } from "#parts/panel.tsx";
import { Status } from "#parts/status.tsx";
import { Time } from "#parts/values.tsx";
import { ActionTag } from "./guardrail-columns.tsx";
import { isAsked } from "./guardrail-rights.ts";
import { checkWords, failureWords, kindWords, stageWords, wordOf } from "./guardrail-words.ts";

type Fact = readonly [name: string, value: ReactNode];

export function GuardrailFacts({ guardrail }: { readonly guardrail: Guardrail }) {
  const holder = useHolderName(guardrail.applies_to);
  const { is_active: isActive, check, stage, action, models, replacement } = guardrail;
  return (
    <Panel title="Guardrail">
      <Facts
        facts={[
          ["State", <Status tone={isActive ? "good" : "off"}>{isActive ? "on" : "off: it looks at nothing"}</Status>],
          ["Applies to", holder],
          ["Models", models === null ? "any" : <Lines texts={models} />],
          ["In", wordOf(stageWords, stage)],
          ["Kind", wordOf(kindWords, check.kind)],
          ...checkFacts(check),
          ["Action", <ActionTag action={action} />],
          ...(action === "redact" ? [["In its place", <Lines texts={[replacement]} />] as const] : []),
          ["What it cannot be held against", wordOf(failureWords, guardrail.on_failure)],
          ...(isAsked(check.kind) || check.kind === "json-schema"
            ? [["It waits", `${formatCount(guardrail.deadline_ms)} ms`] as const]
            : []),
          ...(check.kind === "webhook" ? [["Secret", "shown when it was made, and to nobody again"] as const] : []),
          ["Changed", <Time at={guardrail.updated_at} />],
          ["Created", <Time at={guardrail.created_at} />],
          ["Id", <IdCell id={guardrail.id} />],
        ]}
      />
    </Panel>
  );
}

function checkFacts(check: Guardrail["check"]): readonly Fact[] {
  const { kind, words = [], patterns = [] } = check;
  if (kind === "json-schema" && check.schema)
    return [
      ["Looks for", checkWords(check)],
      ["Schema", <Lines texts={JSON.stringify(check.schema, null, 2).split("\n")} />],
    ];
  if (kind !== "text") return [["Looks for", checkWords(check)]];
  return [
    ...(words.length === 0 ? [] : [["Words", <Lines texts={words} />] as const]),
    ...(words.length === 0 ? [] : [["Found", check.whole_words === true ? "as whole words" : "anywhere"] as const]),
    ...(patterns.length === 0 ? [] : [["Patterns", <Lines texts={patterns} />] as const]),
  ];
}

const mostLines = 20;

function Lines({ texts }: { readonly texts: readonly string[] }) {
  const left = texts.length - mostLines;
  return (
    <span className="font-mono text-xs wrap-anywhere whitespace-pre-line">
      {texts.slice(0, mostLines).join("\n")}
      {left > 0 && `\nand ${left} more`}
    </span>
  );
}
