// A real server with the console, a vendor that answers, and a few of everything to look at. Nothing is mocked.

import { type FakeUpstream, startFakeUpstream } from "@ghostllm/fake-upstream";
import { type ReadyServer, startServer } from "../../support/server.ts";
import { type BuiltConsole, buildConsole } from "./built-console.ts";

export const password = "correct horse battery";
export const admin = "admin@localhost";
export const user = "grace@example.com";

/** What people write into names, and what browsers might make of it. */
export const naughty = [
  `<img src=x onerror="document.title='broken'">`,
  `"><script>document.title='broken'</script>`,
  "javascript:alert(1)",
  "\u202egnp.exe",
  "=HYPERLINK(1)",
  "z̸a̷l̴g̵o̶ 𝕬 日本語 عربي 👩‍👩‍👧‍👦",
] as const;

export interface Stage {
  readonly url: string;
  readonly vendorUrl: string;
  readonly vendor: FakeUpstream;
  readonly server: ReadyServer;
  close(): Promise<void>;
}

interface StageOptions {
  readonly environment?: NodeJS.ProcessEnv;
  /** As a newcomer has it: without a vendor, and with nothing in it. */
  readonly isFresh?: boolean;
  /** One with a past; without it a new one that goes with the stage. */
  readonly dataDir?: string;
}

export async function startStage({ environment = {}, isFresh = false, dataDir }: StageOptions = {}): Promise<Stage> {
  const built: BuiltConsole = buildConsole();
  const vendor: FakeUpstream = await startFakeUpstream();
  const server = await startServer({
    ...(!isFresh && { upstreamUrl: vendor.url }),
    ...(dataDir !== undefined && { dataDir }),
    environment: { GHOSTLLM_CONSOLE_DIR: built.directory, ADMIN_PASSWORD: password, ...environment },
  });
  if (!isFresh) await furnish(server);
  return {
    url: server.url,
    vendorUrl: vendor.url,
    vendor,
    server,
    async close() {
      await server.stop();
      await vendor.close();
      built.remove();
    },
  };
}

async function furnish({ admin: client }: ReadyServer): Promise<void> {
  const grace = await client.users.create({ body: { email: user, password, role: "user", budget_usd: "900" } });
  for (const [index, name] of ["ci-agent", "notebook", "reranker", ...naughty].entries()) {
    const budget = index === 1 ? "0" : "120.5";
    await client.apiKeys.create({ body: { name, user_id: grace.id, budget_usd: index === 2 ? null : budget } });
  }
  const targets = ["gpt-4o", "gpt-4o-mini"].map((model) => ({ provider: "openai", model }));
  await client.aliases.create({ body: { name: "smart", targets } });
}
