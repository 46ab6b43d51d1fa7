// A place within a stream: which one, and how many bytes of it its client has had, as it was told before ids were put into it. The ids of
// its events are such places, so that what is kept needs no list of them.

import { GhostError } from "@ghostllm/contract";
import type { Exchange } from "#gateway/http/exchange.ts";

export interface StreamPlace {
  readonly id: string;
  readonly bytes: number;
}

const lastEventHeader = "last-event-id";
const places = /^([\da-f-]{36}):(\d{1,12})$/;

export function toText({ id, bytes }: StreamPlace): string {
  return `${id}:${bytes}`;
}

/** Where a request goes on that is made again; null, as for almost all: it is a new one, or names an id that none of ours is. */
export function placeToGoOn(exchange: Pick<Exchange, "header">): StreamPlace | null {
  const told = exchange.header(lastEventHeader);
  if (told === undefined) return null;
  const [, id, bytes] = places.exec(told) ?? [];
  return id === undefined ? null : { id, bytes: Number(bytes) };
}

/** Of a stream that is asked for by its id: what the header says, or its beginning. A number alone is meant of this stream. */
export function placeWithin(id: string, exchange: Pick<Exchange, "header">): StreamPlace {
  const told = exchange.header(lastEventHeader) ?? "0";
  if (/^\d{1,12}$/.test(told)) return { id, bytes: Number(told) };
  const place = placeToGoOn(exchange);
  if (place?.id === id) return place;
  const message = `'${lastEventHeader}' is the id of an event of this stream, or how many bytes of it have come.`;
  throw new GhostError("invalid_request_error", message, { param: lastEventHeader });
}
