import type { GuardrailTrial } from "#api/queries.ts";
import { Status, Tag } from "#parts/status.tsx";
import { ActionTag } from "./guardrail-columns.tsx";

export interface Tried {
  readonly text: string;
  readonly stage: "input" | "output";
}

interface TrialOutcomeProps {
  /** What the outcome is of, whatever is typed meanwhile. */
  readonly tried: Tried;
  readonly trial: GuardrailTrial;
}

export function TrialOutcome({ tried, trial }: TrialOutcomeProps) {
  const { text } = tried;
  const { guardrails, text: told } = trial;
  return (
    <div className="grid gap-3 border-t border-line px-4 py-3">
      <Status tone={told === null ? "bad" : "good"}>{summaryOf(text, trial)}</Status>
      {told !== null && told !== text && (
        <p className="rounded-sm border border-line bg-sunken px-3 py-2 font-mono text-xs wrap-anywhere whitespace-pre-wrap">
          {told}
        </p>
      )}
      <ul className="grid gap-2">
        {guardrails.map((one) => (
          <li key={one.id} className="grid grid-cols-[minmax(0,1fr)_auto] items-baseline gap-x-3 gap-y-0.5">
            <span className="truncate font-medium" title={one.name}>
              {one.name}
            </span>
            <OutcomeTag outcome={one.outcome} />
            <Found tried={tried} one={one} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function summaryOf(text: string, { guardrails, text: told }: GuardrailTrial): string {
  if (guardrails.length === 0) return "No guardrail is switched on.";
  const isPartly = guardrails.some(({ outcome }) => outcome === "not_asked");
  const others = isPartly ? ", as far as nobody is asked" : "";
  if (told === null) return "It is blocked.";
  return told === text ? `It passes as it is${others}.` : `It passes, redacted${others}:`;
}

type Line = GuardrailTrial["guardrails"][number];

function OutcomeTag({ outcome }: Pick<Line, "outcome">) {
  return outcome in words ? <Tag>{words[outcome]}</Tag> : <ActionTag action={outcome} />;
}

const words: Readonly<Record<string, string>> = {
  none: "finds nothing",
  not_asked: "not asked",
  failed: "could not say",
  other_stage: "not looked at",
};

const mostShown = 10;

/** What of the text it has found. */
function Found({ tried: { text, stage }, one }: { readonly tried: Tried; readonly one: Line }) {
  const shown = one.found.slice(0, mostShown).map(({ start, end }) => text.slice(start, end));
  const left = one.found_count - shown.length;
  const note = noteOf(one, stage);
  if (note === "" && shown.length === 0) return null;
  return (
    <span className="col-span-2 flex flex-wrap gap-1 text-xs text-muted">
      {note}
      {shown.map((found, at) => (
        // The same may be found twice.
        <mark key={at} className="rounded-[4px] bg-sunken px-1.5 py-px font-mono wrap-anywhere text-text">
          {found}
        </mark>
      ))}
      {left > 0 && `and ${left} more`}
    </span>
  );
}

function noteOf({ outcome, kind }: Line, stage: Tried["stage"]): string {
  if (outcome === "not_asked") return `A ${kind === "webhook" ? "webhook" : "moderation endpoint"} would say.`;
  if (outcome === "other_stage") return `It looks at ${stage === "input" ? "answers" : "requests"} alone.`;
  if (outcome === "none" || outcome === "failed") return "";
  if (kind === "json-schema") return "It does not match.";
  return kind === "size" ? "It is too long." : "";
}
