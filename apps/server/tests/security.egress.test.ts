// Whom the server asks: one policy for every address that an operator can set, however it is written, wherever it leads, and whoever names
// it on the way. Redirects of vendors and issuers, and names that change behind the check: egress.test.ts, issuer-sign-in.attacks.test.ts.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig } from "#config/load.ts";
import { vaultKey, parseVaultPlace } from "#control/encryption/vault-key.ts";
import { awsKmsKey } from "#control/encryption/aws-kms-key.ts";
import { parseSigningKey } from "#domain/aws-signature.ts";
import { Egress, usualEgress } from "#domain/egress/egress.ts";
import type { EgressSettings } from "#domain/egress/egress.ts";
import { Secret } from "#domain/secret.ts";
import { askWeb } from "#gateway/upstream/ask-web.ts";
import { createUpstreamClient } from "#gateway/upstream/client.ts";
import { direct } from "#gateway/upstream/lanes.ts";
import { postText } from "#gateway/upstream/post-text.ts";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";
import { openAsk } from "./sign-in-support/ask.ts";
import { Browser } from "./sign-in-support/browser.ts";
import { client, FakeIssuer } from "./sign-in-support/fake-issuer.ts";

/** Asked by nobody, whatever is configured. */
const metadata = [
  ...["169.254.169.254", "2852039166", "0xA9FEA9FE", "0251.0376.0251.0376", "169.254.43518", "169.254.170.2"],
  ...["[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::1]", "[fe80::1]"],
  ...["[fd00:ec2::254]", "metadata.google.internal", "METADATA.google.internal.", "100.100.100.200", "168.63.129.16"],
];
/** Asked where `egress.allow_private` lets them be. */
const near = [
  ...["127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"],
  ...["0.0.0.0", "[::]", "10.0.0.1", "192.168.1.1", "172.16.0.1", "[fd12::1]"],
];
const closed: EgressSettings = { ...usualEgress, allowPrivate: false };

type Door = (plane: AdminPlane, host: string, id: string) => Promise<unknown>;
type Doors = Readonly<Record<string, { readonly make: Door; readonly change: Door; readonly field: string }>>;

const providerAt = (host: string) => ({ base_url: `https://${host}/v1`, api_key: "sk-new" });
const hookAt = (host: string) => ({ url: `https://${host}/hook` });
const issuerAt = (host: string) => ({ issuer: `https://${host}/`, client_secret: "new" });
let serial = 0;
const name = (): string => `n${(serial += 1)}`;

/** Every field of the admin API that holds an address. */
const doors: Doors = {
  "a provider": {
    field: "base_url",
    make: ({ admin }, host) =>
      admin.providers.create({ body: { name: name(), provider_type: "openai", ...providerAt(host) } }),
    change: ({ admin }, host, id) => admin.providers.update({ params: { id }, body: providerAt(host) }),
  },
  "a webhook": {
    field: "url",
    make: ({ admin }, host) =>
      admin.webhooks.create({ body: { name: name(), types: ["key.created"], ...hookAt(host) } }),
    change: ({ admin }, host, id) => admin.webhooks.update({ params: { id }, body: hookAt(host) }),
  },
  "an issuer": {
    field: "issuer",
    make: ({ admin }, host) =>
      admin.signInMethods.create({ body: { label: name(), client_id: "c", ...issuerAt(host) } }),
    change: ({ admin }, host, id) => admin.signInMethods.update({ params: { id }, body: issuerAt(host) }),
  },
};

describe.each(Object.entries(doors))("the address of %s", (_name, { make, change, field }) => {
  let plane: AdminPlane;
  let lenient: AdminPlane;
  let id: string;

  beforeAll(async () => {
    [plane, lenient] = [
      await startAdminPlane({ egress: closed }),
      await startAdminPlane({ egress: { ...closed, allow: ["127.0.0.1", "10.0.0.0/8", "public"] } }),
    ];
    ({ id } = (await make(plane, "somewhere.example.com", "")) as { readonly id: string });
  });
  afterAll(async () => {
    await plane.close();
    await lenient.close();
  });

  it.each([...metadata, ...near])("is not %s", async (host) => {
    const refused = { status: 400, param: field };
    await expect(make(plane, host, "")).rejects.toMatchObject(refused);
    await expect(change(plane, host, id)).rejects.toMatchObject(refused);
  });

  it("is one that `egress.allow` names, and never one of metadata", async () => {
    for (const host of ["127.0.0.1", "10.1.2.3", "0x7f000001"]) await make(lenient, host, "");
    for (const host of ["192.168.1.1", ...metadata])
      await expect(make(lenient, host, "")).rejects.toMatchObject({ status: 400 });
  });
});

describe("an address in the configuration", () => {
  const variables: Readonly<Record<string, (host: string) => Readonly<Record<string, string>>>> = {
    "of a list of prices": (host) => ({ GHOSTLLM_PRICES_SOURCE: `https://${host}/prices.json` }),
    "of a provider": (host) => ({ OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: `https://${host}/v1` }),
  };

  it.each(Object.entries(variables))("%s is none that may not be asked", (_what, environmentOf) => {
    const load = (host: string) =>
      loadConfig({
        environment: { GHOSTLLM_EGRESS_ALLOW_PRIVATE: "false", ...environmentOf(host) },
        cwd: "/nonexistent",
      });
    for (const host of [...metadata, ...near])
      expect(() => load(host), host).toThrow(/GHOSTLLM_PRICES_SOURCE|OPENAI_BASE_URL|prices/);
    expect(() => load("somewhere.example.com")).not.toThrow();
  });
});

const signingKey = parseSigningKey(new Secret("AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI"));

describe("a service that keeps keys", () => {
  const asker = openAsk(closed);
  afterAll(() => asker.close());

  const wrapAt = (host: string): readonly Promise<unknown>[] => {
    const place = parseVaultPlace(`vault:http://${host}/transit/key`);
    if (place === null || signingKey === null) throw new Error("no place");
    const access = { signingKey, endpoint: `http://${host}`, ask: asker.ask, now: () => Date.now() };
    const vault = vaultKey(place, { token: new Secret("t"), namespace: null, ask: asker.ask });
    return [vault, awsKmsKey({ region: "eu-west-1", key: "k" }, access)].map((key) => key.wrap(Buffer.alloc(32), "x"));
  };

  it("is not asked where nobody may be", async () => {
    const outcomes = await Promise.allSettled([...metadata, ...near].flatMap(wrapAt));
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ status: "rejected", reason: { message: expect.stringContaining("may ask") } });
  });

  it("leads nobody elsewhere by a redirect", async () => {
    const seen: string[] = [];
    const elsewhere = await listen((_, path) => seen.push(path));
    const leading = createServer((_, response) => response.writeHead(307, { location: elsewhere.url }).end());
    const { url, server } = await listenOn(leading);
    const open = openAsk();
    const place = parseVaultPlace(`vault:${url}/transit/key`);
    if (place === null) throw new Error("no place");
    const key = vaultKey(place, { token: new Secret("t"), namespace: null, ask: open.ask });
    await expect(key.wrap(Buffer.alloc(32), "x")).rejects.toThrow(/HTTP 307/);
    expect(seen).toEqual([]);
    for (const one of [server, elsewhere.server]) one.close();
    await open.close();
  });
});

async function listenOn(server: Server): Promise<{ readonly url: string; readonly server: Server }> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

const listen = (onRequest: (method: string, path: string) => void) =>
  listenOn(
    createServer(({ method = "", url = "" }, response) => {
      onRequest(method, url);
      response.end("{}");
    }),
  );

describe("what an issuer names as its own", () => {
  const asker = openAsk();
  let plane: AdminPlane;
  let issuer: FakeIssuer;

  beforeAll(async () => {
    plane = await startAdminPlane({ ask: asker.ask });
    issuer = await FakeIssuer.start();
    issuer.claims = { sub: "subject", email: "ada@example.com", email_verified: true };
  });
  afterAll(async () => {
    await plane.close();
    await issuer.close();
    await asker.close();
  });

  it.each(
    ["token_endpoint", "jwks_uri"].flatMap((field) =>
      ["169.254.169.254", "[::ffff:a9fe:a9fe]", "2852039166"].map((host) => [field, host] as const),
    ),
  )("is not asked at metadata: %s at %s", async (field, host) => {
    const body = { label: name(), issuer: issuer.url, client_id: client.id, client_secret: client.secret };
    const { id } = await plane.admin.signInMethods.create({ body: { ...body, provision_domains: ["example.com"] } });
    issuer.metadata = { [field]: `http://${host}/latest/meta-data` };
    const browser = new Browser(plane.url);
    const { status, body: answer } = await browser.finish(issuer.authorize(await browser.begin(id)));
    expect([status, JSON.stringify(answer)]).toEqual([
      expect.toSatisfy((code: number) => code >= 400),
      expect.not.stringContaining("meta-data"),
    ]);
    expect((await browser.me()).status).toBe(401);
    await plane.store.signIn.remove(id);
  });
});

describe("a name that leads to metadata", () => {
  it.each(["169.254.169.254", "::ffff:169.254.169.254", "fd00:ec2::254", "fe80::1"])(
    "is asked by nothing: %s",
    async (address) => {
      const timeouts = { connectMs: 2_000, firstByteMs: 2_000, idleMs: 2_000 };
      const upstream = createUpstreamClient(timeouts, direct, {
        egress: new Egress(usualEgress),
        resolve: (_name, _options, answer) => answer(null, [{ address, family: address.includes(":") ? 6 : 4 }]),
      });
      const request = { url: "http://innocent.example.com/", headers: {}, timeoutMs: 2_000 };
      await expect(askWeb(upstream, { ...request, method: "GET", body: null })).rejects.toThrow(/may ask/);
      await expect(postText(upstream, { ...request, body: "{}" })).rejects.toThrow(/may ask/);
      await upstream.close();
    },
  );
});
