// Names, models and what vendors answer, written to break a page: each is text, on every page that shows it.

import { ClientError } from "@ghostllm/contract/client";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { overflowOf } from "./support/browser.ts";
import type { View } from "./support/browser.ts";
import { holdRequest } from "./support/consents.ts";
import { brokenTitle, hostile } from "./support/hostile.ts";
import { listPages } from "./support/pages.ts";
import { admin } from "./support/people.ts";
import { clientOf } from "./support/reports.ts";
import { executable, openSuite } from "./support/suite.ts";

const words = hostile.join("\n");

/** Pages of what has such a name. */
const details: string[] = [];

const suite = openSuite({ furnish });

/** Null where the server refuses such a name, as it may. */
function ifTaken<Made>(making: Promise<Made>): Promise<Made | null> {
  return making.catch((error: unknown) => {
    if (error instanceof ClientError && error.status === 400) return null;
    throw error;
  });
}

/** Of everything as many as there are such names, and a call of each. */
async function furnish(): Promise<void> {
  const { admin: client } = suite.stage.server;
  const [provider] = (await client.providers.list()).data;
  const provider_id = provider?.id ?? "";
  const targets = [{ provider: provider?.name ?? "", model: "gpt-4o-mini" }];
  const owner = await clientOf(suite.stage.url);
  const [webhook] = (await client.webhooks.list()).data;
  const made = {
    guardrails: 0,
    reports: 0,
    users: 0,
    keys: 0,
    models: 0,
    aliases: 0,
    organisations: 0,
    teams: 0,
    accounts: 0,
  };
  for (const [index, name] of hostile.entries()) {
    const user = await ifTaken(
      client.users.create({ body: { email: `hostile-${index}@example.com`, username: name } }),
    );
    const key = user && (await ifTaken(client.apiKeys.create({ body: { name, user_id: user.id } })));
    const organisation = await ifTaken(client.organisations.create({ body: { name } }));
    const team = await ifTaken(
      client.teams.create({ body: { name, models: [name], organisation_id: organisation?.id ?? null } }),
    );
    const account = team && (await ifTaken(client.serviceAccounts.create({ body: { name, team_id: team.id } })));
    if (team) await client.teams.addMember({ params: { id: team.id }, body: { email: admin } });
    const model = await ifTaken(client.models.create({ body: { provider_id, name } }));
    const alias = await ifTaken(client.aliases.create({ body: { name, targets } }));
    const weekly = { name, schedule: { every: "week" }, webhook_id: webhook?.id ?? null } as const;
    const report = await ifTaken(owner.reports.create({ body: weekly }));
    const guardrail = await ifTaken(
      client.guardrails.create({
        body: { name, check: { kind: "text", words: [name] }, action: "flag", replacement: name, models: [name] },
      }),
    );
    // There may be fifty of them, and twenty of those.
    const body = { label: name, issuer: "https://login.example.com", client_id: name };
    const issuer = index % 2 === 0 ? await ifTaken(client.signInMethods.create({ body })) : null;
    if (issuer && index < 12) details.push(`/settings/sign-in/${issuer.id}`);
    if (index % 3 === 0) await ifTaken(client.scim.createToken({ body: { name } }));
    made.guardrails += Number(guardrail !== null);
    made.reports += Number(report !== null);
    made.users += Number(user !== null);
    made.keys += Number(key !== null);
    made.models += Number(model !== null);
    made.aliases += Number(alias !== null);
    made.organisations += Number(organisation !== null);
    made.teams += Number(team !== null);
    made.accounts += Number(account !== null);
    const ways = {
      ...{ users: user, keys: key, models: model, aliases: alias },
      ...{ organisations: organisation, teams: team, "service-accounts": account, reports: report },
      guardrails: guardrail,
    };
    if (index < 5) await client.roles.create({ body: { name: `role-${index}`, description: name, permissions: {} } });
    // One of them each, so that every page has some of all names.
    const [way, one] = Object.entries(ways)[index % Object.keys(ways).length] ?? [];
    if (one) details.push(`/${way}/${one.id}`);
    if (key && (model ?? alias)) await suite.stage.call(name, key.key);
    if (key && model && index < 8) details.push(...(await holdBy(name, key)));
  }
  // Few are refused, or this would show nothing.
  for (const count of Object.values(made)) expect(count).toBeGreaterThan(hostile.length / 2);
}

/** A policy of this name, and a request that it holds of a key of this name for a model of this name. */
async function holdBy(name: string, { id, key }: { readonly id: string; readonly key: string }) {
  const applies_to = { kind: "key", id } as const;
  const policy = await ifTaken(
    suite.stage.server.admin.consentPolicies.create({ body: { name, applies_to, models: [name] } }),
  );
  if (policy === null) return [];
  const held = await holdRequest(suite.stage, key, words, name);
  return [`/consents/${held}`, `/consents/policies/${policy.id}`];
}

interface Watched extends View {
  /** Dialogs of the browser, and what was asked of other hosts. */
  readonly happened: readonly string[];
}

async function openWatched(path: string, width = 1440): Promise<Watched> {
  const view = await suite.visits.openAs(admin, null, { width });
  const happened: string[] = [];
  view.page.on("dialog", (dialog) => {
    happened.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  view.page.on("request", (request) => {
    const { host, protocol } = new URL(request.url());
    if (protocol.startsWith("http") && host !== new URL(suite.stage.url).host)
      happened.push(`a request to ${request.url()}`);
  });
  await suite.visits.visit(view.page, path);
  return { ...view, happened };
}

/** Nothing of it became a part of the page. */
async function expectInert(page: Page): Promise<void> {
  const foreign = "main :is(script, iframe, style, base, meta, img, object, embed), main a[href^='javascript:']";
  expect([page.url(), await page.locator(foreign).count()]).toEqual([page.url(), 0]);
  expect([page.url(), await page.title()]).not.toEqual([page.url(), brokenTitle]);
  expect([page.url(), await overflowOf(page)]).toEqual([page.url(), 0]);
}

describe.skipIf(executable === null)("hostile names", () => {
  it.each([1440, 390])(
    "are text on every page, which are no wider for it on a screen of %i pixels",
    async (width) => {
      const { page, problems, happened } = await openWatched("/", width);
      const pages = [...(await listPages(suite.stage.server.admin)).map(({ path }) => path), ...details];
      for (const path of pages) {
        await suite.visits.visit(page, path);
        await expectInert(page);
      }
      expect([...problems, ...happened]).toEqual([]);
    },
    300_000,
  );

  it("are shown as they are, also in the palette, and in questions whether one is sure", async () => {
    const [name = ""] = hostile;
    const { page, problems, happened } = await openWatched(`/keys?q=${encodeURIComponent(name)}`);
    expect(await page.locator("tbody tr td:nth-child(2)").allInnerTexts()).toEqual([name, name]);
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog", { name: "Search or jump to" }).waitFor();
    await page.keyboard.type("onerror");
    // What else has this name is there as well.
    await page.getByRole("group", { name: "Keys" }).getByRole("option", { name }).first().click();
    await page.getByRole("heading", { name }).waitFor();
    await page.getByRole("button", { name: "Revoke key" }).click();
    await page.keyboard.type(name);
    await page.keyboard.press("Enter");
    await page.getByText(`“${name}” is revoked`).waitFor();
    await expectInert(page);
    expect([...problems, ...happened]).toEqual([]);
  });

  it("are no formulas in what is saved of them", async () => {
    const { page } = await openWatched("/keys");
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download as CSV" }).click();
    const stream = await (await download).createReadStream();
    let text = "";
    for await (const chunk of stream) text += String(chunk);
    expect(text).toContain("HYPERLINK");
    expect(text).not.toMatch(/(^|,|\n)"?[=+@]/);
  });
});

describe.skipIf(executable === null)("what a vendor says", () => {
  it.each([
    ["an answer", { kind: "answer", body: completion(words) }],
    ["an error", { kind: "answer", status: 400, body: { error: { message: words, type: "x", code: "x" } } }],
  ] as const)("is text where it is %s", async (_, script) => {
    const { key } = await suite.stage.server.admin.apiKeys.create({
      body: { name: "tries", user_id: await anyUser() },
    });
    const { page, happened } = await openWatched("/connect");
    await page.getByLabel("Your key").fill(key);
    await page.getByRole("option", { name: "fake-model", exact: true }).waitFor({ state: "attached" });
    await page.getByLabel("Model", { exact: true }).selectOption("fake-model");
    suite.stage.vendor.script(script);
    await page.getByRole("button", { name: "Try it" }).click();
    await page.locator("main [aria-live=polite]").getByText("onerror", { exact: false }).waitFor();
    await expectInert(page);
    expect(happened).toEqual([]);
  });
});

function completion(content: string) {
  const choices = [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }];
  return { id: "chatcmpl-1", object: "chat.completion", created: 1, model: "fake-model", choices };
}

async function anyUser(): Promise<string> {
  const { data } = await suite.stage.server.admin.users.list();
  return data[0]?.id ?? "";
}
