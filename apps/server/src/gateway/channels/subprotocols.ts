// What pages say of themselves in the only place where browsers let them, when they open a WebSocket.

import type { IncomingHttpHeaders } from "node:http";
import type { SessionRules } from "@ghostllm/llm";

interface Told {
  readonly token: string | null;
  /** In place of a header that pages cannot send. */
  readonly headers: IncomingHttpHeaders;
}

export function toldByProtocols({ keyProtocol, versionProtocol, ...rules }: SessionRules, protocols = ""): Told {
  const offered = protocols.split(",").map((one) => one.trim());
  const behind = (prefix: string): string | null =>
    offered.find((one) => one.startsWith(prefix))?.slice(prefix.length) ?? null;
  const version = behind(versionProtocol);
  return {
    token: behind(keyProtocol),
    headers: version === null ? {} : { [rules.versionHeader]: rules.toVersion(version) },
  };
}

/** A key is never said back. */
export function chosenOf({ keyProtocol, versionProtocol }: SessionRules, offered: ReadonlySet<string>): string | false {
  return [...offered].find((one) => !one.startsWith(keyProtocol) && !one.startsWith(versionProtocol)) ?? false;
}
