// Settings that are right by themselves, and too little where the server can be reached from other machines.

import { kindOfAddress, kindOfName, isAddress } from "#domain/egress/address-kinds.ts";
import { Egress } from "#domain/egress/egress.ts";
import type { EgressSettings } from "#domain/egress/egress.ts";
import { Secret } from "#domain/secret.ts";
import type { ReadSetting } from "./read-setting.ts";
import type { ConfigProblem } from "./problems.ts";
import type { SettingName } from "./settings.ts";
import { bitsOf } from "./strength.ts";

/** Is the server reached from this machine alone? */
export function isLoopbackHost(host: string): boolean {
  if (host === "0.0.0.0" || host === "::") return false;
  return (isAddress(host) ? kindOfAddress(host) : kindOfName(host)) === "loopback";
}

/** A proxy that is trusted brings others, also to a server on this machine. */
function isReachable(read: ReadSetting): boolean {
  const [host, proxies] = [read("host").value, read("trustedProxies").value];
  const isPublic = typeof host === "string" && !isLoopbackHost(host);
  return isPublic || (Array.isArray(proxies) && proxies.length > 0);
}

/** The fewest bits of each: whoever has a session can try all secrets at home, and nobody counts how often. */
const neededBits: Readonly<Partial<Record<SettingName, number>>> = {
  adminApiKey: 64,
  metricsToken: 64,
  jwtSecret: 96,
  encryptionKey: 64,
};

export function findWeakSecrets(read: ReadSetting): readonly ConfigProblem[] {
  if (!isReachable(read)) return [];
  return Object.entries(neededBits).flatMap(([name, bits]) => {
    const { value, origin } = read(name as SettingName);
    if (!(value instanceof Secret) || bitsOf(value.reveal()) >= bits) return [];
    const message = "this secret is easy to guess, and other machines can reach the server";
    return [{ path: origin, message, hint: "`openssl rand -base64 32` makes a good one." }];
  });
}

/** A list of prices is asked for like a vendor. */
export function findPriceProblems(read: ReadSetting, settings: EgressSettings): readonly ConfigProblem[] {
  const { value, origin } = read("pricesSource");
  const url = typeof value === "string" && /^https?:/i.test(value) ? URL.parse(value) : null;
  if (url === null) return [];
  const hint = "Give a file, or the URL of a server that may be asked.";
  if (url.username !== "" || url.password !== "")
    return [{ path: origin, message: "the URL holds a credential", hint }];
  const fault = new Egress(settings).faultOf(url);
  return fault === null ? [] : [{ path: origin, message: fault, hint }];
}
