// What stands between clients and the server: proxies that are believed.

import { isIP } from "node:net";
import type { TrustedProxies } from "./config.ts";
import type { Kind, Parsed } from "./kinds.ts";
import { oneOf } from "./kinds.ts";
import { setting } from "./setting.ts";

const forwardedHeaders: readonly TrustedProxies["header"][] = ["auto", "x-forwarded-for", "forwarded"];

/** A text with commas or spaces between its parts, or a list in the file; null for anything else. */
function readList(raw: unknown): readonly string[] | null {
  const texts: readonly unknown[] = Array.isArray(raw) ? raw : [raw];
  if (!texts.every((text) => typeof text === "string")) return null;
  return texts.flatMap((text) => text.split(/[,\s]+/)).filter((text) => text !== "");
}

const refuseAddresses = (message: string): Parsed<never> => ({
  ok: false,
  message,
  hint: "Write addresses and ranges like `10.0.0.7, 192.168.0.0/16, fd00::/8`, or `loopback` or `private`.",
});

const addressList: Kind<readonly string[]> = {
  name: "addresses between commas",
  parse(raw) {
    const list = readList(raw);
    if (list === null) return refuseAddresses("this is no list of addresses");
    const fault = list.find((text) => !["loopback", "private"].includes(text) && !isRange(text));
    return fault === undefined
      ? { ok: true, value: list }
      : refuseAddresses(`\`${fault.slice(0, 60)}\` is no address and no range of addresses`);
  },
  show: (list) => list.join(", "),
};

function isRange(text: string): boolean {
  const [address = "", bits, ...more] = text.split("/");
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32));
}

export const edgeSettings = {
  trustedProxies: setting<readonly string[]>({
    path: "server.trusted_proxies",
    variable: "SERVER_TRUSTED_PROXIES",
    kind: addressList,
    default: [],
    help: "Proxies before this server that are believed about the address of the client: addresses, ranges, `loopback` or `private`.",
    read: ({ edge }) => edge.trustedProxies.addresses,
  }),
  forwardedHeader: setting<TrustedProxies["header"]>({
    path: "server.forwarded_header",
    variable: "SERVER_FORWARDED_HEADER",
    kind: oneOf(forwardedHeaders),
    default: "auto",
    help: "The header in which they tell it. `auto` takes whichever is there; where both are and disagree, neither is believed.",
    read: ({ edge }) => edge.trustedProxies.header,
  }),
};
