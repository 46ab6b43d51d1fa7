import { expect, it } from "vitest";
import { makeAsks } from "./asks.ts";
import { makeCast } from "./cast.ts";

const id = "01a22b19-cc93-7423-9385-78453b991984";

it("every route of the admin API that answers GET is measured at scale, or said not to be", () => {
  const cast = makeCast({ rows: 100, keys: 2000, users: 500, teams: 10, days: 90 }, 0);
  const one = { alias: id, webhook: id, serviceAccount: id, consentPolicy: id, report: id, provider: id, model: id };
  const asks = makeAsks(cast, Date.now(), { ...one, requests: [id], consents: [id], entries: [id] });
  const paths = asks.map((ask) => ask.path(1));
  expect(paths.filter((path) => !/^\/admin\/[a-z0-9]/.test(path) || path.includes("{"))).toEqual([]);
});
