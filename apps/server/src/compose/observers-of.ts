import type { Config } from "#config/config.ts";
import { isLoopbackHost } from "#config/security.ts";
import type { Secret } from "#domain/secret.ts";
import { Observers } from "#gateway/http/observers.ts";

/** Who gives a token means that it is wanted, also on this machine. */
export function observersOf({ metrics: { isOpen, token }, server }: Config, adminKeys: readonly Secret[]): Observers {
  const isOwn = token === null && isLoopbackHost(server.host);
  const openTo = isOpen ? "all" : isOwn ? "this machine" : "nobody";
  return new Observers({ openTo, secrets: token === null ? adminKeys : [...adminKeys, token] });
}
