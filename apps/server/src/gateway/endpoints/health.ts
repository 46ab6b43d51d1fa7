import type { Target } from "#domain/snapshot.ts";
import type { TargetStanding } from "#domain/target-report.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Exchange } from "#gateway/http/exchange.ts";
import { pathOf } from "#domain/target-path.ts";
import { reasonNotToAdmit } from "#gateway/flow/may-admit.ts";

type Readying = Pick<GatewayDeps, "readiness" | "journal" | "lease" | "clock">;
export type HealthDeps = Readying & Pick<GatewayDeps, "health" | "snapshots" | "version">;
export type StatusDeps = Pick<GatewayDeps, "snapshots" | "targetHealth" | "version" | "clock" | "neighbours">;

/** `GET /health/live`: the process runs and its event loop turns. Says nothing else, so that nobody restarts it in vain. */
export function serveLiveness(exchange: Exchange): void {
  exchange.outlet.answerJson(200, { status: "ok" });
}

/** `GET /health/ready`: send requests here. A database that is away does not stop them, since the snapshot goes on. */
export function serveReadiness(deps: Readying, exchange: Exchange): void {
  const reason = deps.readiness.awayBecause ?? reasonNotToAdmit(deps);
  exchange.outlet.answerJson(
    reason === null ? 200 : 503,
    reason === null ? { status: "ready" } : { status: "not_ready", reason },
  );
}

/** `GET /health`: how every part is. */
export async function serveHealth(deps: HealthDeps, exchange: Exchange): Promise<void> {
  const { health, readiness, snapshots, version } = deps;
  const parts = [...(await health.parts())];
  const isReady = readiness.awayBecause === null && reasonNotToAdmit(deps) === null;
  const isHealthy = parts.every(([, part]) => part.isHealthy) && isReady;
  exchange.outlet.answerJson(isHealthy ? 200 : 503, {
    status: isHealthy ? "ok" : "degraded",
    version,
    ready: isReady,
    snapshot_version: snapshots.current().version,
    parts: Object.fromEntries(parts.map(([name, { isHealthy: healthy, detail }]) => [name, { healthy, detail }])),
  });
}

/** Why it is asked by nobody until an operator has seen to it, and since when. One for each reason that there is. */
function parkedAs({ provider, model }: Target, standings: readonly TargetStanding[], now: number) {
  const path = pathOf({ provider, model });
  const parked = standings.filter((one) => one.path === path && one.state === "parked");
  return [...Map.groupBy(parked, ({ reason }) => reason)].map(([reason, ones]) => {
    const longestMs = Math.max(...ones.map(({ forMs }) => forMs ?? 0));
    return { model, reason, since: new Date(now - longestMs).toISOString() };
  });
}

/** `GET /status`: what is served, and by whom. */
export function serveStatus(
  { snapshots, targetHealth, version, clock, neighbours }: StatusDeps,
  exchange: Exchange,
): void {
  const { providers, models, aliases, teamAliases } = snapshots.current();
  const targets = [...models.values()].flat();
  const standings = targetHealth.standings(clock.monotonic());
  const pathsOf = (isMeant: (one: TargetStanding) => boolean): ReadonlySet<string> =>
    new Set(standings.filter(isMeant).map(({ path }) => path));
  const resting = pathsOf(({ restMs, callersRestMs }) => restMs > 0 || callersRestMs > 0);
  const parked = pathsOf(({ state }) => state === "parked");
  exchange.outlet.answerJson(200, {
    version,
    uptime_seconds: Math.round(process.uptime()),
    models: models.size,
    aliases: [aliases, ...teamAliases.values()].reduce((sum, { size }) => sum + size, 0),
    ...(neighbours !== null && {
      workers: neighbours.all().map(({ connections, heldBytes }, index) => {
        return { worker: index + 1, connections, held_bytes: heldBytes };
      }),
    }),
    providers: [...providers.values()].map((provider) => {
      const own = targets.filter((target) => target.provider === provider);
      const within = (paths: ReadonlySet<string>) =>
        own.filter((one) => paths.has(pathOf(one))).map(({ model }) => model);
      return {
        ...{ name: provider.name, type: provider.definition.type, models: own.length },
        ...{ resting_models: within(resting), parked_models: within(parked) },
        parked: own.flatMap((one) => parkedAs(one, standings, clock.now())),
      };
    }),
  });
}
