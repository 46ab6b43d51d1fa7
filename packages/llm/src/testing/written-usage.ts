import type { Usage } from "#hub.ts";

/** Without what is read for the record alone, and never told to a client of another dialect. */
export function writtenUsage(usage: Usage | null): Usage | null {
  if (usage === null) return null;
  const { serviceClass: _class, geography: _geography, webSearches: _web, fileSearches: _files, ...rest } = usage;
  const { containers: _containers, otherUses: _uses, vendorCostNanos: _cost, byOthers: _others, ...written } = rest;
  return written;
}

/** A reading of a stream, as far as it can be written. */
export function writtenReading<Reading extends { readonly usage: Usage | null }>(reading: Reading): Reading {
  return { ...reading, usage: writtenUsage(reading.usage) };
}
