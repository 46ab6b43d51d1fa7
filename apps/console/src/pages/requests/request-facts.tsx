import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useCaller } from "#api/me.ts";
import type { RequestDetail } from "#api/queries.ts";
import { budgetKindOf, budgetKinds } from "#budgets/budget-kinds.ts";
import { formatMoney } from "#format/money.ts";
import { formatCount } from "#format/number.ts";
import { formatMoment } from "#format/time.ts";
import { IdCell } from "#parts/copy.tsx";
import { Facts, Panel } from "#parts/panel.tsx";
import type { UsageRecord } from "./timeline.ts";

type Fact = readonly [name: string, value: ReactNode];

export function WhoPanel({ detail: { record, row, charges } }: { readonly detail: RequestDetail }) {
  const { may } = useCaller();
  const key = <PageLink path={`/keys/${record.api_key_id}`} isAllowed={may("keys.read")} name={row.key_name} />;
  const user = <PageLink path={`/users/${record.user_id}`} isAllowed={may("users.read")} name={row.user_name} />;
  const provider = (
    <PageLink path={`/providers/${record.provider_id}`} isAllowed={may("providers.read")} name={record.provider} />
  );
  const facts: readonly Fact[] = [
    ["Key", key],
    ...factOf("Key id", row.key_public_id, (id) => <IdCell id={id} />),
    ["User", user],
    ...factOf("Provider", record.provider_id, () => provider),
    ...factOf("Client", record.user_agent),
    ...factOf("Address", record.ip_address),
  ];
  return (
    <Panel title="Who">
      <Facts facts={facts} />
      {charges.length > 0 && (
        <div className="border-t border-line">
          <h3 className="px-4 pt-2.5 text-muted">Budgets charged</h3>
          <Facts
            facts={charges.map(({ kind, name, charged_usd: charged }) => [
              `${budgetKinds[budgetKindOf(kind)].word} ${name ?? "(deleted)"}`,
              <span key={kind} className="block text-right font-mono text-xs">
                {charged}
              </span>,
            ])}
          />
        </div>
      )}
    </Panel>
  );
}

/** Only what is known. */
function factOf(name: string, value: string | null, show: (value: string) => ReactNode = (text) => text): Fact[] {
  return value === null || value === "" ? [] : [[name, show(value)]];
}

interface PageLinkProps {
  readonly path: string;
  readonly isAllowed: boolean;
  /** Null of what has been deleted. */
  readonly name: string | null;
}

function PageLink({ path, isAllowed, name }: PageLinkProps) {
  if (name === null) return <span className="text-muted">deleted</span>;
  if (!isAllowed) return name;
  return (
    <Link to={path} className="text-accent hover:underline">
      {name}
    </Link>
  );
}

const counts: readonly (readonly [name: string, value: (record: UsageRecord) => number])[] = [
  ["Input", (record) => record.prompt_tokens],
  ["of it cached", (record) => record.cached_tokens],
  ["of it written to the cache", (record) => record.cache_write_tokens],
  ["of it written for an hour", (record) => record.cache_write_hour_tokens],
  ["of it sound", (record) => record.audio_prompt_tokens],
  ["of it pictures", (record) => record.image_prompt_tokens],
  ["Output", (record) => record.completion_tokens],
  ["of it reasoning", (record) => record.reasoning_tokens],
  ["of it sound ", (record) => record.audio_completion_tokens],
  ["of it pictures ", (record) => record.image_completion_tokens],
  ["Web searches", (record) => record.web_searches],
  ["File searches", (record) => record.file_searches],
  ["Unanswered, by estimate", (record) => record.unanswered_tokens],
];

export function TokensPanel({ record }: { readonly record: UsageRecord }) {
  const used = counts.filter(([name, value]) => value(record) > 0 || name === "Input" || name === "Output");
  const doubt = doubtOf(record);
  return (
    <Panel title="Tokens">
      <Facts
        facts={used.map(([name, value]) => [
          name,
          <span key={name} className="block text-right">
            {formatCount(value(record))}
          </span>,
        ])}
      />
      {doubt !== null && <p className="border-t border-line px-4 py-2 text-muted">{doubt}</p>}
    </Panel>
  );
}

function doubtOf({ estimated, usage_bounded: isBounded }: UsageRecord): string | null {
  if (isBounded) return "The vendor told more than its model can use: the counts are what that can.";
  return estimated ? "The vendor told no usage, or not all of it: a part of this is an estimate." : null;
}

export function RequestFacts({ detail: { record, why } }: { readonly detail: RequestDetail }) {
  return (
    <Panel title="Request">
      <div className="grid items-start md:grid-cols-2">
        <Facts
          facts={[
            ["Id", <IdCell key="id" id={record.id} shown={record.id} />],
            ["Arrived", formatMoment(record.created_at)],
            ["Asked for", <Code key="asked" text={record.requested_model} />],
            ["Operation", record.operation],
            ...factOf("Dialect", record.dialect),
          ]}
        />
        <Facts
          facts={[
            ["Ended", record.status.replaceAll("_", " ")],
            ...factOf("Error", record.error_code, (code) => <Code text={code} />),
            ["Streamed", record.streamed ? "yes" : "no"],
            ["Attempts", formatCount(record.attempts)],
            ...factOf("Service class", record.service_class),
            ...factOf("Computed in", record.geography),
            ...factOf("Kept answers", cacheWords(record, why)),
            ...factOf("Could not be said", why.notes.join(", ")),
            ...factOf("Personal data", personalDataOf(record)),
            ...factOf("Guardrails", guardrailsOf(why)),
          ]}
        />
      </div>
    </Panel>
  );
}

/** Null where its alias keeps none. */
function cacheWords({ cache, saved_usd: saved }: UsageRecord, why: RequestDetail["why"]): string | null {
  if (cache === null) return null;
  const { cache: told, semantic } = why;
  const saves = cache === "hit" && saved !== null ? [`saved ${formatMoney(saved)}`] : [];
  const reason =
    told === null || told.reason === null ? [] : [cacheReasons[told.reason] ?? told.reason.replaceAll("_", " ")];
  return [cache, ...saves, ...reason, ...(semantic === null ? [] : [meaningWords(semantic)])].join(", ");
}

function meaningWords({ outcome, similarity, threshold, differences }: NonNullable<RequestDetail["why"]["semantic"]>) {
  const words = meaningOutcomes[outcome] ?? outcome;
  const told = differences.length === 0 ? words : `${words} in ${differences.join(" and ")}`;
  return similarity === null ? told : `${told} (${similarity} alike, of ${threshold})`;
}

const meaningOutcomes: Readonly<Record<string, string>> = {
  told: "as told to a question of the same meaning",
  none: "no other question to compare it with",
  unlike: "no question is like enough",
  differs: "a question is like it and differs",
  gone: "a question means the same and its answer is gone",
  late: "its embedding came too late",
  failed: "its embedding failed",
  resting: "nobody makes embeddings at the moment",
  budget: "no budget for its embedding",
  barred: "its embedding may not be asked for",
  unfit: "not compared by meaning",
};

const cacheReasons: Readonly<Record<string, string>> = {
  no_store: "the client wants nothing kept",
  no_cache: "the client wants it anew",
  too_old: "what was kept was too old",
  joined: "waited for one that asked the same",
  operation: "of its kind nothing is kept",
  size: "too large",
  form: "no request that can be compared",
  stored: "its vendor keeps it",
  stateful: "it depends on what was before",
};

/** What was found by its class, and what was done with it. */
function personalDataOf({ privacy }: UsageRecord): string | null {
  return privacy === null ? null : privacy.map((one) => `${one.count} ${one.class}: ${one.action}`).join(", ");
}

/** Which have found something, in what, and what was done. */
function guardrailsOf({ guardrails }: RequestDetail["why"]): string {
  const places: Readonly<Record<string, string>> = { input: "request", output: "answer" };
  return guardrails.map(({ name, stage, outcome }) => `${name}: ${outcome} (${places[stage] ?? stage})`).join(", ");
}

function Code({ text }: { readonly text: string }) {
  return <span className="font-mono text-xs">{text}</span>;
}
