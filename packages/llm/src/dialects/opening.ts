// The beginning of a stream, up to the first event that tells a client something: envelopes, pings and empty pieces do not.
// Until it is over the client need not notice that a vendor failed, and another one can be asked.

import type { ChatEvent } from "#hub.ts";
import type { UpstreamDialect } from "./dialect.ts";

export interface Opening {
  /** Is the opening over with these bytes of the vendor's? */
  push(chunk: Buffer): boolean;
}

const silentKinds: ReadonlySet<ChatEvent["kind"]> = new Set(["start", "usage", "service_tier", "extras"]);

function tellsSomething(event: ChatEvent): boolean {
  if (event.kind === "text" || event.kind === "reasoning" || event.kind === "refusal") return event.text !== "";
  return !silentKinds.has(event.kind);
}

/** Of streams whose every event tells something. */
export const noOpening: Opening = { push: () => true };

/** Reads with a decoder of its own, which nobody reads on with. */
export function openingOf(upstream: UpstreamDialect, isWrapped: boolean): Opening {
  if (upstream.hasEnvelope !== true) return noOpening;
  const decoder = upstream.createStreamDecoder();
  const unwrapper = isWrapped ? upstream.wrapped?.createUnwrapper() : undefined;
  return {
    push(chunk) {
      const bytes = unwrapper === undefined ? chunk : unwrapper.push(chunk);
      return bytes !== null && decoder.push(bytes).some(tellsSomething);
    },
  };
}
