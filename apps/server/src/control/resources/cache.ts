import { GhostError } from "@ghostllm/contract";
import { deed } from "#domain/audit.ts";
import type { CachePurge } from "#link/cache.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";

type PurgeQuery = Parameters<Resource<"cache">["purge"]>[0]["query"];
type CacheDeps = Pick<ResourceDependencies, "store" | "cache" | "meanings" | "cacheBytes">;

export function createCacheResource({ store, cache, meanings, cacheBytes }: CacheDeps): Resource<"cache"> {
  return {
    async get() {
      const { entries, bytes } = await answered(() => cache.use());
      const { vectors, vectorBytes, mostVectorBytes, told: hits } = await answered(() => meanings.use());
      const told = { vectors, vector_bytes: vectorBytes, most_vector_bytes: mostVectorBytes, semantic_hits: hits };
      return { entries, bytes, most_bytes: cacheBytes, ...told };
    },

    async purge({ query }) {
      const meant = meantBy(query);
      const removed = await answered(() => cache.purge(meant));
      await answered(() => meanings.purge(meant));
      const told = Object.entries(query).filter((one): one is [string, string] => one[1] !== undefined);
      const details = { ...Object.fromEntries(told), removed };
      await store.audit.add([deed("cache.purged", { kind: "cache", id: null, name: "" }, { details })]);
      return { removed };
    },
  };
}

function meantBy({ alias_id: alias, api_key_id: key, user_id: user }: PurgeQuery): CachePurge {
  return {
    ...(alias !== undefined && { alias }),
    ...(key !== undefined && { key }),
    ...(user !== undefined && { user }),
  };
}

/** It is elsewhere, where several instances share it. */
async function answered<Answer>(ask: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (cause) {
    const message = "What is kept of answers cannot be asked at the moment.";
    throw new GhostError("service_unavailable", message, { retryAfterSeconds: 5, cause });
  }
}
