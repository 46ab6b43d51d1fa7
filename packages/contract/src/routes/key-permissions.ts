// What a key may be used for, from where, for whom, and how long it waits.

import { z } from "zod";
import { timeFields } from "./alias-policy-fields.ts";
import { isKeyEndpoint, keyEndpointNames } from "#access/endpoints.ts";

/** A rule of which models may be used. */
export const models = z
  .array(z.string().min(1).max(200))
  .max(500)
  .nullable()
  .describe("Names of models, in which `*` stands for any run of characters; null allows every model.");

const endpoint = z.string().refine(isKeyEndpoint, `There are ${keyEndpointNames.join(", ")}`);

const endpoints = z
  .array(endpoint)
  .max(50)
  .nullable()
  .describe(
    "What it may be used for, such as `embeddings`; null allows everything. `admin` is what its user may do beside models.",
  );

const addresses = z
  .array(z.string().min(1).max(60))
  .max(100)
  .nullable()
  .describe(
    "From where it may be used: addresses and ranges of IPv4 and IPv6, such as `10.0.0.0/8`; null allows every address. Behind a proxy that is trusted it is the client's.",
  );

const actsFor = z
  .enum(["known", "any"])
  .nullable()
  .describe(
    "Its requests may say for which user they are, by `x-ghostllm-user` or `x-openwebui-user-email` with an e-mail address: they are then that user's, with his limits and budgets beside those of the key. `known`: users of this server, others are refused; `any`: others are counted for the owner of the key. Null: nobody is listened to. It takes the right to manage all keys.",
  );

const timeouts = z
  .strictObject({
    connect_ms: timeFields.connect_ms.optional(),
    first_token_ms: timeFields.first_token_ms.optional(),
    idle_ms: timeFields.idle_ms.optional(),
    total_ms: timeFields.total_ms.optional(),
  })
  .describe(
    "How long its requests wait. Those of the server, of an alias and of the request itself hold as well: the shortest one counts. A field left out stays as it is.",
  )
  .meta({ id: "KeyTimeoutsInput" });

export const shownPermissions = z.object({
  models,
  endpoints: z.array(z.string()).nullable(),
  addresses,
  acts_for: actsFor.default(null),
  timeouts: z.object(timeFields).nullable().default(null).describe("How long its requests wait; null: as others do."),
});

export const permissions = z
  .strictObject({
    models: models.optional(),
    endpoints: endpoints.optional(),
    addresses: addresses.optional(),
    acts_for: actsFor.optional(),
    timeouts: timeouts.optional(),
  })
  .describe("A field left out stays as it is, and allows everything in a new key.");
