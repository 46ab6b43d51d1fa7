import { formatUsd, GhostError } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { ConsentRequestRow } from "#control/store/consents/consent-store.ts";
import type { Page } from "#control/store/page.ts";
import type { Actor } from "#domain/access/actor.ts";
import { may, reach as reachOf, type Reach } from "#domain/access/may.ts";
import type { Scope } from "#domain/access/scope.ts";
import type { Caller, Resource, ResourceDependencies } from "./resource.ts";
import { found, toTime, toTimeOrNull } from "./fields.ts";
import { readPage } from "./pagination.ts";

type ApiConsent = RouteAnswer<AdminRoutes["consents"]["get"]>;

const minuteMs = 60_000;

export function createConsentsResource({ store }: Pick<ResourceDependencies, "store">): Resource<"consents"> {
  const decide = async (isApproved: boolean, { id, actor, reach, note, minutes }: Deciding): Promise<ApiConsent> => {
    const held = found(await store.consents.find(id, reach), "consent request", id);
    if (isKeptFrom(actor, reach, held))
      throw new GhostError("permission_denied", "Somebody else has to decide on your own requests");
    const validMs = minutes === undefined ? null : minutes * minuteMs;
    const row = await store.consents.decide(id, { isApproved, note, validMs, by: actor.userId }, reach);
    if (row === undefined)
      throw new GhostError("conflict", `The consent request ${id} waits no more: it was decided, or its time is over`);
    return toApiConsent(row, actor);
  };
  return {
    list: ({ query, reach, actor }) => {
      const { limit, after, status, key_id: keyId, user_id: userId, team_id: teamId, model } = query;
      const filter = {
        ...(status !== undefined && { status }),
        ...(keyId !== undefined && { keyId }),
        ...(userId !== undefined && { userId }),
        ...(teamId !== undefined && { teamId }),
        ...(model !== undefined && { model }),
      };
      const read = (page: Page) => store.consents.list({ ...page, ...filter }, reach);
      return readPage({ limit, after }, read, (row) => toApiConsent(row, actor));
    },
    get: async ({ params: { id }, reach, actor }) =>
      toApiConsent(found(await store.consents.find(id, reach), "consent request", id), actor),
    approve: ({ params: { id }, body: { note, valid_minutes: minutes }, actor, reach }) =>
      decide(true, { id, note, minutes, actor, reach }),
    refuse: ({ params: { id }, body: { note, valid_minutes: minutes }, actor, reach }) =>
      decide(false, { id, note, minutes, actor, reach }),
  };
}

interface Deciding extends Caller {
  readonly id: string;
  readonly note: string;
  readonly minutes: number | undefined;
}

/** Who decides for his teams alone does not decide on his own requests. */
function isKeptFrom(actor: Actor, reached: Reach, { userId }: ConsentRequestRow): boolean {
  return reached !== "all" && userId === actor.userId;
}

function mayDecide(actor: Actor, row: ConsentRequestRow): boolean {
  const { status, userId, teamId } = row;
  if (status !== "pending" || isKeptFrom(actor, reachOf(actor, "consents.decide"), row)) return false;
  const team: readonly Scope[] = teamId === null ? [] : [{ kind: "team", id: teamId }];
  return may(actor, "consents.decide", [{ kind: "user", id: userId }, ...team]);
}

function toApiConsent(row: ConsentRequestRow, actor: Actor): ApiConsent {
  return {
    ...{ id: row.id, status: row.status, key_id: row.keyId, key_name: row.keyName },
    ...{ user_id: row.userId, username: row.username, team_id: row.teamId },
    ...{ model: row.model, operation: row.operation, dialect: row.dialect },
    cost_usd: row.costNanos === null ? null : formatUsd(row.costNanos),
    prompt_tokens: row.promptTokens,
    privacy: row.found.map((one) => ({ ...one })),
    policies: row.policies.map((one) => ({ ...one })),
    ...{ fingerprint: row.fingerprint, request_id: row.requestId, valid_minutes: row.validMs / minuteMs },
    may_decide: mayDecide(actor, row),
    ends_at: toTime(row.endsAt),
    ...{ decided_at: toTimeOrNull(row.decidedAt), decided_by: row.decidedBy, decided_by_name: row.decidedByName },
    ...{ note: row.note, used_at: toTimeOrNull(row.usedAt), used_by_request: row.usedBy },
    created_at: toTime(row.createdAt),
  };
}
