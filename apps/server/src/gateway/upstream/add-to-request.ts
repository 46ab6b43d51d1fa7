import { reveal } from "#domain/additions.ts";
import type { Additions } from "#domain/additions.ts";
import type { UpstreamRequest } from "./upstream.ts";

/** The operator's word goes before that of the client and that of the provider's definition. */
export function addToRequest(request: UpstreamRequest, { headers, query }: Additions): UpstreamRequest {
  const added = Object.entries(headers).map(([name, value]): [string, string] => [name, value.reveal()]);
  return {
    ...request,
    url: addToUrl(request.url, query),
    headers: { ...request.headers, ...Object.fromEntries(added) },
  };
}

function addToUrl(url: string, query: Additions["query"]): string {
  const parameters = Object.entries(query);
  if (parameters.length === 0) return url;
  const [path = "", own = ""] = url.split("?", 2);
  const all = new URLSearchParams(own);
  for (const [name, value] of parameters) all.set(name, reveal(value));
  return `${path}?${all.toString()}`;
}
