// The page about the system: which instances share the database, and which of them does what only one may do.

import { describe, expect, it } from "vitest";
import { admin } from "./support/people.ts";
import { executable, openSuite } from "./support/suite.ts";

const suite = openSuite({});

describe.skipIf(executable === null)("settings, System", () => {
  it("lists the instance that answers, with its services, and what it does alone", async () => {
    const { instances } = await suite.stage.server.admin.system.read();
    const [one] = instances ?? [];
    const { page, problems } = await suite.visits.openAs(admin, "/settings?show=System");
    const panel = page.getByRole("region", { name: "Instances" });
    await panel.getByText(`${one?.host} · ${one?.process_id}`).waitFor();
    await panel.getByText("this one", { exact: true }).waitFor();
    expect(await panel.getByText(/^(?:proxy|auth|analytics|providers)$/).count()).toBe(4);
    const machine = page.getByRole("region", { name: "Machine" });
    // Measured twice, some seconds apart.
    await machine.getByText(/^[\d.]+ [KMG]?i?B \/ s in, [\d.]+ [KMG]?i?B \/ s out$/).waitFor();
    const alone = page.getByRole("region", { name: "Done by one instance at a time" });
    await alone.getByText("Asks vendors for models").waitFor();
    await alone.getByText(`${one?.host} · ${one?.process_id}, since`).first().waitFor();
    expect(problems).toEqual([]);
  });
});
