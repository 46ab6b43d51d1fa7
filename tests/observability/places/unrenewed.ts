// A server whose certificate lives for a minute, and is not renewed while its authority is away.

import { vi } from "vitest";
import { hasPebble } from "../../../tools/pebble.ts";
import { spawnServer } from "../../support/server.ts";
import { startAuthority } from "../../tls/authority.ts";
import { metricsOf } from "../busy-server.ts";
import type { Place } from "../causes.ts";

const lifeSeconds = 60;

/** Null where there is no authority. */
export async function startUnrenewedPlace(): Promise<Place | null> {
  if (!hasPebble()) return null;
  const authority = await startAuthority({ lifeSeconds });
  const server = spawnServer({
    environment: {
      ...authority.environment,
      ...{ SERVER_REDIRECT_PORT: String(authority.httpPort), GHOSTLLM_METRICS_PORT: "0", LOG_LEVEL: "fatal" },
    },
  });
  await vi.waitUntil(() => server.url !== "" || server.hasExited, { timeout: 60_000, interval: 50 });
  if (server.hasExited) throw new Error(`the server ended: ${server.stderr}`);
  return {
    target: metricsOf(server),
    begin: () => authority.shut(),
    end: () => authority.open(),
    async close() {
      await server.stop();
      await authority.dispose();
    },
  };
}
