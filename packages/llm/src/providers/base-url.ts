// What an operator means by a base URL: people copy it with its version or without, with an endpoint behind it, or with
// none of what a vendor's own SDK adds. Whatever cannot be meant is refused with a sentence, so that nothing is doubled.

import { dialectNames } from "./definition.ts";
import type { DialectName, ProviderDefinition } from "./definition.ts";

export type BaseUrlReading =
  { readonly url: string; readonly fault: null } | { readonly fault: string; readonly hint: string };

const refuse = (fault: string, hint: string): BaseUrlReading => ({ fault, hint });

const example = "Write it like `https://api.example.com/v1`.";

/** Endpoints with which a base URL may end, of each dialect. */
const endpoints: Readonly<Record<DialectName, RegExp>> = {
  "openai-chat":
    /\/(?:chat\/completions|completions|embeddings|moderations|rerank|files|batches|images\/\w+|audio\/\w+)$/,
  "openai-responses": /\/responses(?:\/(?:compact|input_tokens))?$/,
  "anthropic-messages": /\/(?:messages(?:\/(?:count_tokens|batches))?|complete)$/,
  gemini: /\/(?:models|tunedModels)\/[^/]+:\w+$/,
  ollama: /\/api\/(?:chat|generate|embed|embeddings|tags|show|ps|version)$/,
  "bedrock-converse": /\/model\/[^/]+\/[\w-]+$/,
};

/** Of lists: where no version stands before it, it may be the name of an API. */
const modelList = /(\/v\d\w*)\/models$/;

export function readBaseUrl(definition: ProviderDefinition, text: string): BaseUrlReading {
  // What reads URLs leaves them out, or takes them for slashes: what was seen would not be what is asked.
  if (/[\p{Cc}\\]/u.test(text)) return refuse("the URL has control characters or backslashes", "Leave them out.");
  const url = URL.parse(text.trim());
  if (url === null || !["http:", "https:"].includes(url.protocol)) return refuse(...faultOfScheme(text.trim(), url));
  if (url.username !== "" || url.password !== "")
    return refuse("the URL holds a credential", "Give it as the API key instead.");
  if (url.hash !== "") return refuse("the URL has a fragment", "Leave out all behind `#`.");
  if (url.search !== "") return refuse("the URL has a query", "Leave out all behind `?`, or give it as `query`.");
  const leftOut = (path: string): string => path.replace(definition.baseUrls?.leavesOut ?? /$/, "");
  const path = url.pathname.replaceAll(/\/{2,}/g, "/").replace(/\/$/, "");
  const reading = withoutEndpoint(definition, leftOut(path));
  if (typeof reading !== "string") return reading;
  return { url: url.origin + placeOf(definition, url.origin, leftOut(reading)), fault: null };
}

function faultOfScheme(text: string, url: URL | null): readonly [fault: string, hint: string] {
  // What stands before an `@` may be a password.
  if (text.includes("@")) return ["this is no http or https URL", example];
  if (url !== null && text.includes("://")) return [`\`${url.protocol}//...\` is no http or https URL`, example];
  const shown = text.length > 60 ? `${text.slice(0, 60)}...` : text;
  const fault = `\`${shown}\` is no http or https URL`;
  const guess = `${/^[^/]*:\d|^localhost\b|^[\d.]+(?:\/|$)/.test(text) ? "http" : "https"}://${text.replace(/^\/+/, "")}`;
  const isAddress = text.length <= 200 && !/\s/.test(text) && URL.canParse(guess);
  return [fault, isAddress ? `Did you mean \`${guess}\`?` : example];
}

/** The path without an endpoint of the provider's own dialects; an endpoint of others is a mistake. */
function withoutEndpoint(definition: ProviderDefinition, path: string): string | BaseUrlReading {
  const { speaks, label, baseUrls = {} } = definition;
  for (const [pattern, reason] of baseUrls.refuses ?? []) {
    if (pattern.test(path)) return refuse(reason, "Leave that out.");
  }
  const own = ownPaths(definition).find((one) => path.endsWith(one));
  if (own !== undefined) return path.slice(0, -own.length);
  const of = dialectNames.find((dialect) => endpoints[dialect].test(path));
  if (of === undefined) return path.replace(modelList, "$1");
  const spoken = of === "openai-responses" ? (speaks[of] ?? speaks["openai-chat"]) : speaks[of];
  if (spoken !== undefined) return path.replace(endpoints[of], "");
  const [endpoint] = endpoints[of].exec(path) ?? [""];
  return refuse(
    `\`${endpoint}\` is an endpoint of another API than ${label}'s`,
    "Give the address without it, or choose the type of provider that has this endpoint.",
  );
}

/** The longest first. A server whose address nobody knows may have any of them as the name of its API. */
function ownPaths({ baseUrl, speaks, modelList: list }: ProviderDefinition): readonly string[] {
  if (baseUrl === null) return [];
  const paths = [...Object.values(speaks).flatMap((operations) => Object.values(operations)), list];
  const texts = paths.flatMap((path) => (typeof path === "string" ? (path.split("?")[0] ?? []) : []));
  return texts.toSorted((left, right) => right.length - left.length);
}

function placeOf({ baseUrl, baseUrls = {} }: ProviderDefinition, origin: string, path: string): string {
  const usual = baseUrl === null ? null : URL.parse(baseUrl);
  // The vendor's own address, of which the end is missing.
  if (usual?.origin === origin && usual.pathname.startsWith(`${path}/`)) return usual.pathname.replace(/\/$/, "");
  return path === "" ? (baseUrls.adds ?? "") : path;
}

/** Is it the vendor's own server, or one that speaks its language? A host of the same domain is the vendor's. */
export function isForeign({ baseUrl }: ProviderDefinition, given: string): boolean {
  const own = baseUrl === null ? null : domainOf(baseUrl);
  return own !== null && own !== domainOf(given);
}

/** The last two labels of the host, also where its form has settings in braces. */
function domainOf(url: string): string {
  const host = /^\w+:\/\/([^/:]+|\[[^\]]+\])/.exec(url)?.[1] ?? "";
  return host.split(".").slice(-2).join(".").toLowerCase();
}
