// Whom this server may ask: vendors, their proxies, and lists of prices.

import { isIP } from "node:net";
import type { Kind } from "./kinds.ts";
import { flag } from "./kinds.ts";
import { hostList } from "./proxy.ts";
import { setting } from "./setting.ts";

/** A name, perhaps with `*.` before it, an address or a range, each perhaps with a port; or a group. */
const destinations: Kind<readonly string[]> = {
  ...hostList,
  parse(raw) {
    const list = hostList.parse(raw);
    const fault = list.ok ? list.value.find((text) => !isDestination(text)) : undefined;
    if (fault === undefined) return list;
    return {
      ok: false,
      message: `\`${fault.slice(0, 60)}\` is no host, no address and no range of addresses`,
      hint: "Write it like `api.openai.com, *.example.com, 10.1.0.0/16, gpu.internal:8000`, or `public`, `private` or `loopback`.",
    };
  },
};

function isDestination(text: string): boolean {
  const [host = "", bits, ...more] = text.replace(/^\[([^\]]+)\](?::\d+)?$/, "$1").split("/");
  const family = isIP(host);
  if (more.length > 0) return false;
  if (bits !== undefined) return family !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32);
  return family !== 0 || /^(?:\*|(?:\*?\.)?[\w-]+(?:\.[\w-]+)*\.?)(?::\d{1,5})?$/.test(text);
}

export const egressSettings = {
  allowPrivate: setting({
    path: "egress.allow_private",
    variable: "GHOSTLLM_EGRESS_ALLOW_PRIVATE",
    kind: flag,
    default: true,
    help: "May servers on this machine and in private networks be asked, such as an Ollama? Addresses of clouds' metadata never are.",
    read: ({ egress }) => egress.allowPrivate,
  }),
  egressAllow: setting<readonly string[]>({
    path: "egress.allow",
    variable: "GHOSTLLM_EGRESS_ALLOW",
    kind: destinations,
    default: [],
    help: "Where there are any, nobody else is asked: hosts with all below them, addresses, ranges, with or without a port, or `public`, `private`, `loopback`. An address, a range or a group goes before `egress.allow_private`.",
    read: ({ egress }) => egress.allow,
  }),
  egressDeny: setting<readonly string[]>({
    path: "egress.deny",
    variable: "GHOSTLLM_EGRESS_DENY",
    kind: destinations,
    default: [],
    help: "Hosts, addresses and ranges that are never asked, in the same form; goes before `egress.allow`.",
    read: ({ egress }) => egress.deny,
  }),
};
