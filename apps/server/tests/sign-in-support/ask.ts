// Issuers as a server asks them: through the client of vendors and the rules of egress.

import type { AskWeb } from "#control/sign-in/ask-web.ts";
import { Egress, usualEgress } from "#domain/egress/egress.ts";
import type { EgressSettings } from "#domain/egress/egress.ts";
import { askWeb } from "#gateway/upstream/ask-web.ts";
import { createUpstreamClient } from "#gateway/upstream/client.ts";
import { direct } from "#gateway/upstream/lanes.ts";

const timeouts = { connectMs: 5_000, firstByteMs: 5_000, idleMs: 5_000 };

export function openAsk(settings: EgressSettings = usualEgress): { readonly ask: AskWeb; close(): Promise<void> } {
  const client = createUpstreamClient(timeouts, direct, { egress: new Egress(settings) });
  return { ask: (request) => askWeb(client, request), close: () => client.close() };
}
