// A real server with the console, a vendor that answers, and a few of everything to look at. Nothing is mocked.

import { setTimeout as sleep } from "node:timers/promises";
import { type FakeUpstream, startFakeUpstream } from "@ghostllm/fake-upstream";
import { type ReadyServer, startServer } from "../../support/server.ts";
import { type BuiltConsole, buildConsole } from "./built-console.ts";
import { naughty } from "./hostile.ts";
import { admin, password, user } from "./people.ts";

export interface Stage {
  readonly url: string;
  readonly vendorUrl: string;
  readonly vendor: FakeUpstream;
  readonly server: ReadyServer;
  /** What its server was started with. */
  readonly environment: NodeJS.ProcessEnv;
  /** A call by somebody else, with a key of his own where none is named; its id. */
  call(model: string, key?: string): Promise<string>;
  /** Until the call with this id is in the list of requests. */
  untilListed(id: string): Promise<void>;
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
  const ofServer = { GHOSTLLM_CONSOLE_DIR: built.directory, ADMIN_PASSWORD: password, ...environment };
  const server = await startServer({
    ...(!isFresh && { upstreamUrl: vendor.url }),
    ...(dataDir !== undefined && { dataDir }),
    environment: ofServer,
  });
  if (!isFresh) await furnish(server);
  let keyOfStage: Promise<string> | null = null;
  return {
    url: server.url,
    vendorUrl: vendor.url,
    vendor,
    server,
    environment: ofServer,
    call: async (model, key) => callModel(server.url, model, key ?? (await (keyOfStage ??= makeKey(server)))),
    untilListed: (id) => untilListed(server, id),
    async close() {
      await server.stop();
      await vendor.close();
      built.remove();
    },
  };
}

async function furnish({ admin: client }: ReadyServer): Promise<void> {
  const grace = await client.users.create({ body: { email: user, password, role: "member", budget_usd: "900" } });
  for (const [index, name] of ["ci-agent", "notebook", "reranker", ...naughty].entries()) {
    const budget = index === 1 ? "0" : "120.5";
    await client.apiKeys.create({ body: { name, user_id: grace.id, budget_usd: index === 2 ? null : budget } });
  }
  const targets = ["gpt-4o", "gpt-4o-mini"].map((model) => ({ provider: "openai", model }));
  await client.aliases.create({ body: { name: "smart", targets } });
  const nobody = { label: "Nobody", issuer: "http://127.0.0.1:9", client_id: "ghostllm" };
  await client.signInMethods.create({ body: { ...nobody, group_roles: [{ group: "staff", role: "member" }] } });
  await client.scim.createToken({ body: { name: "directory" } });
  // Nobody listens there.
  await client.webhooks.create({ body: { name: "billing", url: "http://127.0.0.1:9/hook", types: ["user.limit"] } });
}

async function makeKey({ admin: client }: ReadyServer): Promise<string> {
  const owner = (await client.users.list()).data.find(({ email }) => email === admin);
  return (await client.apiKeys.create({ body: { name: "elsewhere", user_id: owner?.id ?? "" } })).key;
}

async function callModel(url: string, model: string, key: string): Promise<string> {
  const answer = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model, messages: [{ role: "user", content: "Say hello" }] }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`a call of ${model} is answered ${answer.status}: ${text}`);
  return answer.headers.get("x-request-id") ?? "";
}

const listedPatienceMs = 20_000;

async function untilListed({ admin: client }: ReadyServer, id: string): Promise<void> {
  const deadline = performance.now() + listedPatienceMs;
  const isListed = (): Promise<boolean> =>
    client.requests.get({ params: { id } }).then(
      () => true,
      () => false,
    );
  while (!(await isListed())) {
    if (performance.now() > deadline) throw new Error(`the request ${id} is not listed`);
    await sleep(20);
  }
}
