// What was granted to running requests while Redis was not asked: it holds that for them, too, when it is back.
// Called by redis-link.ts.

import type { Clock } from "#domain/clock.ts";
import type { RedisCommands } from "./commands.ts";
import type { Held } from "./held.ts";
import type { RedisKeys } from "./keys.ts";
import { hold } from "./scripts/reunion.ts";

interface RaisedParts {
  readonly commands: Pick<RedisCommands, "run" | "instance">;
  readonly keys: RedisKeys;
  readonly clock: Pick<Clock, "monotonic">;
  readonly held: ReadonlyMap<string, Held>;
}

/** As it stands, so that it may be told again. */
export async function tellRaised({ commands, keys, clock, held }: RaisedParts): Promise<void> {
  for (const one of held.values()) {
    if (!one.isRaised || one.place !== "redis" || one.isLeaving) continue;
    one.isRaised = false;
    const leftMs = Math.max(1, Math.round(one.expiresAt - clock.monotonic()));
    const all = [...keys.countersOf(commands.instance), ...one.scopes.map((scope) => keys.scope(scope))];
    const telling = commands.run(hold, all, [one.id, one.tokens, one.costNanos, leftMs]);
    await telling.catch(() => (one.isRaised = true));
  }
}
