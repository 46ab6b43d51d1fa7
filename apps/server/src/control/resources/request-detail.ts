// All that is known of one request: for operators, for who sees his own alone, and for the key that made it.

import { formatUsd } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { Names } from "#control/store/name-store.ts";
import type { Store } from "#control/store/store.ts";
import type { Scope } from "#domain/access/scope.ts";
import type { Snapshot } from "#domain/snapshot.ts";
import type { UsageRecord } from "#domain/usage-record.ts";
import { chargesOf as chargesOfRecord } from "#domain/usage-record.ts";
import { explainCost } from "./cost-arithmetic.ts";
import { contentState } from "./request-content.ts";
import { toRequestRow } from "./request-row.ts";
import { explainRequest } from "./request-why.ts";
import { toApiRecord } from "./usage-record.ts";

export type Detail = RouteAnswer<AdminRoutes["requests"]["get"]>;

export interface DetailDeps {
  readonly store: Pick<Store, "names" | "contents">;
  readonly snapshot: () => Snapshot;
}

export async function describeRequest({ store, snapshot }: DetailDeps, record: UsageRecord): Promise<Detail> {
  const names = await namesOf(store, [record]);
  return {
    record: toApiRecord(record),
    row: toRequestRow(record, names),
    price: explainCost(record, snapshot()),
    charges: chargesOf(record, names),
    why: explainRequest(record, { snapshot: snapshot(), names }),
    content: await contentState(store, record),
  };
}

const shared: readonly string[] = ["alias", "provider"];

/** What is spent by everybody together is for operators alone. */
export function withoutShared({ record, charges, why, ...rest }: Detail): Detail {
  const isOwn = ({ scope }: Detail["why"]["limits"][number]): boolean => !shared.includes(scope);
  const { limits, capped } = why;
  return {
    ...rest,
    record: { ...record, provider_charges: null },
    charges: charges.filter(({ kind }) => !shared.includes(kind)),
    why: { ...why, limits: limits.filter(isOwn), capped: capped !== null && isOwn(capped) ? capped : null },
  };
}

/**
 * As the key that made it may see it: of providers, those whose names its answer's headers have told. `isOwn`: it did not act for somebody
 * else, whose limits are not its business.
 */
export function forItsKey(detail: Detail, isOwn: boolean): Detail {
  const { record, why, charges, ...rest } = withoutShared(detail);
  const isToldOf = (kind: string): boolean => isOwn || kind === "key";
  const isTold = (decision: string): boolean => decision === "answered" || decision === "passed_over";
  const trail = record.trail?.map((one) => (one.reason === null ? one : { ...one, ...nobody })) ?? null;
  return {
    ...rest,
    record: { ...record, trail },
    charges: charges.filter(({ kind }) => isToldOf(kind)),
    why: {
      ...why,
      limits: why.limits.filter(({ scope }) => isToldOf(scope)),
      capped: why.capped !== null && isToldOf(why.capped.scope) ? why.capped : null,
      plans: why.plans.map(({ targets, ...plan }) => ({
        ...plan,
        targets: targets.map((one) =>
          isTold(one.decision) ? { ...one, score: null, merit: null } : { ...one, ...unnamed },
        ),
      })),
    },
  };
}

const nobody = { provider_id: "", provider: "", model: "" };
const unnamed = { provider_id: null, provider: "", model: "", score: null, merit: null };

export function namesOf(store: Pick<Store, "names">, records: readonly UsageRecord[]): Promise<Names> {
  const users = [...new Set(records.map(({ userId }) => userId))];
  const keys = [...new Set(records.map(({ apiKeyId }) => apiKeyId))];
  const teams = [...new Set(records.flatMap(({ teamId }) => teamId ?? []))];
  const organisations = [...new Set(records.flatMap(({ organisationId }) => organisationId ?? []))];
  const charged = records.flatMap((record) => chargesOfRecord(record).map(({ scope }) => scope));
  const idsOf = (kind: Scope["kind"]): readonly string[] => [
    ...new Set(charged.flatMap((scope) => (scope.kind === kind ? [scope.id] : []))),
  ];
  const [aliases, providers] = [idsOf("alias"), idsOf("provider")];
  return store.names.find({ users, keys, teams, organisations, aliases, providers });
}

function chargesOf(record: UsageRecord, names: Names): Detail["charges"] {
  return chargesOfRecord(record).map(({ scope: { kind, id }, nanos }) => {
    return { kind, id, name: nameOf({ kind, id }, names), charged_usd: formatUsd(nanos) };
  });
}

function nameOf({ kind, id }: Scope, { users, keys, teams, organisations, aliases, providers }: Names): string | null {
  const byKind = {
    user: users.get(id),
    key: keys.get(id)?.name,
    team: teams.get(id),
    organisation: organisations.get(id),
    alias: aliases.get(id),
    provider: providers.get(id),
  };
  return byKind[kind] ?? null;
}
