// Goes on with a stream where its client has left it: what was told meanwhile at once, and then what comes. Called by endpoints.
// Invariant: only the key that asked for it is told; what is missing is never passed over.

import { GhostError } from "@ghostllm/contract";
import { dialects } from "@ghostllm/llm";
import type { Principal } from "#domain/principal.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Outlet } from "#gateway/flow/answer/outlet.ts";
import type { Exchange } from "#gateway/http/exchange.ts";
import type { ReadStream } from "#link/streams.ts";
import { EventIds } from "./event-ids.ts";
import { streamHeader } from "./resumable-outlet.ts";
import type { StreamPlace } from "./stream-place.ts";

export type ResumptionDeps = Pick<GatewayDeps, "streams" | "events">;

interface Asked {
  readonly exchange: Exchange;
  readonly principal: Principal;
  readonly place: StreamPlace;
}

/** It is looked for news so often, and less often while there are none. */
const [leastPauseMs, mostPauseMs] = [10, 200];
/** A client may have been told what is not in link yet. */
const latenessMs = 2_000;
/** Of an event that ends. */
const mostEndBytes = 3;
const isEventStream = /^text\/event-stream\b/i;

/** Throws GhostError for what is to be answered in its place, with nothing sent yet. */
export async function resume(deps: ResumptionDeps, { exchange, principal, place }: Asked): Promise<void> {
  exchange.body.dropRest();
  const stream = await find(deps, principal, place);
  const { contentType } = stream.about;
  const headers = { "content-type": contentType, "cache-control": "no-cache", "x-accel-buffering": "no" };
  exchange.outlet.begin(200, { ...headers, [streamHeader]: place.id });
  const ids = isEventStream.test(contentType) ? new EventIds(place) : null;
  await tell(deps, { outlet: exchange.outlet, place, stream, ids });
}

/** The stream as far as the place is, at least. */
async function find(deps: ResumptionDeps, principal: Principal, { id, bytes }: StreamPlace): Promise<ReadStream> {
  const from = Math.max(0, bytes - mostEndBytes);
  let stream = await read(deps, { id, bytes: from });
  for (let waitedMs = 0; ; waitedMs += mostPauseMs) {
    if (stream === null || stream.about.owner !== ownerOf(principal)) throw notThere(id);
    if (stream.end === "dropped")
      throw new GhostError(
        "stream_not_kept",
        "This stream is not kept any more: it was too long, or there was no room.",
      );
    if (stream.length >= bytes) break;
    if (stream.end !== null || waitedMs >= latenessMs) throw noPlace();
    await pause(mostPauseMs);
    stream = await read(deps, { id, bytes: from });
  }
  const before = Buffer.from(stream.bytes.subarray(0, bytes - from)).toString("latin1");
  if (bytes > 0 && isEventStream.test(stream.about.contentType) && !/\n\r?\n$/.test(before)) throw noPlace();
  return stream;
}

/** For whom a request was is part of whose it is. */
export function ownerOf({ keyId, userId, namedBy = "" }: Principal): string {
  return `${keyId} ${userId} ${namedBy}`;
}

async function read({ streams, events }: ResumptionDeps, { id, bytes }: StreamPlace): Promise<ReadStream | null> {
  try {
    return await streams.read(id, bytes);
  } catch (error) {
    events.internalError("streams", error);
    throw new GhostError("service_unavailable", "Streams cannot be read at the moment.", { retryAfterSeconds: 2 });
  }
}

interface Telling {
  readonly outlet: Outlet;
  readonly place: StreamPlace;
  readonly stream: ReadStream;
  /** Null: it has none. */
  readonly ids: EventIds | null;
}

async function tell(
  deps: ResumptionDeps,
  { outlet, place: { id, bytes }, stream: found, ids }: Telling,
): Promise<void> {
  const { dialect } = found.about;
  let at = bytes;
  let pauseMs = leastPauseMs;
  while (!outlet.isClientGone) {
    const stream = await read(deps, { id, bytes: at }).catch(() => null);
    const news = Buffer.from(stream?.bytes ?? []);
    at += news.length;
    if (news.length > 0) {
      await write(outlet, ids === null ? news : ids.push(news));
      pauseMs = leastPauseMs;
      continue;
    }
    if (stream?.end === "whole") return outlet.end(null);
    // It has said itself why.
    if (stream?.end === "cut") return outlet.cut(null);
    if (stream?.end !== null) return outlet.cut(encodeLoss(dialect));
    await pause(pauseMs);
    pauseMs = Math.min(mostPauseMs, 2 * pauseMs);
  }
}

/** Resolves when the client takes more, or is gone. */
function write(outlet: Outlet, bytes: Buffer): Promise<void> | undefined {
  if (bytes.length === 0 || outlet.write(bytes) || outlet.isClientGone) return undefined;
  return new Promise((resolve) => {
    outlet.whenDrained(resolve);
    outlet.whenClientGone(resolve);
  });
}

/** In the dialect of the stream. */
function encodeLoss(dialect: string): Buffer | null {
  const found = Object.values(dialects).find(({ name }) => name === dialect);
  return found === undefined ? null : Buffer.from(found.client.encodeStreamError(lost()));
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function notThere(id: string): GhostError {
  return new GhostError("not_found", `This key has no stream ${id.slice(0, 100)} that is kept.`);
}

function noPlace(): GhostError {
  return new GhostError("invalid_request_error", "This is no place of the stream at which an event ends.", {
    param: "last-event-id",
  });
}

function lost(): GhostError {
  return new GhostError("service_unavailable", "The stream cannot go on: who was telling it is not there any more.");
}
