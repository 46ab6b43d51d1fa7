// Where names lead, as far as this server may go there. It is this answer that a connection is made with, so that a name which
// leads elsewhere a moment later leads nobody there.

import { lookup } from "node:dns";
import type { LookupAddress, LookupOptions } from "node:dns";
import type { LookupFunction } from "node:net";
import type { Egress } from "#domain/egress/egress.ts";

type Answer = (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void;

/** All addresses of a name. */
export type Resolve = (name: string, options: LookupOptions, answer: Answer) => void;

export const resolveName: Resolve = (name, options, answer) => lookup(name, { ...options, all: true }, answer);

export const forbiddenCode = "EGRESS_FORBIDDEN";

/** For connections to the URL. */
export function guardedLookup(url: URL, egress: Egress, resolve: Resolve): LookupFunction {
  return (name, options, callback) => {
    resolve(name, options, (error, addresses) => {
      const admitted = error === null ? addresses.filter(({ address }) => egress.admits(url, address)) : [];
      const [first] = admitted;
      if (first === undefined) return callback(error ?? forbidden(), "", 0);
      if (options.all === true) callback(null, [...admitted]);
      else callback(null, first.address, first.family);
    });
  };
}

function forbidden(): NodeJS.ErrnoException {
  return Object.assign(new Error("the name leads to no address that may be asked"), { code: forbiddenCode });
}
