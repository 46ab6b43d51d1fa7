// Reads a route that sends text as it comes, such as an export, without keeping the whole of it.

import { failureOf, lost, type ClientOptions } from "./calls.ts";
import type { AdminRoute } from "./routes/route.ts";

interface StreamOptions extends ClientOptions {
  readonly route: Pick<AdminRoute, "path" | "mediaType">;
  readonly query?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Pieces of the text, cut wherever. Rejects with ClientError. */
export async function* readStream(options: StreamOptions): AsyncGenerator<string> {
  const { baseUrl, apiKey, route, query = {}, signal, fetch: fetchNow = globalThis.fetch } = options;
  const parameters = new URLSearchParams(query).toString();
  const url = `${baseUrl.replace(/\/+$/, "")}${route.path}${parameters === "" ? "" : `?${parameters}`}`;
  const headers = { accept: route.mediaType ?? "*/*", ...(apiKey !== null && { authorization: `Bearer ${apiKey}` }) };
  const asked = fetchNow(url, { headers, ...(signal !== undefined && { signal }) });
  const response = await asked.catch((cause: unknown) => {
    throw lost(options, cause);
  });
  if (!response.ok) throw await failureOf(response);
  const decoder = new TextDecoder();
  try {
    for await (const piece of response.body ?? []) yield decoder.decode(piece, { stream: true });
  } catch (cause) {
    throw lost(options, cause);
  }
}
