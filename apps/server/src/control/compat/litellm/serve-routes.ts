// /litellm: the parts of LiteLLM's admin API that programs use, over ours, where an operator has asked for it (`compat.litellm`). Called by
// control/http. Invariant: whatever it does is done by a route of the admin API, which it asks as whoever has called.

import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Clock } from "#domain/clock.ts";
import type { ClientAddresses } from "#edge/client-addresses.ts";
import { adminFor, asRefused, credentialOf } from "./admin-within.ts";
import type { Given } from "./fields.ts";
import { keyRoutes } from "./keys.ts";
import { otherRoutes } from "./others.ts";
import { teamRoutes, userRoutes } from "./people.ts";
import type { CompatRoutes } from "./route.ts";

const compatPath = "/litellm";

interface CompatDependencies {
  readonly addresses: Pick<ClientAddresses, "of">;
  readonly clock: Clock;
}

const routes: CompatRoutes = { ...keyRoutes, ...userRoutes, ...teamRoutes, ...otherRoutes };

export function serveLiteLlmRoutes(app: FastifyInstance, { addresses, clock }: CompatDependencies): void {
  for (const [name, handle] of Object.entries(routes)) {
    const [method = "GET", path = ""] = name.split(" ");
    app.route({
      method,
      url: `${compatPath}${path}`,
      handler: async (request) => {
        const admin = adminFor(app, request, addresses.of(request.raw) ?? "");
        const asked = {
          admin,
          credential: credentialOf(request),
          body: fieldsIn(request.body),
          query: fieldsIn(request.query),
        };
        try {
          return toJson(await handle({ ...asked, now: clock.now() }));
        } catch (error) {
          throw asRefused(error);
        }
      },
    });
  }
}

/** Fastify would send a text as it is, and LiteLLM answers JSON. */
function toJson(answer: unknown): unknown {
  return typeof answer === "object" ? answer : JSON.stringify(answer);
}

function fieldsIn(value: FastifyRequest["body"]): Given {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Given) : {};
}
