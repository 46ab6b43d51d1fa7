// The document of the API names what the gateway serves, and nothing else.

import { openApiDocument } from "@ghostllm/contract/openapi";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeSnapshot, startGateway } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway(makeSnapshot({ targets: [] }));
});
afterAll(() => gateway.close());

/** Google's clients use several names of a version, and leave out `models/`: the document says so in words. */
function inOneSpelling(route: string): string {
  return route.replace(/^(\S+) \/(?:v1|v1alpha|v1beta|v1beta1)\/(?:models\/)?(\{\}:\w+)$/, "$1 /v1beta/models/$2");
}

function served(): ReadonlySet<string> {
  const spelled = gateway.routes.map(({ method, before, behind }) => {
    return inOneSpelling(`${method} ${before}${behind === null ? "" : `{}${behind}`}`);
  });
  return new Set(spelled.map((route) => route.replace(/ \/v1(?:alpha|beta1)\/models/, " /v1beta/models")));
}

function documented(): ReadonlySet<string> {
  const paths = openApiDocument({ version: "test" })["paths"] as Record<string, object>;
  const named = Object.entries(paths).filter(([path]) => !path.startsWith("/admin/"));
  return new Set(
    named.flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{\w+\}/, "{}")}`),
    ),
  );
}

it("documents every route that the gateway serves, and serves every one that is documented", () => {
  expect(served().size).toBeGreaterThan(40);
  expect([...documented()].toSorted()).toEqual([...served()].toSorted());
});
