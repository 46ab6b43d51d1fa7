import { formatUsd, GhostError } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { ConsentRequestRow } from "#control/store/consents/consent-store.ts";
import type { Caller, Resource, ResourceDependencies } from "./resource.ts";
import { found, toTime, toTimeOrNull } from "./fields.ts";
import { readPage } from "./pagination.ts";

type ApiConsent = RouteAnswer<AdminRoutes["consents"]["get"]>;

const minuteMs = 60_000;

export function createConsentsResource({ store }: Pick<ResourceDependencies, "store">): Resource<"consents"> {
  const decide = async (isApproved: boolean, { id, actor, reach, note, minutes }: Deciding): Promise<ApiConsent> => {
    const held = found(await store.consents.find(id, reach), "consent request", id);
    if (reach !== "all" && held.userId === actor.userId)
      throw new GhostError("permission_denied", "Somebody else has to decide on your own requests");
    const validMs = minutes === undefined ? null : minutes * minuteMs;
    const row = await store.consents.decide(id, { isApproved, note, validMs, by: actor.userId }, reach);
    if (row === undefined)
      throw new GhostError("conflict", `The consent request ${id} waits no more: it was decided, or its time is over`);
    return toApiConsent(row);
  };
  return {
    list: ({ query: { limit, after, status, key_id: keyId, user_id: userId, team_id: teamId, model }, reach }) => {
      const filter = {
        ...(status !== undefined && { status }),
        ...(keyId !== undefined && { keyId }),
        ...(userId !== undefined && { userId }),
        ...(teamId !== undefined && { teamId }),
        ...(model !== undefined && { model }),
      };
      return readPage({ limit, after }, (page) => store.consents.list({ ...page, ...filter }, reach), toApiConsent);
    },
    get: async ({ params: { id }, reach }) =>
      toApiConsent(found(await store.consents.find(id, reach), "consent request", id)),
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

function toApiConsent(row: ConsentRequestRow): ApiConsent {
  return {
    ...{ id: row.id, status: row.status, key_id: row.keyId, key_name: row.keyName },
    ...{ user_id: row.userId, username: row.username, team_id: row.teamId },
    ...{ model: row.model, operation: row.operation, dialect: row.dialect },
    cost_usd: row.costNanos === null ? null : formatUsd(row.costNanos),
    prompt_tokens: row.promptTokens,
    privacy: row.found.map((one) => ({ ...one })),
    policies: row.policies.map((one) => ({ ...one })),
    ...{ fingerprint: row.fingerprint, request_id: row.requestId, valid_minutes: row.validMs / minuteMs },
    ends_at: toTime(row.endsAt),
    ...{ decided_at: toTimeOrNull(row.decidedAt), decided_by: row.decidedBy, decided_by_name: row.decidedByName },
    ...{ note: row.note, used_at: toTimeOrNull(row.usedAt), used_by_request: row.usedBy },
    created_at: toTime(row.createdAt),
  };
}
