// One try at a session in real time: the vendor's handshake is the answer, and what it says afterwards the stream. Called by attempts.ts.
// Invariant: the client's own handshake is not answered before a vendor's is, so that another one can be asked until then.

import { passageBetween, SessionTap, sessionContentType, urlOf, wayTo } from "@ghostllm/llm";
import { GhostError } from "@ghostllm/contract";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { VendorAnswer } from "#gateway/flow/answer/answer.ts";
import type { VendorSocket } from "#gateway/upstream/sockets/vendor-socket.ts";
import type { UpstreamRequest } from "#gateway/upstream/upstream.ts";
import { headersFor, receive } from "./attempt.ts";
import type { AttemptInput } from "./attempt.ts";

/** The client's side of it. */
export interface RealtimeClient {
  readonly messageBytes: number;
  readonly idleMs: number;
  /** From now on what the client says goes there. */
  talkTo(vendor: VendorSocket, tap: SessionTap): void;
}

export interface SessionInput extends AttemptInput {
  readonly realtime: RealtimeClient;
  readonly sockets: GatewayDeps["sockets"];
  readonly connectMs: number;
}

export async function attemptSession(input: SessionInput): Promise<VendorAnswer> {
  const { target, realtime, sockets, connectMs, lifeline, patience, onCall, dialect, request } = input;
  const asked = await input.authenticator.authenticate(requestFor(input), target.provider);
  const { messageBytes, idleMs } = realtime;
  const socket = sockets.open({
    ...asked,
    connectMs,
    messageBytes,
    idleMs: Math.min(idleMs, patience?.idleMs ?? idleMs),
  });
  onCall(socket);
  lifeline.hold(socket);
  const answer = await socket.answer;
  patience?.begun();
  if (!socket.isOpen) {
    const passage = passageBetween(dialect, dialect, request.operation);
    return receive(input, answer, { passage, upstream: dialect.name, notes: [] });
  }
  const tap = new SessionTap();
  realtime.talkTo(socket, tap);
  const headers = { "content-type": sessionContentType };
  return {
    kind: "stream",
    origin: "vendor",
    target,
    notes: [],
    status: 200,
    headers,
    first: null,
    tap,
    source: socket,
  };
}

function requestFor(input: SessionInput): UpstreamRequest {
  const { target, dialect, request } = input;
  const way = wayTo(target.provider.definition, dialect.name, request.operation, target.model);
  if (way === null) throw new GhostError("internal_error", `${target.provider.name} was planned for what it lacks`);
  const url = urlOf(way, { ...target.provider, model: target.sentAs ?? target.model, stream: true });
  const { "content-type": _type, "accept-encoding": _coding, ...headers } = headersFor(input, true);
  return { method: "GET", url, headers, body: null };
}
