// What a key may be used for and from where, between what callers give and what is stored.

import { isKeyEndpoint } from "@ghostllm/contract";
import { noTimeouts, saysNothing } from "#domain/alias-policy.ts";
import type { AliasTimeouts } from "#domain/alias-policy.ts";
import { writeAddressRange } from "#domain/access/address-list.ts";
import type { ActsFor, Permissions } from "#domain/principal.ts";
import { toApiTimeouts } from "./alias-policy.ts";
import { invalid } from "./fields.ts";

interface GivenTimeouts {
  readonly connect_ms?: number | null | undefined;
  readonly first_token_ms?: number | null | undefined;
  readonly idle_ms?: number | null | undefined;
  readonly total_ms?: number | null | undefined;
}

interface Given {
  readonly models?: readonly string[] | null | undefined;
  readonly endpoints?: readonly string[] | null | undefined;
  readonly addresses?: readonly string[] | null | undefined;
  readonly acts_for?: ActsFor | null | undefined;
  readonly timeouts?: GivenTimeouts | undefined;
}

export const everything: Permissions = {
  models: null,
  endpoints: null,
  addresses: null,
  actsFor: null,
  timeouts: null,
};

/** What is left out stays as it is. */
export function changePermissions(before: Permissions, given: Given): Permissions {
  const { models, endpoints, addresses, acts_for: actsFor } = given;
  return {
    models: models === undefined ? before.models : models,
    endpoints: endpoints === undefined ? (before.endpoints ?? null) : (endpoints?.filter(isKeyEndpoint) ?? null),
    addresses: addresses === undefined ? (before.addresses ?? null) : (addresses?.map(readRange) ?? null),
    actsFor: actsFor === undefined ? (before.actsFor ?? null) : actsFor,
    timeouts: changeTimeouts(before.timeouts ?? null, given.timeouts),
  };
}

function changeTimeouts(before: AliasTimeouts | null, given: GivenTimeouts = {}): AliasTimeouts | null {
  const { connectMs, firstTokenMs, idleMs, totalMs } = before ?? noTimeouts;
  const timeouts = {
    connectMs: given.connect_ms === undefined ? connectMs : given.connect_ms,
    firstTokenMs: given.first_token_ms === undefined ? firstTokenMs : given.first_token_ms,
    idleMs: given.idle_ms === undefined ? idleMs : given.idle_ms,
    totalMs: given.total_ms === undefined ? totalMs : given.total_ms,
  };
  return saysNothing(timeouts) ? null : timeouts;
}

function readRange(text: string): string {
  const range = writeAddressRange(text);
  if (range !== null) return range;
  const hint = "Give addresses and ranges of IPv4 and IPv6, such as 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32";
  throw invalid("permissions.addresses", `\`${text}\` is none. ${hint}`);
}

export function showPermissions({ models, endpoints, addresses, actsFor = null, timeouts = null }: Permissions) {
  const copy = (list: readonly string[] | null | undefined): string[] | null => (list ? [...list] : null);
  return {
    ...{ models: copy(models), endpoints: copy(endpoints), addresses: copy(addresses), acts_for: actsFor },
    timeouts: timeouts && toApiTimeouts(timeouts),
  };
}
