// Whom this server may ask: the one rule for base URLs in the file and in the admin API, for lists of prices, and, when a
// connection is made, for the addresses that names lead to. Invariant: addresses of metadata are asked by nobody.

import { isAddress, kindOfAddress, kindOfName } from "./address-kinds.ts";
import type { AddressKind } from "./address-kinds.ts";
import { hostOf, portOf, readHostPattern } from "./host-patterns.ts";

export interface EgressSettings {
  /** Servers on this machine and in private networks may be asked. */
  readonly allowPrivate: boolean;
  /** Where there are any, nobody else is asked. */
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

export const usualEgress: EgressSettings = { allowPrivate: true, allow: [], deny: [] };

/** Where a connection leads: a name or an address, and where it is a name, an address that it has. */
interface Destination {
  readonly host: string;
  readonly port: string;
  /** Null while that is not known. */
  readonly address: string | null;
}

/** By the address alone where that is what it tells of. */
interface Rule {
  readonly port: string | null;
  readonly isOfAddresses: boolean;
  matches(host: string, address: string | null): boolean;
}

const groups: Readonly<Record<string, readonly AddressKind[]>> = {
  public: ["public"],
  private: ["private", "loopback"],
  loopback: ["loopback"],
};

const reasons = {
  metadata: "is an address of a cloud's metadata or of one link alone, which is never asked",
  unusable: "is no address of one server",
  denied: "is denied by `egress.deny`",
  private: "is on this machine or in a private network, which `egress.allow_private: false` rules out",
  unlisted: "is not among those of `egress.allow`",
} as const;

export class Egress {
  readonly #allowPrivate: boolean;
  readonly #allow: readonly Rule[];
  readonly #deny: readonly Rule[];
  readonly #own: ReadonlySet<string>;

  /** `own`: origins of this process itself, such as the demo's. */
  constructor({ allowPrivate, allow, deny }: EgressSettings, own: readonly string[] = []) {
    this.#allowPrivate = allowPrivate;
    this.#allow = allow.map(readRule);
    this.#deny = deny.map(readRule);
    this.#own = new Set(own);
  }

  /** Why nobody may ask there, as the end of a sentence; null where the text of the URL says nothing against it. */
  faultOf(url: URL): string | null {
    if (this.#own.has(url.origin)) return null;
    const host = hostOf(url);
    const fault = this.#judge({ host, port: portOf(url), address: isAddress(host) ? host : null });
    return fault === null ? null : `\`${host}\` ${fault}`;
  }

  /** May a connection to the URL be made at this address, which its name has? */
  admits(url: URL, address: string): boolean {
    return this.#own.has(url.origin) || this.#judge({ host: hostOf(url), port: portOf(url), address }) === null;
  }

  #judge(to: Destination): string | null {
    const named = kindOfName(to.host);
    const kind = to.address === null || named === "metadata" ? named : kindOfAddress(to.address);
    if (kind === "metadata" || kind === "unusable") return reasons[kind];
    if (this.#deny.some((rule) => covers(rule, to))) return reasons.denied;
    // A name may have one of the addresses that are listed.
    const isOpen = to.address === null && this.#allow.some((rule) => rule.isOfAddresses);
    const isPrivate = kind === "private" || kind === "loopback";
    const isNamed = this.#allow.some((rule) => rule.isOfAddresses && covers(rule, to));
    if (isPrivate && !this.#allowPrivate && !isNamed && !isOpen) return reasons.private;
    const isListed = this.#allow.length === 0 || this.#allow.some((rule) => covers(rule, to));
    return isListed || isOpen ? null : reasons.unlisted;
  }
}

function covers({ port, matches }: Rule, to: Destination): boolean {
  return (port === null || port === to.port) && matches(to.host, to.address);
}

function readRule(text: string): Rule {
  const kinds = groups[text.toLowerCase()];
  if (kinds !== undefined) {
    return {
      port: null,
      isOfAddresses: true,
      matches: (_host, address) => address !== null && kinds.includes(kindOfAddress(address)),
    };
  }
  const { port, isOfAddresses, matches } = readHostPattern(text);
  return isOfAddresses
    ? { port, isOfAddresses, matches: (_host, found) => found !== null && matches(found) }
    : { port, isOfAddresses, matches: (host) => matches(host) };
}
