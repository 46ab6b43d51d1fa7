import { request } from "node:http";
import { adminRouteList } from "@ghostllm/contract/routes";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postJson, startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";

let plane: AdminPlane;
beforeAll(async () => {
  plane = await startAdminPlane();
});
afterAll(() => plane.close());

async function errorOf(response: Response): Promise<{ message: string; code: string; param: string | null }> {
  const body = (await response.json()) as { error: { message: string; code: string; param: string | null } };
  return body.error;
}

describe("failures have the catalogue's form", () => {
  it("404 for an unknown path", async () => {
    const response = await plane.request("/admin/nothing");
    expect(response.status).toBe(404);
    expect(await errorOf(response)).toMatchObject({ code: "not_found" });
  });

  it("404 for an unknown object", async () => {
    const response = await plane.request("/admin/users/0197a000-0000-7000-8000-000000000000");
    expect(response.status).toBe(404);
    expect(await errorOf(response)).toMatchObject({ code: "not_found" });
  });

  it.each(["users/%00", "views?after=%00", "requests?model=a%00b", "budgets/key/%00"])(
    "400 for NUL in %s",
    async (path) => {
      const response = await plane.request(`/admin/${path}`);
      expect(response.status).toBe(400);
      expect(await errorOf(response)).toMatchObject({ code: "invalid_request_error" });
    },
  );

  it("405 with Allow for another method", async () => {
    const response = await plane.request("/admin/users", { method: "DELETE" });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("HEAD, GET, POST");
    expect(await errorOf(response)).toMatchObject({ code: "method_not_allowed" });
  });

  it("415 for a body that is not JSON", async () => {
    const response = await plane.request("/admin/users", {
      method: "POST",
      headers: { "content-type": "text/plain" },
      body: "{}",
    });
    expect(response.status).toBe(415);
    expect(await errorOf(response)).toMatchObject({ code: "unsupported_media_type" });
  });

  it("413 for a body over 1 MiB", async () => {
    const response = await plane.request("/admin/users", postJson({ email: "x".repeat(1024 * 1024) }));
    expect(response.status).toBe(413);
    expect(await errorOf(response)).toMatchObject({ code: "request_too_large" });
  });

  it.each(["{", "", "[1", '{"__proto__":{"role":"admin"}}', "\u0000"])("400 for the body %j", async (body) => {
    const headers = { "content-type": "application/json" };
    const response = await plane.request("/admin/users", { method: "POST", headers, body });
    expect(response.status).toBe(400);
    expect(await errorOf(response)).toMatchObject({ code: "invalid_request_error" });
  });

  it("400 for a path that is no URL", async () => {
    const response = await plane.request("/admin/users/%E0%A4%A");
    expect(response.status).toBe(400);
    expect(await errorOf(response)).toMatchObject({ code: "invalid_request_error" });
  });

  it.each([
    [{ email: "a@example.com", surname: "x" }, "surname"],
    [{ email: "a@example.com", limits: { requests_per_minute: "60" } }, "limits.requests_per_minute"],
    [{ email: "a@example.com", limits: { requests: 1 } }, "limits.requests"],
    [{ email: "a@example.com", budget_usd: 12.5 }, "budget_usd"],
    [{ email: "a@example.com", budget_usd: "-1" }, "budget_usd"],
    [{ email: "a@example.com", budget_usd: "0.0000000001" }, "budget_usd"],
    [{ email: "a@example.com", budget_usd: "99999999999" }, "budget_usd"],
    [{ email: "nobody" }, "email"],
    [{}, "email"],
  ])("400 with the JSON path for %j", async (body, param) => {
    const response = await plane.request("/admin/users", postJson(body));
    expect(response.status).toBe(400);
    expect(await errorOf(response)).toMatchObject({ code: "invalid_request_error", param });
  });

  it("400 for an unknown or wrong query parameter", async () => {
    expect(await errorOf(await plane.request("/admin/users?limit=0"))).toMatchObject({ param: "limit" });
    expect(await errorOf(await plane.request("/admin/users?page=2"))).toMatchObject({ param: "page" });
  });

  it("503 with Retry-After when the database is gone", async () => {
    const broken = await startAdminPlane();
    await broken.store.close();
    const response = await broken.request("/admin/users");
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("5");
    expect(await errorOf(response)).toMatchObject({ code: "service_unavailable" });
    await broken.close();
  });
});

describe("headers", () => {
  it("keeps answers out of caches and frames", async () => {
    const { headers } = await plane.request("/admin/users");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
  });
});

describe("pages", () => {
  it("serves the landing page, whose style its policy allows", async () => {
    const response = await fetch(`${plane.url}/`);
    expect(response.headers.get("content-type")).toContain("text/html");
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'; style-src 'sha256-");
    const html = await response.text();
    for (const link of ["/docs", "/health", "/status", "/metrics"]) expect(html).toContain(`href="${link}"`);
  });

  it("serves the documentation from its own files only", async () => {
    const response = await fetch(`${plane.url}/docs`);
    expect(response.status).toBe(200);
    const html = await response.text();
    const assets = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, asset]) => asset ?? "");
    expect(assets.length).toBeGreaterThan(2);
    for (const asset of assets) {
      expect(asset).not.toMatch(/^https?:/);
      const { status } = await fetch(new URL(asset, response.url));
      expect([asset, status]).toEqual([asset, 200]);
    }
    expect(html).not.toMatch(/<script>[^<]/);
  });

  it("describes every route in the document", async () => {
    const document = (await (await fetch(`${plane.url}/docs/json`)).json()) as {
      openapi: string;
      paths: Record<string, Record<string, unknown>>;
    };
    expect(document.openapi).toBe("3.1.0");
    for (const { path, method } of adminRouteList) expect(document.paths[path]).toHaveProperty(method.toLowerCase());
    expect(document.paths["/v1/chat/completions"]).toHaveProperty("post");
  });

  it("answers HEAD", async () => {
    expect((await fetch(`${plane.url}/`, { method: "HEAD" })).status).toBe(200);
  });

  it("does not serve files outside of the documentation", async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sent = request(plane.url, { path: "/docs/static/../../package.json" }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.on("error", reject);
      sent.end();
    });
    expect(status).toBeGreaterThanOrEqual(400);
  });
});
