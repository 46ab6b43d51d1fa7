import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { Refusal } from "#control/live/refusals.ts";
import { isWithin } from "#control/live/live-changes.ts";
import type { Store } from "#control/store/store.ts";
import type { Reach } from "#domain/access/may.ts";
import { toTime } from "./fields.ts";

type RefusedRequest = RouteAnswer<AdminRoutes["requests"]["refused"]>["data"][number];

/** With names. What came by no known key is nobody's own. */
export async function refusedWithin(
  store: Pick<Store, "names">,
  refusals: readonly Refusal[],
  reach: Reach,
): Promise<RefusedRequest[]> {
  const ids = [...new Set(refusals.flatMap(({ keyId }) => keyId ?? []))];
  const { keys } = await store.names.find({ keys: ids });
  const owners = [...new Set([...keys.values()].map(({ userId }) => userId))];
  const { users } = await store.names.find({ users: owners });
  return refusals.flatMap((refusal) => {
    const key = keys.get(refusal.keyId ?? "");
    if (!isWithin(reach, { userId: key?.userId ?? null, teamId: key?.teamId ?? null })) return [];
    return [
      {
        ...{ id: refusal.id, created_at: toTime(refusal.createdAt), code: refusal.code, http_status: refusal.status },
        ...{ path: refusal.path, api_key_id: refusal.keyId, ip_address: refusal.address },
        ...{ key_name: key?.name ?? null, key_public_id: key?.publicId ?? null, user_id: key?.userId ?? null },
        user_name: users.get(key?.userId ?? "") ?? null,
      },
    ];
  });
}
