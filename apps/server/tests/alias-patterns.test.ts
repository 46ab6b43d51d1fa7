// Aliases whose name has a star: which names they answer to, behind and before what, and what they may be. Over all that a server is made of.

import { startFakeUpstream, type FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { askings, names as dialects } from "./support/every-dialect.ts";
import { readError } from "./support/stage.ts";
import { startWholeServer, type WholeServer } from "./support/whole-server.ts";

let vendors: readonly FakeUpstream[];
let server: WholeServer;
/** Of two teams, of which the second one may use `one/team-*` alone. */
let teams: readonly { readonly id: string; readonly key: string }[];
let made: string[] = [];

beforeAll(async () => {
  vendors = await Promise.all([startFakeUpstream(), startFakeUpstream()]);
  server = await startWholeServer();
  const { admin } = server;
  for (const [place, name] of ["one", "two"].entries()) {
    const base_url = `${vendors[place]?.url}/v1`;
    await admin.providers.create({ body: { name, provider_type: "openai", base_url, api_key: "sk-of-the-vendor" } });
    // It speaks chats alone, into which all other dialects are put.
    const spoken = { name: `chats-${name}`, provider_type: "openai-compatible", base_url, api_key: "sk-of-the-vendor" };
    await admin.providers.create({ body: spoken });
  }
  teams = await Promise.all(
    [null, ["one/team-*"]].map(async (models, place) => {
      const { id } = await admin.teams.create({ body: { name: `team ${place}`, models } });
      const { key } = await admin.apiKeys.create({ body: { name: "of the team", owner: "team", team_id: id } });
      return { id, key };
    }),
  );
});
beforeEach(() => {
  for (const vendor of vendors) vendor.script({ kind: "chat" });
});
afterEach(async () => {
  await Promise.all(made.map((id) => server.admin.aliases.remove({ params: { id } })));
  made = [];
});
afterAll(async () => {
  await server.close();
  await Promise.all(vendors.map((vendor) => vendor.close()));
});

async function addAlias(name: string, targets: readonly string[], more: object = {}): Promise<void> {
  const split = targets.map((target) => ({
    provider: target.slice(0, target.indexOf("/")),
    model: target.slice(target.indexOf("/") + 1),
  }));
  const { id } = await server.admin.aliases.create({ body: { name, targets: split, ...more } });
  made.push(id);
}

function send(path: string, body: object, key: string): Promise<Response> {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  return fetch(server.url + path, { method: "POST", headers, body: JSON.stringify(body) });
}

/** Who has answered as what, or why nobody has. */
async function led(model: string, key = server.apiKey): Promise<string> {
  const body = { model, messages: [{ role: "user", content: "Hi" }] };
  const response = await send("/v1/chat/completions", body, key);
  if (response.status !== 200) return `${response.status} ${(await readError(response)).code}`;
  await response.text();
  return `${response.headers.get("x-ghostllm-provider")}/${response.headers.get("x-ghostllm-model")}`;
}

const unknown = "404 model_not_found";

describe("an alias whose name has a star", () => {
  it.each([
    ["fine-*", ["one/ft:*:acme"], "fine-7b", "one/ft:7b:acme"],
    ["*-fast", ["one/*"], "mini-fast", "one/mini"],
    ["x-*-y", ["one/*"], "x--y-y", "one/-y"],
    ["old-*", ["two/of-today"], "old-thing", "two/of-today"],
    ["vendor/*", ["two/*"], "vendor/a/b:c", "two/a/b:c"],
    ["$&-*", ["one/*"], "$&-$&", "one/$&"],
  ])("%s to %o is asked as %s", async (name, targets, asked, wanted) => {
    await addAlias(name, targets);
    expect(await led(asked)).toBe(wanted);
  });

  it.each(["fine-", "fin", "Fine-a", "a-fine-b"])("does not answer to %s", async (asked) => {
    await addAlias("fine-*", ["one/*"]);
    expect(await led(asked)).toBe(unknown);
  });

  it("answers in every dialect, streamed or not, and goes on with its next target", async () => {
    await addAlias("any-*", ["chats-one/down-*", "chats-two/up-*"], { retries: { attempts_per_target: 1 } });
    vendors[0]?.script({ kind: "error", status: 500 });
    for (const dialect of dialects)
      for (const stream of [false, true]) {
        const { path, body } = askings[dialect]("any-7", stream);
        const response = await send(path, body, server.apiKey);
        await response.text();
        const { headers } = response;
        const who = [headers.get("x-ghostllm-provider"), headers.get("x-ghostllm-model")];
        expect([dialect, stream, response.status, ...who]).toEqual([dialect, stream, 200, "chats-two", "up-7"]);
      }
  });

  it("stands behind names that are written out, and before what says less, models included", async () => {
    await addAlias("gpt-4o", ["two/exactly"]);
    await addAlias("gpt-*", ["two/from-gpt"]);
    await addAlias("gpt-4*", ["two/from-gpt-4"]);
    await addAlias("*", ["two/from-anything"]);
    expect(await led("gpt-4o")).toBe("two/exactly");
    expect(await led("gpt-4.1")).toBe("two/from-gpt-4");
    expect(await led("gpt-5")).toBe("two/from-gpt");
    // A star alone is for what nobody has.
    expect(await led("one/gpt-4o")).toBe("one/gpt-4o");
    expect(await led("o3")).toMatch(/\/o3$/);
    expect(await led("nobody-has-this")).toBe("two/from-anything");
  });

  it("is of its team alone, for what nobody else has, and held to what the team may use", async () => {
    const [red, blue] = teams;
    await addAlias("*", ["two/from-anything"]);
    await addAlias("gpt-*", ["one/red"], { team_id: red?.id });
    await addAlias("t-*", ["one/team-*", "one/team-b"], { team_id: blue?.id });
    expect(await led("gpt-unheard", red?.key)).toBe("one/red");
    expect(await led("gpt-4o", red?.key)).not.toBe("one/red");
    expect(await led("gpt-unheard")).toBe("two/from-anything");
    expect(await led("t-9", blue?.key)).toBe("one/team-9");
    expect(await led("t-9", red?.key)).toBe("two/from-anything");
    await server.admin.teams.update({ params: { id: blue?.id ?? "" }, body: { models: ["one/other"] } });
    expect(await led("t-9", blue?.key)).toBe("403 permission_denied");
  });

  it("is in no list of models, and has limits and answers of its own", async () => {
    await addAlias("held-*", ["one/*"], { limits: { requests_per_minute: 2 }, cache: {} });
    const response = await fetch(`${server.url}/v1/models`, { headers: { authorization: `Bearer ${server.apiKey}` } });
    const { data } = (await response.json()) as { data: { id: string }[] };
    expect(data.filter(({ id }) => id.includes("*"))).toEqual([]);
    const answers = [await led("held-a"), await led("held-b"), await led("held-c")];
    expect(answers).toEqual(["one/a", "one/b", "429 rate_limit_exceeded"]);
  });

  it("sends a target no more than its own limits say, by whatever name", async () => {
    const said = { provider: "one", model: "*", limits: { requests_per_minute: 2 } };
    const body = { name: "part-*", targets: [said, { provider: "two", model: "*" }] };
    made.push((await server.admin.aliases.create({ body })).id);
    expect([await led("part-a"), await led("part-b"), await led("part-c")]).toEqual(["one/a", "one/b", "two/c"]);
  });

  it("is refused where a star has no meaning", async () => {
    const refusals = [
      [{ name: "a-*-*", targets: [{ provider: "one", model: "m" }] }, "name"],
      [{ name: "a-*", targets: [{ provider: "one", model: "*-*" }] }, "targets[0].model"],
      [{ name: "plain", targets: [{ provider: "one", model: "m-*" }] }, "targets[0].model"],
    ] as const;
    for (const [body, param] of refusals)
      await expect(
        server.admin.aliases.create({ body: { ...body, targets: [...body.targets] } }),
      ).rejects.toMatchObject({
        status: 400,
        param,
      });
    await addAlias("some-*", ["one/*"]);
    const fallback = { name: "leading", targets: [{ provider: "one", model: "m" }], fallbacks: { any: ["some-*"] } };
    await expect(server.admin.aliases.create({ body: fallback })).rejects.toMatchObject({ param: "fallbacks.any[0]" });
    const [id = ""] = made;
    await expect(server.admin.aliases.update({ params: { id }, body: { name: "plain" } })).rejects.toMatchObject({
      param: "targets[0].model",
    });
  });
});
