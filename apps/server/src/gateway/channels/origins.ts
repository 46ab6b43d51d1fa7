import type { IncomingMessage } from "node:http";
import type { Cors } from "#edge/cors.ts";

/** Pages send an origin with every upgrade, their own server's too. */
export function mayCome(cors: Cors | null, { headers }: IncomingMessage, path: string): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return true;
  return (URL.canParse(origin) && new URL(origin).host === host) || cors?.allows(origin, path) === true;
}
