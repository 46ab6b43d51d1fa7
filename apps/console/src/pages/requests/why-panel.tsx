// What was chosen between, and what became of each target: a table for each name that was asked.

import { Link } from "@tanstack/react-router";
import { useCaller } from "#api/me.ts";
import type { RequestDetail } from "#api/queries.ts";
import { formatMoney } from "#format/money.ts";
import { formatCount } from "#format/number.ts";
import { formatDuration } from "#format/time.ts";
import { Panel } from "#parts/panel.tsx";
import { Status, Tag } from "#parts/status.tsx";
import type { Tone } from "#parts/status.tsx";
import { reasonWords } from "./timeline.ts";

type Why = RequestDetail["why"];
type Plan = Why["plans"][number];
type Target = Plan["targets"][number];

const tableClass =
  "w-full border-collapse [&_td]:h-(--row) [&_td]:px-2.5 [&_td]:whitespace-nowrap [&_th]:h-[30px] [&_th]:px-2.5 [&_th]:text-left [&_th]:text-xs [&_th]:font-medium [&_th]:whitespace-nowrap [&_th]:text-faint [&_tr]:border-b [&_tr]:border-line [&_tr>*:first-child]:pl-4 [&_tr>*:last-child]:pr-4 [&_tbody_tr:last-child]:border-0";

export function WhyPanels({ why: { plans, not_led_to: others, hedge, continued } }: { readonly why: Why }) {
  return (
    <>
      {plans.map((plan, at) => (
        <PlanPanel key={at} plan={plan} isFirst={at === 0} />
      ))}
      {hedge && (
        <Panel title="Hedge">
          <p className="px-4 py-3">
            Nothing had come after {formatDuration(hedge.after_ms)}:{" "}
            {hedgeWords[hedge.outcome] ?? reasonWords(hedge.outcome)}.
          </p>
        </Panel>
      )}
      {continued.length > 0 && (
        <Panel title="Continuation">
          <ul className="px-4 py-3">
            {continued.map(({ after_ms: ms, outcome }, at) => (
              <li key={at}>
                Its stream broke off after {formatDuration(ms)}: {continuedWords[outcome] ?? reasonWords(outcome)}.
              </li>
            ))}
          </ul>
        </Panel>
      )}
      {others.length > 0 && (
        <Panel title="Not gone on with">
          <ul className="px-4 py-3">
            {others.map(({ name, reason }) => (
              <li key={name}>
                <span className="font-mono text-xs">{name}</span>{" "}
                <span className="text-muted">{missed[reason] ?? reasonWords(reason)}</span>
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </>
  );
}

const hedgeWords: Readonly<Record<string, string>> = {
  won: "a second target was asked beside the first one, and answered",
  lost: "a second target was asked beside the first one, which answered all the same",
  failed: "a second target was asked beside the first one, and both failed",
  gone: "a second target was asked beside the first one, and the request ended before either answered",
  no_target: "no other target was ready to be asked beside it",
  no_room: "no other target had room",
  no_budget: "a budget had no room for a second target beside it",
  no_share: "as many were asked beside others as the alias allows",
};

const continuedWords: Readonly<Record<string, string>> = {
  continued: "another target went on with it",
  failed: "whoever was asked to go on with it failed",
  used_up: "others had been asked to go on as often as the alias says",
  no_target: "none of its targets goes on with the beginning of an answer",
  no_budget: "a budget had no room for another target",
  form: "an answer that is to have a form, or to be thought about first, is not gone on with",
  stored: "its vendor keeps it",
  too_long: "it was too long to be remembered",
  not_text: "something else than text had been told",
  nothing: "no word had been told",
  closed: "all of its text had been told",
};

const missed: Readonly<Record<string, string>> = {
  unknown: "nobody has this name any more",
  unable: "none of its targets can do what was asked",
  length: "the prompt is too long for all of its targets",
  team: "the team may not use it",
  consent: "somebody would have to agree to it first",
  guardrail: "a guardrail holds for it that was not held against the request",
  budget: "a budget had no room for it",
  routing: "the request itself has left out all of its targets",
};

function PlanPanel({ plan, isFirst }: { readonly plan: Plan; readonly isFirst: boolean }) {
  const { name, strategy, prefer, targets, is_sticky: isSticky, is_probe: isProbe, more } = plan;
  const words = [
    strategy,
    ...(prefer === null ? [] : [`${prefer} preferred`]),
    ...(isSticky ? ["users stay"] : []),
    ...(isProbe ? ["all rested: each was tried once"] : []),
  ];
  return (
    <Panel title={isFirst ? "Why this target" : `Gone on with “${name}”`} note={`“${name}” · ${words.join(", ")}`}>
      <div role="group" aria-label={`Targets of ${name}`} tabIndex={0} className="relative overflow-x-auto">
        <table className={tableClass}>
          <thead>
            <tr>
              <th scope="col">#</th>
              <th scope="col">Target</th>
              <th scope="col">State</th>
              <th scope="col" className="text-right!">
                {scoreName(targets)}
              </th>
              <th scope="col">Decision</th>
            </tr>
          </thead>
          <tbody>
            {targets.map((target, at) => (
              <TargetRow key={at} target={target} />
            ))}
          </tbody>
        </table>
      </div>
      {more > 0 && <p className="border-t border-line px-4 py-2 text-muted">{more} more are not written down.</p>}
    </Panel>
  );
}

const scoreNames: Readonly<Record<string, string>> = {
  weight: "Weight",
  wait_ms: "Expected wait",
  running: "Running",
  most_cost_usd: "Cost at most",
  quality: "Quality",
  balance: "Balance",
};

function scoreName(targets: readonly Target[]): string {
  const kind = targets.find(({ score }) => score !== null)?.score?.kind ?? "";
  return scoreNames[kind] ?? "Score";
}

function TargetRow({ target }: { readonly target: Target }) {
  const { may } = useCaller();
  const { place, provider_id: providerId, provider, model } = target;
  return (
    <tr>
      <td className="text-muted">{place ?? "—"}</td>
      <td className="font-mono text-xs">
        {providerId !== null && may("providers.read") ? (
          <Link to="/providers/$id" params={{ id: providerId }} className="hover:underline">
            {provider}
          </Link>
        ) : (
          provider
        )}
        /{model}
      </td>
      <td>
        <State target={target} />
      </td>
      <td className="text-right text-muted">{scoreWords(target)}</td>
      <td>
        <Decision target={target} />
      </td>
    </tr>
  );
}

const states: Readonly<Record<string, readonly [tone: Tone, words: string]>> = {
  ready: ["good", "ready"],
  resting: ["warn", "resting"],
  full: ["warn", "limit used up"],
  tight: ["warn", "may be too short"],
  length: ["bad", "too short"],
  operation: ["off", "lacks the operation"],
  vision: ["off", "sees no pictures"],
  functions: ["off", "calls no functions"],
  streaming: ["off", "does not stream"],
  team: ["off", "not for the team"],
  provider: ["off", "provider not in use"],
  excluded: ["off", "excluded by the request"],
  cost: ["off", "too dear for the request"],
};

function State({
  target: { state, rest_ms: rest, rest_reason: because, context_length: length },
}: {
  readonly target: Target;
}) {
  const [tone, words] = states[state] ?? ["off", reasonWords(state)];
  const figure =
    rest === null ? (length === null ? "" : ` · ${formatCount(length)} tokens`) : ` · ${formatDuration(rest)}`;
  return (
    <Status tone={tone}>
      {words}
      <span className="text-muted">
        {figure}
        {because === null ? "" : ` · ${reasonWords(because)}`}
      </span>
    </Status>
  );
}

function scoreWords({ score }: Target): string {
  if (score === null) return "—";
  const { kind, value } = score;
  if (kind === "most_cost_usd") return formatMoney(value);
  // One that is awaited for the first time is waited for behind all others.
  if (kind === "wait_ms") return Number(value) >= 3_600_000 ? "not known yet" : formatDuration(Number(value));
  return value;
}

const decisions: Readonly<Record<string, readonly [tone: Tone, words: string]>> = {
  answered: ["good", "answered"],
  failed: ["bad", "tried"],
  passed_over: ["warn", "passed over"],
  outpaced: ["warn", "outpaced"],
  not_needed: ["off", "not needed"],
  left_out: ["off", "left out"],
};

function Decision({ target: { decision, reason } }: { readonly target: Target }) {
  const [tone, words] = decisions[decision] ?? ["off", reasonWords(decision)];
  return <Tag tone={tone}>{reason === null ? words : `${words} · ${reasonWords(reason)}`}</Tag>;
}
