// Users and tokens of one-api and new-api. A token is kept in clear, without its `sk-`; quotas count 500,000 for a USD.

import { createHash } from "node:crypto";
import { formatUsd, parseUsd } from "@ghostllm/contract";
import {
  nameOf,
  numberOf,
  textOf,
  type Bounds,
  type DesiredKey,
  type DesiredUser,
  type Fields,
  type Findings,
  usdOf,
} from "@ghostllm/contract/importing";
import type { Flavour } from "./flavour.ts";

/** Of a USD, where nobody has set QuotaPerUnit to something else. */
export const usualQuota = 500_000;

export interface PeopleReading {
  readonly flavour: Flavour;
  readonly quotaPerUsd: number;
  /** Epoch ms. */
  readonly now: number;
  readonly findings: Findings;
}

const [disabled, deleted] = [2, 3];
const roles: Readonly<Record<number, string>> = { 1: "member", 10: "admin", 100: "admin" };

export function readUsers(rows: readonly Fields[], reading: PeopleReading): readonly DesiredUser[] {
  const taken = new Set<string>();
  return rows.flatMap((row): readonly DesiredUser[] => {
    const { findings } = reading;
    const status = numberOf(row["status"]) ?? 1;
    if (status === deleted || textOf(row["deleted_at"]) !== null) return [];
    const name = String(row["username"] ?? row["id"]);
    const given = textOf(row["email"])?.toLowerCase() ?? null;
    const isOwn = given !== null && /^[^\s@]+@[^\s@]+$/.test(given) && !taken.has(given);
    const email = isOwn ? given : `${name.toLowerCase().replace(/[^a-z0-9._-]+/g, "-")}@${reading.flavour}.invalid`;
    taken.add(email);
    const notes = isOwn ? [] : [`he has no e-mail address there: he is ${email} here`];
    const group = textOf(row["group"]);
    if (group !== null && group !== "default")
      notes.push(`the ratio of his group (${group}) is not moved: budgets count USD`);
    const bounds = userBounds(row, reading);
    findings.graded(`user ${email}`, [...notes, "his password is not moved: send a link for a new one"]);
    const role = roles[numberOf(row["role"]) ?? 1] ?? "member";
    const username = nameOf(textOf(row["display_name"]) ?? name);
    return [{ ref: String(row["id"]), email, username, role, isActive: status !== disabled, bounds }];
  });
}

/** `quota` is what is left: beside what is used it is what there was in all. */
function userBounds(row: Fields, { quotaPerUsd }: PeopleReading): Bounds {
  const spent = usdOfQuota(row["used_quota"], quotaPerUsd);
  const left = usdOfQuota(row["quota"], quotaPerUsd);
  return { limits: {}, budget: sum(spent, left), budgets: [], spent };
}

function usdOfQuota(quota: unknown, perUsd: number): string {
  const count = Math.max(0, numberOf(quota) ?? 0);
  return usdOf(count / perUsd) ?? "0";
}

function sum(one: string, other: string): string {
  return formatUsd(parseUsd(one) + parseUsd(other));
}

const [enabledToken, expiredToken, exhaustedToken] = [1, 3, 4];

export function readTokens(
  rows: readonly Fields[],
  users: readonly DesiredUser[],
  reading: PeopleReading,
): readonly DesiredKey[] {
  const owners = new Set(users.map(({ ref }) => ref));
  return rows.flatMap((row): readonly DesiredKey[] => {
    const name = nameOf(textOf(row["name"]) ?? `token ${String(row["id"])}`);
    const item = `token ${name} (${String(row["id"])})`;
    const secret = textOf(row["key"])?.trim();
    if (secret === undefined || textOf(row["deleted_at"]) !== null) return [];
    const user = String(row["user_id"]);
    if (!owners.has(user)) {
      reading.findings.unsupported(item, "its user is not there any more");
      return [];
    }
    return [toKey(row, { name, item, secret, user }, reading)];
  });
}

interface Named {
  readonly name: string;
  readonly item: string;
  readonly secret: string;
  readonly user: string;
}

function toKey(
  row: Fields,
  { name, item, secret, user }: Named,
  { quotaPerUsd, now, findings }: PeopleReading,
): DesiredKey {
  const notes: string[] = [];
  const status = numberOf(row["status"]) ?? enabledToken;
  const expires = numberOf(row["expired_time"]) ?? -1;
  const isOver = status === expiredToken || (expires > 0 && expires * 1000 <= now);
  const isBlocked = status !== enabledToken && status !== expiredToken && status !== exhaustedToken;
  if (isOver) notes.push("it has expired: it is there revoked, so that its usage has a name");
  if (isBlocked && !isOver) notes.push("it is disabled: it may be used for nothing until it is given endpoints again");
  const group = textOf(row["group"]);
  if (group !== null && group !== "default") notes.push(`its group (${group}) is not moved`);
  const spent = usdOfQuota(row["used_quota"], quotaPerUsd);
  const isUnlimited = row["unlimited_quota"] === true || row["unlimited_quota"] === 1;
  const budget = isUnlimited ? null : sum(spent, usdOfQuota(row["remain_quota"], quotaPerUsd));
  const addresses = addressesOf(row);
  const models = modelsOf(row);
  findings.graded(item, notes);
  return {
    ...{ sha256: createHash("sha256").update(`sk-${secret}`).digest("hex"), name, user, team: null, tags: [] },
    permissions: { models, addresses, ...(isBlocked && { endpoints: [] }) },
    ...{ expiresAt: expires > 0 && !isOver ? new Date(expires * 1000).toISOString() : null, isOver },
    bounds: { limits: {}, budget, budgets: [], spent },
  };
}

function modelsOf(row: Fields): string[] | null {
  // new-api says by a column of its own whether its list is looked at.
  const isAsked =
    row["model_limits_enabled"] === undefined ||
    row["model_limits_enabled"] === true ||
    row["model_limits_enabled"] === 1;
  const text = isAsked ? (textOf(row["model_limits"]) ?? textOf(row["models"])) : null;
  return text === null
    ? null
    : text
        .split(",")
        .map((one) => one.trim())
        .filter(Boolean);
}

function addressesOf(row: Fields): string[] | null {
  const text = textOf(row["allow_ips"]) ?? textOf(row["subnet"]);
  const ranges = (text ?? "").split(/[\s,]+/).filter(Boolean);
  return ranges.length === 0 ? null : ranges;
}
