import { describe, expect, it } from "vitest";
import { adminRouteList, adminRoutes } from "#routes/admin-routes.ts";
import { openApiDocument } from "./document.ts";

const document = openApiDocument({ version: "1.2.3" });
const text = JSON.stringify(document);

describe("openApiDocument", () => {
  it("has nothing but references that lead somewhere", () => {
    const references = [...text.matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)];
    expect(references.length).toBeGreaterThan(20);
    const components = document["components"] as Record<string, Record<string, unknown>>;
    for (const [, kind = "", name = ""] of references) expect(components[kind]).toHaveProperty(name);
    expect(text).not.toContain("$defs");
  });

  it("names every parameter of a path", () => {
    const paths = document["paths"] as Record<string, Record<string, { parameters?: { name: string; in: string }[] }>>;
    for (const { path, method } of adminRouteList) {
      const named = paths[path]?.[method.toLowerCase()]?.parameters ?? [];
      for (const [, name] of path.matchAll(/\{(\w+)\}/g))
        expect(named).toContainEqual(expect.objectContaining({ name, in: "path" }));
    }
  });

  it("says that bodies refuse unknown fields", () => {
    const components = document["components"] as { schemas: Record<string, { additionalProperties?: boolean }> };
    expect(components.schemas["UserCreate"]?.additionalProperties).toBe(false);
  });

  it("is open where no credential is needed", () => {
    const paths = document["paths"] as Record<string, Record<string, { security?: unknown }>>;
    expect(paths["/admin/sessions"]?.["post"]?.security).toEqual([]);
    expect(paths["/admin/users"]?.["get"]?.security).toBeUndefined();
  });

  it("tells the permission of each route, for programs and for people", () => {
    const paths = document["paths"] as Record<string, Record<string, Record<string, string>>>;
    for (const { path, method, permission } of adminRouteList) {
      const operation = paths[path]?.[method.toLowerCase()];
      expect(operation?.["x-permission"]).toBe(permission === "public" ? undefined : permission);
      if (permission !== "public") expect(operation?.["description"]).toContain(`\`${permission}\``);
    }
  });
});

describe("the table of routes", () => {
  it("calls every route by its group and name", () => {
    for (const [group, routes] of Object.entries(adminRoutes)) {
      for (const [name, route] of Object.entries(routes)) expect(route.id).toBe(`${group}.${name}`);
    }
  });

  it("has each method and path once", () => {
    const keys = adminRouteList.map(({ method, path }) => `${method} ${path}`);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
