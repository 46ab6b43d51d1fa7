import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { joined, knowing } from "#control/targets/target-states.ts";
import type { KnownTarget } from "#control/targets/target-states.ts";
import type { Target } from "#domain/snapshot.ts";
import { pathOf } from "#domain/target-path.ts";
import type { LimitLeft, QueueReport, TargetStanding } from "#domain/target-report.ts";
import { toTime } from "./fields.ts";
import { byName, pageOf, readNamed } from "./pagination.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";

type ApiTarget = RouteAnswer<AdminRoutes["targets"]["list"]>["data"][number];
type TargetDeps = Pick<ResourceDependencies, "snapshot" | "reports" | "clock" | "store">;

interface Row {
  readonly id: string;
  readonly name: string;
  readonly target: Target;
  readonly known: KnownTarget;
  /** Of all its operations together. */
  readonly standing: TargetStanding | null;
}

export function createTargetsResource({ snapshot, reports, clock, store }: TargetDeps): Resource<"targets"> {
  return {
    async list({ query }) {
      const know = knowing(await reports.ask());
      const rows = [...snapshot().models.values()].flat().flatMap((target) => toRow(target, know));
      const meant = rows.filter(
        ({ target, standing }) =>
          (query.state === undefined || query.state === stateOf(standing)) &&
          (query.provider_id === undefined || query.provider_id === target.provider.id),
      );
      const named = pageOf(meant, byName, ({ target, name }) => [name, target.provider.name]);
      const now = clock.now();
      return readNamed(query, byName, named, (row) => toApiTarget(row, now));
    },

    async queues({ reach }) {
      const queues = Map.groupBy(
        (await reports.ask()).flatMap((report) => report.queues),
        ({ aliasId }) => aliasId,
      );
      const aliases = queues.size === 0 ? [] : await store.aliases.list(null, reach);
      return { data: aliases.flatMap(({ id, name }) => toApiQueue({ id, name }, queues.get(id) ?? [])) };
    },
  };
}

/** Lines of several threads may be of the same team: the most of any of them is told. */
function toApiQueue({ id, name }: { readonly id: string; readonly name: string }, parts: readonly QueueReport[]) {
  const waiting = parts.reduce((sum, part) => sum + part.waiting, 0);
  if (waiting === 0) return [];
  const lines = Math.max(...parts.map((part) => part.lines));
  const longest = Math.max(...parts.map(({ longestMs }) => longestMs));
  return [{ alias_id: id, alias: name, waiting, lines, longest_wait_ms: Math.round(longest) }];
}

function toRow(target: Target, know: (path: string) => KnownTarget): Row[] {
  const { modelId: id, model, provider } = target;
  if (id === null) return [];
  const known = know(pathOf(target));
  return [{ id, name: `${provider.name}/${model}`, target, known, standing: joined(known.standings) }];
}

function stateOf(standing: TargetStanding | null): TargetStanding["state"] {
  return standing?.state ?? "closed";
}

function toApiTarget({ id, target, known, standing }: Row, now: number): ApiTarget {
  const { provider, model } = target;
  return {
    ...{ model_id: id, provider_id: provider.id, provider: provider.name, model },
    ...toApiState(standing, now),
    running: known.running,
    operations: known.standings.map((one) => ({
      operation: one.operation,
      ...toApiState(one, now),
      ...{ callers: one.callers, requests: one.attempts, failed: one.failed, slow: one.slow },
    })),
    latency: known.paces.map(({ operation, stream, ms }) => ({ operation, streamed: stream, ms })),
    left: { requests: toApiLeft(known.requests, now), tokens: toApiLeft(known.tokens, now) },
  };
}

function toApiState(standing: TargetStanding | null, now: number) {
  const { reason = null, forMs = null, restMs = 0 } = standing ?? {};
  return {
    ...{ state: stateOf(standing), reason },
    since: forMs === null ? null : toTime(now - forMs),
    until: restMs > 0 ? toTime(now + restMs) : null,
  };
}

function toApiLeft(left: LimitLeft | null, now: number) {
  return left === null ? null : { amount: left.amount, reset_at: toTime(now + left.resetMs) };
}
