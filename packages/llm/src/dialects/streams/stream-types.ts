// How a stream of a vendor is told from a whole answer: by the content type, and by its first bytes where that is wrong.

import { beginsStream } from "#wire/stream-beginning.ts";
import type { UpstreamDialect } from "#dialects/dialect.ts";
import type { StreamTap } from "./stream-tap.ts";
import { UnwrappingTap } from "./unwrapping-tap.ts";

export function isStreamOf(upstream: UpstreamDialect, contentType: string): boolean {
  return isOfType(contentType, upstream.streamContentType) || isWrapped(upstream, contentType);
}

function isWrapped({ wrapped }: UpstreamDialect, contentType: string): boolean {
  return wrapped !== undefined && isOfType(contentType, wrapped.contentType);
}

function isOfType(contentType: string, expected: string): boolean {
  return contentType.toLowerCase().startsWith(expected);
}

/**
 * The content type of a stream that came under another one; null where the first bytes are of none, and undefined as long
 * as they are too few to tell.
 */
export function typeOfStream({ streamContentType }: UpstreamDialect, first: Buffer): string | null | undefined {
  const form = streamContentType === "application/x-ndjson" ? "lines" : "events";
  const isBegun = beginsStream(first, form);
  return isBegun === true ? streamContentType : isBegun === false ? null : undefined;
}

/** `tap`, behind what takes the stream out of its envelope, where it is in one. */
export function unwrapped(
  { streamContentType, wrapped }: UpstreamDialect,
  tap: StreamTap,
  contentType = "",
): StreamTap {
  if (wrapped === undefined || !isOfType(contentType, wrapped.contentType)) return tap;
  return new UnwrappingTap(wrapped.createUnwrapper(), tap, streamContentType);
}
