// The limits and budgets that a request was held to, as one text of its record, and back: a word for each scope, such as
// `key@hour,r600:559,t90000:88000`. Written by the gateway, read by control.

import { formatUsd } from "@ghostllm/contract";
import type { Counted } from "#domain/access/scope.ts";

/** In the order in which engines of counters number them. */
const letters = ["r", "t", "c", "n", "b"] as const;
export const limitKinds = ["requests", "tokens", "cost", "concurrency", "budget"] as const;
export type LimitKind = (typeof limitKinds)[number];

/** Scopes of which a record has the ids anyway. */
const known: ReadonlySet<string> = new Set(["key", "user", "team", "organisation"]);

/** `consulted`: four numbers for each: the place of its scope, which kind it is, the limit, and what was left. */
export function writeConsulted(consulted: readonly number[], scopes: readonly Counted[]): string {
  let text = "";
  let last = -1;
  for (let at = 0; at < consulted.length; at += 4) {
    const place = consulted[at] ?? 0;
    if (place !== last) text += `${text === "" ? "" : " "}${nameOf(scopes[place])}`;
    last = place;
    text += `,${letters[consulted[at + 1] ?? 0]}${consulted[at + 2]}:${consulted[at + 3]}`;
  }
  return text;
}

function nameOf(scope: Counted | undefined): string {
  if (scope === undefined) return "";
  const { kind, id, period } = scope;
  const named = known.has(kind) ? kind : `${kind}=${id}`;
  return period === undefined ? named : `${named}@${period}`;
}

export interface ConsultedLimit {
  readonly scope: string;
  /** Of scopes that a record does not name by itself. */
  readonly id: string | null;
  /** Of a budget or a longer window; null: the scope itself, or its last minute. */
  readonly period: string | null;
  readonly kind: LimitKind;
  readonly limit: number;
  readonly left: number;
}

/** What cannot be read, since another version has written it, is left out. */
export function readConsulted(text: string): readonly ConsultedLimit[] {
  return text.split(" ").flatMap((word) => {
    const [name = "", ...items] = word.split(",");
    const [, scope = "", id = null, period = null] = /^([^=@]+)(?:=([^@]*))?(?:@(.*))?$/.exec(name) ?? [];
    return items.flatMap((item) => {
      const kind = limitKinds[letters.findIndex((letter) => item.startsWith(letter))];
      const [limit = NaN, left = NaN] = item.slice(1).split(":").map(Number);
      return kind === undefined || Number.isNaN(limit + left) ? [] : [{ scope, id, period, kind, limit, left }];
    });
  });
}

/** As callers are told of it. */
export interface ToldLimit {
  readonly what: LimitKind;
  readonly period: string | null;
  /** Null where it is money. */
  readonly limit: number | null;
  readonly left: number | null;
  readonly limit_usd: string | null;
  readonly left_usd: string | null;
}

export function tellLimit({ kind, period, limit, left }: ConsultedLimit): ToldLimit {
  const isMoney = kind === "budget" || kind === "cost";
  // A period of a budget has the budget's id behind a slash.
  const usual = kind === "budget" || kind === "concurrency" ? null : "minute";
  return {
    ...{ what: kind, period: period === null ? usual : (period.split("/")[0] ?? null) },
    ...{ limit: isMoney ? null : limit, left: isMoney ? null : left },
    ...{ limit_usd: isMoney ? formatUsd(limit) : null, left_usd: isMoney ? formatUsd(left) : null },
  };
}
