// Which events anybody wants: asked in the transaction that would store them, so that from the moment a sink is there none is left out.

import type { EventName } from "@ghostllm/contract/events";
import { CompiledQuery, type Kysely } from "kysely";
import type { Database } from "#control/store/database.ts";
import type { Tables } from "#control/store/tables.ts";

export type ReadWanted = (transaction: Kysely<Tables>) => Promise<ReadonlySet<EventName>>;

export function wantedEventsIn({ engine, now }: Database): ReadWanted {
  const text =
    `select event_names from event_sinks where wanted_until is null or wanted_until > ${engine.parameter(1)} ` +
    "union select event_names from webhooks where is_active = 1";
  return async (transaction) => {
    const { rows } = await transaction.executeQuery<{ event_names: string }>(CompiledQuery.raw(text, [now()]));
    return new Set(rows.flatMap(({ event_names: names }) => parseNames(names)));
  };
}

/** Written by this server or another version of it, which may have names that this one has not: they are asked for in vain. */
export function parseNames(text: string): readonly EventName[] {
  return text === "" ? [] : (text.split(" ") as EventName[]);
}

export function writeNames(names: readonly EventName[]): string {
  return names.join(" ");
}
