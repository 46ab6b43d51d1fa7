// What passes through the flow: a call, of which it is known who asks what and what may answer, and the run that it becomes when it
// is admitted.

import type { Dialect, ParsedRequest, RequestDemand, RequestLine } from "@ghostllm/llm";
import type { AliasTimeouts } from "#domain/alias-policy.ts";
import type { Principal, LimitedScope } from "#domain/principal.ts";
import type { Routing } from "#domain/routing/routing.ts";
import type { Snapshot } from "#domain/snapshot.ts";
import type { Exchange } from "#gateway/http/exchange.ts";
import type { Outlet } from "#gateway/flow/answer/outlet.ts";
import type { KeepAlive } from "#gateway/flow/answer/keep-alive.ts";
import type { RealtimeClient } from "#gateway/flow/ask/session-attempt.ts";
import type { Lifeline } from "#gateway/flow/ask/lifeline.ts";
import type { OpenSession } from "./session/session-turn.ts";
import type { ContentKeeper } from "./content/content-keeper.ts";
import type { Guarding } from "./guard/guarding.ts";
import type { Caching } from "./recall/caching.ts";
import type { Admission, Terms } from "./admit.ts";
import type { Protected } from "./protection.ts";
import type { Candidates } from "./resolve.ts";
import type { Trail } from "./trail.ts";

export interface Call {
  readonly exchange: Exchange;
  /** Where the answer goes. */
  readonly outlet: Outlet;
  /** The one by which the caller was identified: all that the request needs to know is read from it. */
  readonly snapshot: Snapshot;
  readonly principal: Principal;
  readonly request: ParsedRequest;
  /** By which it was read; absent where it is passed on as it came. */
  readonly line?: RequestLine;
  /** The client's. */
  readonly dialect: Dialect;
  readonly candidates: Candidates;
  /** What it can cause, where that is known already. */
  readonly demand: RequestDemand | null;
  /** What the privacy policy did to it; null where there is none. */
  readonly protection: Protected | null;
  /** What it says itself of where it is to go; absent or null, as for almost all: nothing. */
  readonly routing?: Routing | null;
  /**
   * What somebody may have to agree to: nothing, where it looks, counts or removes; what it says; or what nobody sees here, such as a list
   * of requests for later.
   */
  readonly work: "none" | "said" | "unseen";
  /** All of these admit it, or none. */
  readonly scopes: readonly LimitedScope[];
  /** Absent or null, as for almost all: it is of no conversation that is kept. */
  readonly session?: OpenSession | null;
  /** The kept answer that the client asks for. */
  readonly looksAt?: { readonly providerId: string; readonly answerId: string; readonly isDeleted: boolean };
  /** Absent, but for a session in real time: the client's side of it. */
  readonly realtime?: RealtimeClient;
}

/** A call that was admitted. */
export interface Admitted extends Call {
  readonly admission: Admission;
  /** By which it was admitted, and by which the providers that are asked admit it. */
  readonly terms: Terms;
  /** Null, as for almost all: no guardrail holds for it. */
  readonly guarding: Guarding | null;
  readonly trail: Trail;
}

/** With what belongs to it until it is finished. */
export interface Run extends Admitted {
  /** How long it wants to be waited for itself; null, as for almost all: as others are. */
  readonly times: AliasTimeouts | null;
  readonly lifeline: Lifeline;
  readonly keepAlive: KeepAlive;
  /** Null, as for almost all: nothing of its texts is stored. */
  readonly content: ContentKeeper | null;
  /** Null, as for almost all: it is answered by its vendor, and nothing is kept of that. */
  readonly caching: Caching | null;
}
