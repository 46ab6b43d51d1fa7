// Fills the database of a server that does not run: who there is, what they have asked, and what is told of it. Rows of the log, hourly
// sums and what was spent are made by the store's own functions, so that they agree as they do after real traffic.

import { hourMs, sumByHour, sumSpend } from "../../apps/server/src/control/store/usage/usage-sums.ts";
import { columnsOf, dayMs, rollups as allRollups, rowsOf } from "../../apps/server/src/control/store/usage/rollups.ts";
import { toValues, usageColumns } from "../../apps/server/src/control/store/usage/usage-columns.ts";
import { chained } from "../../apps/server/src/control/store/audit/chain.ts";
import { ScopeMap } from "../../apps/server/src/domain/access/scope.ts";
import type { UsageRecord } from "../../apps/server/src/domain/usage-record.ts";
import { Chance } from "../../tools/demo/random.ts";
import { at, storeCast, type Cast } from "./cast.ts";
import type { Cell, Loader } from "./loader.ts";
import { writePast, type Past, type PastModel } from "./past.ts";

const batchRows = 50_000;
const rollups = [...allRollups.hour, ...allRollups.day];

export async function fill(
  loader: Loader,
  past: Past,
  partitions: (times: readonly number[]) => Promise<void>,
): Promise<void> {
  const { cast, from, to, rows } = past;
  await storeCast(loader, cast, from);
  await partitions(monthsBetween(from, to));
  await loader.withoutIndexes(["usage_logs", ...rollups.map(({ table }) => table)], async () => {
    await fillUsage(loader, past);
    await fillAudit(loader, past, Math.ceil(rows / 20));
    await fillEvents(loader, past, Math.ceil(rows / 200));
    await fillConsents(loader, past, Math.ceil(rows / 100));
    await fillSessions(loader, cast, to);
  });
}

export async function readModels(loader: Loader): Promise<readonly PastModel[]> {
  return loader.ask<PastModel>(`select models.id as id, provider_id as "providerId", providers.name as provider, models.name as name
    from models join providers on providers.id = provider_id order by models.id limit 24`);
}

function monthsBetween(from: number, to: number): readonly number[] {
  const times: number[] = [];
  for (let time = from; time < to; time += 24 * 3_600_000) times.push(time);
  return [...times, to];
}

async function fillUsage(loader: Loader, past: Past): Promise<void> {
  const spent = new ScopeMap<number>();
  const sums = new Map(rollups.map((rollup) => [rollup, [] as (readonly Cell[])[]]));
  let [written, day, ofDay]: [number, number, UsageRecord[]] = [0, 0, []];
  let logs: (readonly Cell[])[] = [];
  const upTo = Math.floor(past.to / hourMs) * hourMs;
  const sumUp = (records: readonly UsageRecord[], time: "hour" | "day"): void => {
    const own = sumByHour(records).groups();
    const hours = time === "hour" ? own : own.filter(({ hour }) => hour < upTo);
    for (const [rollup, rows] of sums)
      if (rollup.time === time) for (const row of rowsOf(rollup, hours)) rows.push(row);
  };
  const flush = async (): Promise<void> => {
    await loader.load("usage_logs", usageColumns, logs);
    for (const [rollup, rows] of sums) await loader.load(rollup.table, columnsOf(rollup), rows.splice(0));
    written += logs.length;
    console.error(`${written} usage rows`);
    logs = [];
  };
  for (const records of writePast(past)) {
    const own = Math.floor((records[0]?.createdAt ?? 0) / dayMs);
    if (own !== day) {
      sumUp(ofDay, "day");
      [day, ofDay] = [own, []];
    }
    for (const record of records) logs.push(toValues(record));
    sumUp(records, "hour");
    ofDay.push(...records);
    addSpend(spent, records);
    if (logs.length >= batchRows) await flush();
  }
  sumUp(ofDay, "day");
  await flush();
  await loader.run(`update usage_days_progress set up_to = ${upTo}`);
  const rows = [...spent].map(([{ kind, id }, nanos]) => [kind, id, "total", nanos]);
  await loader.load("spend", ["scope_kind", "scope_id", "period", "nanos"], rows);
}

function addSpend(spent: ScopeMap<number>, records: readonly UsageRecord[]): void {
  for (const { scope, nanos } of sumSpend(records)) spent.set(scope, (spent.get(scope) ?? 0) + nanos);
}

const auditColumns = [
  ...["sequence", "id", "happened_at", "action", "outcome", "actor_kind", "actor_id", "actor_name", "actor_user_id"],
  ...["object_kind", "object_id", "object_name", "address", "user_agent", "request_id", "route", "changes", "details"],
  ...["salt", "hash"],
] as const;

async function fillAudit(loader: Loader, { cast, from, to }: Past, count: number): Promise<void> {
  const chance = new Chance(13);
  const [head] = await loader.ask<{ readonly last: string; readonly hash: string }>(
    "select last, hash from audit_head",
  );
  let [last, hash] = [Number(head?.last), head?.hash ?? ""];
  for (let made = 0; made < count; made += batchRows) {
    const entries = Array.from({ length: Math.min(batchRows, count - made) }, (_, index) => {
      const key = at(cast.keys, Math.floor(chance.next() * cast.keys.length));
      const user = at(cast.users, Math.floor(chance.next() ** 3 * cast.users.length));
      const happened_at = Math.floor(from + ((made + index) / count) * (to - from));
      const action = chance.happens(0.7) ? "session.created" : chance.happens(0.5) ? "key.created" : "key.changed";
      return {
        ...{ sequence: last + index + 1, id: chance.id(happened_at), happened_at, action, outcome: "done" },
        ...{ actor_kind: "session", actor_id: user.id, actor_name: user.email, actor_user_id: user.id },
        ...{ object_kind: "key", object_id: key.id, object_name: key.secret.slice(0, 15), address: "192.0.2.9" },
        ...{ user_agent: "Mozilla/5.0", request_id: null, route: "apiKeys.update" },
        ...{ changes: `[{"field":"name","before":"a","after":"key ${made + index}"}]`, details: "{}" },
        ...{ salt: "00".repeat(16), personal_hash: null, erased_in: null },
      };
    });
    const rows = chained(hash, entries);
    last += rows.length;
    hash = rows.at(-1)?.hash ?? hash;
    await loader.load(
      "audit_log",
      auditColumns,
      rows.map((row) => auditColumns.map((column) => row[column])),
    );
  }
  await loader.run(`update audit_head set last = ${last}, hash = '${hash}'`);
}

async function fillEvents(loader: Loader, { cast, to }: Past, count: number): Promise<void> {
  const chance = new Chance(17);
  const [head] = await loader.ask<{ readonly last: string }>("select last from outbox_head");
  const first = Number(head?.last) + 1;
  const columns = ["sequence", "id", "name", "happened_at", "stored_at", "subject", "partition_key", "user_id", "data"];
  const rows = Array.from({ length: count }, (_, index): readonly Cell[] => {
    const user = at(cast.users, Math.floor(chance.next() * cast.users.length));
    const time = to - (count - index) * 10;
    const data = JSON.stringify({ user_id: user.id, username: user.email, method: "password", address: "192.0.2.9" });
    return [first + index, chance.id(time), "user.login", time, time, user.id, user.id, user.id, data];
  });
  await loader.load("outbox", columns, rows);
  await loader.run(`update outbox_head set last = ${first + count - 1}`);
}

/** Of a month; the last few wait. */
async function fillConsents(loader: Loader, { cast, models, to }: Past, count: number): Promise<void> {
  const chance = new Chance(23);
  const columns = [
    ...["id", "key_id", "user_id", "team_id", "fingerprint", "model", "operation", "dialect", "cost", "prompt_tokens"],
    ...["found", "policies", "valid_ms", "status", "is_open", "request_id", "ends_at", "note", "created_at"],
  ];
  const rows = Array.from({ length: count }, (_, index): readonly Cell[] => {
    const key = at(cast.keys, Math.floor(chance.next() ** 2 * cast.keys.length));
    const time = Math.floor(to - ((count - index) / count) * 30 * dayMs);
    const isWaiting = index > count - 200;
    return [
      ...[
        chance.id(time),
        key.id,
        key.userId,
        key.teamId,
        `fingerprint ${index}`,
        at(models, index % models.length).name,
      ],
      ...["chat.completions", "openai-chat", 2_000_000_000, 1000, "[]", '[{"id":"p","name":"dear models"}]', 3_600_000],
      ...[isWaiting ? "pending" : "used", isWaiting ? 1 : 0, chance.id(time), time + 7 * dayMs, "", time],
    ];
  });
  for (let begin = 0; begin < rows.length; begin += batchRows)
    await loader.load("consent_requests", columns, rows.slice(begin, begin + batchRows));
}

async function fillSessions(loader: Loader, { users }: Cast, to: number): Promise<void> {
  const chance = new Chance(19);
  const columns = [
    "id",
    "user_id",
    "method",
    "address",
    "user_agent",
    "is_browser",
    "created_at",
    "seen_at",
    "expires_at",
  ];
  const rows = users.map(({ id }): readonly Cell[] => {
    const time = Math.floor(to - chance.next() * 3_600_000);
    return [chance.id(time), id, "password", "192.0.2.9", "Mozilla/5.0", 1, time, time, time + 12 * 3_600_000];
  });
  await loader.load("sessions", columns, rows);
}
