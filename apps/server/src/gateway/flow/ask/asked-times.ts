// How long a request itself wants to be waited for, beside what its alias and the server say: by its headers, and by its key.

import { GhostError } from "@ghostllm/contract";
import { shorterOf } from "#domain/alias-policy.ts";
import type { AliasTimeouts } from "#domain/alias-policy.ts";
import type { Call } from "#gateway/flow/call.ts";

type Asking = Pick<Call, "exchange" | "principal">;

const headers = {
  connectMs: "x-ghostllm-connect-timeout-ms",
  firstTokenMs: "x-ghostllm-first-token-timeout-ms",
  idleMs: "x-ghostllm-idle-timeout-ms",
  totalMs: "x-ghostllm-timeout-ms",
} as const;

const names = Object.values(headers);

/** Null, as for almost all: nothing. Throws GhostError `invalid_request_error` for what is no time. */
export function timesAskedFor({ exchange, principal }: Asking): AliasTimeouts | null {
  const { timeouts = null } = principal.permissions;
  if (names.every((name) => exchange.header(name) === undefined)) return timeouts;
  const given = {
    connectMs: headerMs(exchange, headers.connectMs),
    firstTokenMs: headerMs(exchange, headers.firstTokenMs),
    idleMs: headerMs(exchange, headers.idleMs),
    totalMs: headerMs(exchange, headers.totalMs),
  };
  return timeouts === null ? given : shorterOf(given, timeouts);
}

function headerMs(exchange: Call["exchange"], name: string): number | null {
  const asked = exchange.header(name);
  if (asked === undefined) return null;
  if (/^[1-9]\d{0,8}$/.test(asked)) return Number(asked);
  const message = `Invalid '${name}': expected a whole number of milliseconds, of at least 1.`;
  throw new GhostError("invalid_request_error", message, { param: name });
}
