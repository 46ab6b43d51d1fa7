// Which of our codings a client takes, by `Accept-Encoding` (RFC 9110, 12.5.3).

/** In the order of preference: what costs the least for what it saves comes first. */
export const codings = ["zstd", "br", "gzip"] as const;

export type Coding = (typeof codings)[number];

export interface Accepted {
  /** Null where the client wants the answer as it is, or takes nothing that we have. */
  readonly coding: Coding | null;
  /** The answer as it is would be refused. */
  readonly isIdentityRefused: boolean;
}

const aliases: Readonly<Record<string, string>> = { "x-gzip": "gzip" };
const weightPattern = /^q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/i;

export function readAcceptEncoding(header: string): Accepted {
  const weights = new Map<string, number>();
  for (const element of header.toLowerCase().split(",")) {
    const [name = "", ...parameters] = element.split(";").map((part) => part.trim());
    if (name !== "") weights.set(aliases[name] ?? name, weightOf(parameters));
  }
  const others = weights.get("*") ?? 0;
  const ranked = codings.map((coding) => ({ coding, weight: weights.get(coding) ?? others }));
  const best = ranked.reduce((one, other) => (other.weight > one.weight ? other : one));
  const identity = weights.get("identity") ?? (weights.has("*") && others === 0 ? 0 : null);
  const isWanted = best.weight > 0 && (identity === null || best.weight >= identity);
  return { coding: isWanted ? best.coding : null, isIdentityRefused: identity === 0 };
}

/** What is not understood is not asked for. */
function weightOf(parameters: readonly string[]): number {
  const [first] = parameters;
  return first === undefined ? 1 : Number(weightPattern.exec(first)?.[1] ?? 0);
}
