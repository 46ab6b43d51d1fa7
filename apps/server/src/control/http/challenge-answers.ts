// What an authority finds by TLS where something before this server leads port 80 there: it takes any certificate then.

import { GhostError } from "@ghostllm/contract";
import type { FastifyInstance } from "fastify";
import { challengePath, tokenOf } from "#control/certificates/challenges.ts";
import type { Challenges } from "#control/certificates/challenges.ts";

export function serveChallenges(app: FastifyInstance, challenges: Pick<Challenges, "find">): void {
  app.get<{ Params: { token: string } }>(`${challengePath}:token`, async ({ params }, reply) => {
    const token = tokenOf(`${challengePath}${params.token}`);
    const answer = token === null ? null : await challenges.find(token);
    if (answer === null) throw new GhostError("not_found", "Nobody has asked for this challenge.");
    return reply.header("cache-control", "no-store").type("application/octet-stream").send(answer);
  });
}
