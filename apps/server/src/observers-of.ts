import type { Config } from "#config/config.ts";
import { isLoopbackHost } from "#config/security.ts";
import type { Secret } from "#domain/secret.ts";
import { Observers } from "#gateway/observers.ts";

/** Who gives a token means that it is wanted, also on this machine. */
export function observersOf({ metrics: { isOpen, token }, server }: Config, adminKeys: readonly Secret[]): Observers {
  if (token === null) return new Observers({ isOpen: isOpen || isLoopbackHost(server.host), secrets: adminKeys });
  return new Observers({ isOpen, secrets: [...adminKeys, token] });
}
