import { z } from "zod";
import { id } from "./fields.ts";
import { defineRoutes } from "./route.ts";

const cache = z
  .object({
    entries: z
      .int()
      .describe("Answers that are kept, those among them whose time is over and that nobody has looked for since."),
    bytes: z.int().describe("What they take."),
    most_bytes: z.int().describe("What they may take: `cache.bytes`."),
    vectors: z.int().describe("Of them, those that are found by what they were asked for means, too."),
    vector_bytes: z.int().describe("What their vectors take."),
    most_vector_bytes: z
      .int()
      .nullable()
      .describe("What they may take in memory: `cache.vector_bytes`; null where they are in the database."),
    semantic_hits: z
      .int()
      .describe("How often one was told to a question of the same meaning, since the server that answers has started."),
  })
  .meta({ id: "Cache" });

const tag = "Cache";

export const cacheRoutes = defineRoutes({
  get: {
    id: "cache.get",
    tag,
    permission: "cache.read",
    method: "GET",
    path: "/admin/cache",
    response: cache,
    status: 200,
    summary: "Read how much is kept of answers",
    description: "Answers of aliases with a cache policy, for requests that come again.",
  },
  purge: {
    id: "cache.purge",
    tag,
    permission: "cache.purge",
    method: "DELETE",
    path: "/admin/cache",
    query: z.strictObject({
      alias_id: id.optional().describe("Only what was asked of this alias."),
      api_key_id: id.optional().describe("Only what this key asked for first."),
      user_id: id.optional().describe("Only what keys of this user asked for first."),
    }),
    response: z.object({ removed: z.int().describe("How many answers.") }),
    status: 200,
    summary: "Forget answers that are kept",
    description: "Those that all of the query means; without one all. What is asked at the moment may be kept later.",
  },
});
