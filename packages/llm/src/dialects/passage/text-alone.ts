import type { Dialect } from "#dialects/dialect.ts";
import type { ParsedRequest } from "#dialects/parsed-request.ts";

/** A chat in which nothing but texts is said, and no tool is named. */
export function isTextAlone(request: ParsedRequest, { client }: Pick<Dialect, "client">): boolean {
  try {
    const { messages, tools } = client.decodeRequest(request);
    return tools.length === 0 && messages.every(({ content }) => content.every(({ kind }) => kind === "text"));
  } catch {
    // A field that cannot be read says nobody knows what.
    return false;
  }
}
