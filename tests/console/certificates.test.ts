// The page about certificates: what clients are shown, and until when.

import { describe, expect, it } from "vitest";
import { overflowOf, violationsInBothThemes } from "./support/browser.ts";
import { admin } from "./support/people.ts";
import { executable, openSuite } from "./support/suite.ts";

const suite = openSuite({ environment: { GHOSTLLM_MANAGEMENT_PORT: "0" } });

describe.skipIf(executable === null)("settings, Certificates", () => {
  it("has the one of the port for operators, with the fingerprint that clients pin", async () => {
    const { data } = await suite.stage.server.admin.certificates.list({});
    const [certificate] = data;
    const { page, problems } = await suite.visits.openAs(admin, "/settings?show=Certificates");
    const panel = page.getByRole("region", { name: "Port for operators" });
    await panel.getByText(certificate?.fingerprint ?? "none", { exact: true }).waitFor();
    await panel.getByText("in use", { exact: true }).waitFor();
    await panel.getByText("made by this server, for clients that pin it").waitFor();
    // Nobody is asked for another.
    expect(await page.getByRole("button", { name: "Renew now" }).count()).toBe(0);
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
    expect(problems).toEqual([]);
  });
});
