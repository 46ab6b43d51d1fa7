// Two people change the same thing at the same time, in a real Chromium over a real server: none of them undoes what the other has done
// without a word, and none loses what he has typed.

import type { Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { overflowOf, violationsInBothThemes } from "./support/browser.ts";
import { admin } from "./support/people.ts";
import { executable, openSuite } from "./support/suite.ts";
import { furnishTeam } from "./support/teams.ts";

const suite = openSuite({ furnish: async ({ stage }) => void (await furnishTeam(stage.server.admin)) });

const api = () => suite.stage.server.admin;
const save = (page: Page) => page.getByRole("button", { name: "Save changes" }).click();
const keepMine = (page: Page) => page.getByRole("button", { name: "Load it, and keep what I typed" }).click();

/** A page that is told nothing by the server: it learns of the other's change when it sends its own. */
async function openDeaf(path: string): Promise<Page> {
  const { page } = await suite.visits.openAs(admin);
  await page.routeWebSocket(/\/admin\/live$/, () => {});
  await suite.visits.visit(page, path);
  return page;
}

interface Case {
  readonly path: string;
  /** Of the field into which one types, and what. */
  readonly label: string;
  readonly typed: string;
  /** What the other does meanwhile. */
  readonly change: () => Promise<unknown>;
  readonly read: () => Promise<object>;
  /** What both have made of it. */
  readonly both: object;
}

const idOf = ({ id }: { readonly id: string }) => ({ params: { id } });

/** Made when the suite is open. */
const cases: Readonly<Record<string, () => Promise<Case>>> = {
  async key() {
    const owner = (await api().users.list()).data[0]?.id ?? "";
    const one = idOf(await api().apiKeys.create({ body: { name: "key", user_id: owner } }));
    return {
      ...{ path: `/keys/${one.params.id}`, label: "Name", typed: "mine", read: () => api().apiKeys.get(one) },
      change: () => api().apiKeys.update({ ...one, body: { tags: ["theirs"] } }),
      both: { name: "mine", tags: ["theirs"] },
    };
  },
  async "limits of a key"() {
    const owner = (await api().users.list()).data[0]?.id ?? "";
    const one = idOf(await api().apiKeys.create({ body: { name: "limited", user_id: owner } }));
    return {
      ...{ path: `/budgets/key/${one.params.id}?change=budget`, label: "Requests / min", typed: "7" },
      read: () => api().apiKeys.get(one),
      change: () => api().apiKeys.update({ ...one, body: { limits: { tokens_per_minute: 5_000 } } }),
      both: { limits: expect.objectContaining({ requests_per_minute: 7, tokens_per_minute: 5_000 }) },
    };
  },
  async user() {
    const one = idOf(await api().users.create({ body: { email: "edited@example.com" } }));
    return {
      ...{ path: `/users/${one.params.id}`, label: "Name", typed: "mine", read: () => api().users.get(one) },
      change: () => api().users.update({ ...one, body: { budget_usd: "12" } }),
      both: { username: "mine", budget_usd: "12" },
    };
  },
  async team() {
    const one = idOf(await api().teams.create({ body: { name: "Edited" } }));
    return {
      ...{ path: `/teams/${one.params.id}`, label: "Name", typed: "mine", read: () => api().teams.get(one) },
      change: () => api().teams.update({ ...one, body: { models: ["theirs-*"] } }),
      both: { name: "mine", models: ["theirs-*"] },
    };
  },
  async organisation() {
    const one = idOf(await api().organisations.create({ body: { name: "Edited" } }));
    return {
      ...{ path: `/organisations/${one.params.id}`, label: "Name", typed: "mine" },
      read: () => api().organisations.get(one),
      change: () => api().organisations.update({ ...one, body: { budget_usd: "12" } }),
      both: { name: "mine", budget_usd: "12" },
    };
  },
  async "service account"() {
    const team_id = (await api().teams.list()).data[0]?.id ?? "";
    const one = idOf(await api().serviceAccounts.create({ body: { name: "edited", team_id } }));
    return {
      ...{ path: `/service-accounts/${one.params.id}`, label: "Name", typed: "mine" },
      read: () => api().serviceAccounts.get(one),
      change: () => api().serviceAccounts.update({ ...one, body: { budget_usd: "12" } }),
      both: { name: "mine", budget_usd: "12" },
    };
  },
  async role() {
    const one = { params: { name: "edited" } };
    await api().roles.create({ body: { ...one.params, description: "", permissions: { "self.read": "own" } } });
    const permissions = { "self.read": "own", "models.read": "all" } as const;
    return {
      ...{ path: "/roles/edited", label: "Description", typed: "mine", read: () => api().roles.get(one) },
      change: () => api().roles.update({ ...one, body: { permissions } }),
      both: { description: "mine", permissions },
    };
  },
  async provider() {
    const body = {
      provider_type: "groq",
      name: "edited",
      api_key: "sk-of-the-vendor",
      base_url: `${suite.stage.vendorUrl}/v1`,
    };
    const one = idOf(await api().providers.create({ body }));
    return {
      ...{ path: `/providers/${one.params.id}`, label: "Name", typed: "mine", read: () => api().providers.get(one) },
      change: () => api().providers.update({ ...one, body: { query: { theirs: "yes" } } }),
      both: { name: "mine", query: { theirs: "yes" } },
    };
  },
  async model() {
    const provider_id = (await api().providers.list()).data[0]?.id ?? "";
    const one = idOf(await api().models.create({ body: { provider_id, name: "edited" } }));
    return {
      ...{ path: `/models/${one.params.id}`, label: "Context", typed: "4096", read: () => api().models.get(one) },
      change: () => api().models.update({ ...one, body: { input_price_usd: "5" } }),
      both: { context_length: 4096, input_price_usd: "5" },
    };
  },
  async alias() {
    const target = (model: string) => ({ provider: "openai", model });
    const one = idOf(await api().aliases.create({ body: { name: "edited", targets: [target("gpt-4o")] } }));
    const targets = [target("gpt-4o-mini"), target("gpt-4o")];
    return {
      ...{ path: `/aliases/${one.params.id}`, label: "Name", typed: "mine", read: () => api().aliases.get(one) },
      change: () => api().aliases.update({ ...one, body: { targets } }),
      both: { name: "mine", targets: targets.map((each) => expect.objectContaining(each)) },
    };
  },
  async issuer() {
    const body = { label: "Edited", issuer: "http://127.0.0.1:9", client_id: "ghostllm" };
    const one = idOf(await api().signInMethods.create({ body }));
    const group_roles = [{ group: "theirs", role: "viewer" }];
    return {
      ...{ path: `/settings/sign-in/${one.params.id}`, label: "Name", typed: "mine" },
      read: () => api().signInMethods.get(one),
      change: () => api().signInMethods.update({ ...one, body: { group_roles } }),
      both: { label: "mine", group_roles },
    };
  },
  async "rights by group"() {
    const group_roles = [{ group: "theirs", role: "viewer" }];
    return {
      ...{ path: "/settings?show=SCIM", label: "Role of new users", typed: "viewer", read: () => api().scim.roles() },
      change: () => api().scim.updateRoles({ body: { group_roles } }),
      both: { default_role: "viewer", group_roles },
    };
  },
  async webhook() {
    const body = { name: "edited", url: "http://127.0.0.1:9/hook", types: ["user.limit" as const] };
    const one = idOf(await api().webhooks.create({ body }));
    return {
      ...{ path: `/events/webhooks/${one.params.id}`, label: "Name", typed: "mine" },
      read: () => api().webhooks.get(one),
      change: () => api().webhooks.update({ ...one, body: { types: ["key.created"] } }),
      both: { name: "mine", types: ["key.created"] },
    };
  },
  async "consent policy"() {
    const one = idOf(await api().consentPolicies.create({ body: { name: "edited", models: ["none-*"] } }));
    return {
      ...{ path: `/consents/policies/${one.params.id}`, label: "Name", typed: "mine" },
      read: () => api().consentPolicies.get(one),
      change: () => api().consentPolicies.update({ ...one, body: { above_usd: "3" } }),
      both: { name: "mine", above_usd: "3", models: ["none-*"] },
    };
  },
};

async function type(page: Page, label: string, text: string): Promise<void> {
  const scope = (await page.getByRole("dialog").count()) > 0 ? page.getByRole("dialog") : page.locator("main");
  const field = scope.getByLabel(new RegExp(`^${label}( ?optional)?$`)).first();
  await field.waitFor();
  if ((await field.evaluate(({ tagName }) => tagName)) === "SELECT") await field.selectOption(text);
  else await field.fill(text);
}

describe.skipIf(executable === null)("what another has changed meanwhile", () => {
  it("is not undone, of whatever can be edited: who comes second is told, and both changes are saved", async () => {
    const page = await openDeaf("/settings");
    for (const [name, make] of Object.entries(cases)) {
      const { path, label, typed, change, read, both } = await make();
      await suite.visits.visit(page, path);
      await type(page, label, typed);
      await change();
      const changed = await read();
      const notice = page.getByRole("alert");
      // Sent again as it is, it is refused again.
      for (const _ of ["once", "again"]) {
        const refused = page.waitForResponse((answer) => answer.status() === 412);
        await save(page);
        await refused;
        await notice.getByText("Nothing of yours is saved.").waitFor();
        await notice.getByRole("button", { name: "Load it, and keep what I typed" }).waitFor();
        expect([name, await read()]).toEqual([name, changed]);
      }
      expect([name, await overflowOf(page)]).toEqual([name, 0]);
      await keepMine(page);
      await save(page);
      await page.getByText(/is changed, and in force$/).waitFor();
      expect([name, await read()]).toEqual([name, expect.objectContaining(both)]);
      expect([name, await notice.count()]).toEqual([name, 0]);
    }
  }, 300_000);
});

describe.skipIf(executable === null)("a form that is open while another changes the same", () => {
  let one: { readonly params: { readonly id: string } };
  beforeAll(async () => {
    if (executable !== null) one = idOf(await api().teams.create({ body: { name: "Shared" } }));
  });

  it("shows what is there now where nobody has typed, says so where somebody has, and discards on demand", async () => {
    const { page, problems } = await suite.visits.openAs(admin, `/teams/${one.params.id}`);
    await api().teams.update({ ...one, body: { budget_usd: "10" } });
    await expect.poll(() => page.getByLabel("Budget in USD").inputValue()).toBe("10");
    await type(page, "Name", "Typed");
    await api().teams.update({ ...one, body: { budget_usd: "20", models: ["gpt-*"] } });
    await page.getByText("Somebody has changed “models” and “budget in USD” since you began.").waitFor();
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
    expect(await page.getByLabel("Budget in USD").inputValue()).toBe("10");
    await page.getByRole("button", { name: "Discard what I typed" }).click();
    await expect.poll(() => page.getByLabel("Name", { exact: true }).inputValue()).toBe("Shared");
    expect(await page.getByLabel("Budget in USD").inputValue()).toBe("20");
    expect(await page.getByText("since you began", { exact: false }).count()).toBe(0);
    expect(problems).toEqual([]);
  });

  it("says what both have changed, and saves what its owner then says", async () => {
    const page = await openDeaf(`/teams/${one.params.id}`);
    await type(page, "Name", "Mine");
    await page.getByLabel("Requests / min").fill("60");
    await api().teams.update({ ...one, body: { name: "Theirs" } });
    await save(page);
    await keepMine(page);
    await page
      .getByText("Both of you have changed “name”: what you have typed stands here", { exact: false })
      .waitFor();
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
    expect(await page.getByLabel("Name", { exact: true }).inputValue()).toBe("Mine");
    expect((await api().teams.get(one)).name).toBe("Theirs");
    await save(page);
    await page.getByText("“Mine” is changed, and in force").waitFor();
    expect(await api().teams.get(one)).toMatchObject({ name: "Mine", limits: { requests_per_minute: 60 } });
    expect(await page.getByText("Both of you", { exact: false }).count()).toBe(0);
  });

  it("is saved again and again by one alone", async () => {
    const { page, problems } = await suite.visits.openAs(admin, `/teams/${one.params.id}`);
    for (const name of ["First", "Second", "Third"]) {
      await type(page, "Name", name);
      await save(page);
      await page.getByText(`“${name}” is changed, and in force`).waitFor();
    }
    expect(problems).toEqual([]);
  });
});

describe.skipIf(executable === null)("budgets by period", () => {
  it("are added to those that are there, though another changes their holder between the reading and the writing", async () => {
    const owner = (await api().users.list()).data[0]?.id ?? "";
    const one = idOf(await api().apiKeys.create({ body: { name: "overtaken", user_id: owner } }));
    const page = await openDeaf(`/budgets/key/${one.params.id}?budget=new`);
    const theirs = { period: "day", amount_usd: "3" } as const;
    let isOvertaken = false;
    await page.route(`**/admin/budgets/key/${one.params.id}`, async (route) => {
      const answer = await route.fetch();
      if (!isOvertaken) await api().apiKeys.update({ ...one, body: { budgets: [theirs] } });
      isOvertaken = true;
      await route.fulfill({ response: answer });
    });
    await page.getByLabel("Amount in USD").fill("40");
    await page.getByRole("dialog").getByRole("button", { name: "Add budget" }).click();
    await page.getByText("“overtaken” is changed, and in force").waitFor();
    const { budgets } = await api().apiKeys.get(one);
    expect(budgets.map(({ period, amount_usd: amount }) => [period, amount])).toEqual([
      ["day", "3"],
      ["month", "40"],
    ]);
  });
});
