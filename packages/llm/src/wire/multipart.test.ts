import { describe, expect, it } from "vitest";
import { boundaryOf, findField } from "./multipart.ts";

async function formOf(fields: Readonly<Record<string, string | Blob>>): Promise<{ body: Buffer; boundary: string }> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  const request = new Request("http://x", { method: "POST", body: form });
  const boundary = boundaryOf(request.headers.get("content-type") ?? "") ?? "";
  return { body: Buffer.from(await request.arrayBuffer()), boundary };
}

describe("boundaryOf", () => {
  it.each([
    ["multipart/form-data; boundary=abc", "abc"],
    ['Multipart/Form-Data; charset=utf-8; boundary="a b:c"', "a b:c"],
    ["multipart/form-data", null],
    ["multipart/mixed; boundary=abc", null],
    ["application/json", null],
    [`multipart/form-data; boundary=${"x".repeat(71)}`, "x".repeat(70)],
  ])("of %j is %j", (contentType, boundary) => {
    expect(boundaryOf(contentType)).toBe(boundary);
  });
});

describe("findField", () => {
  it("finds a field among files, and its place", async () => {
    const file = new Blob([Buffer.from([0xff, 0x00, 0x0d, 0x0a, 0x0d, 0x0a])]);
    const { body, boundary } = await formOf({ file, model: "whisper-1", language: "dé" });
    const field = findField(body, boundary, "model");
    expect(field?.value).toBe("whisper-1");
    expect(body.toString("utf8", field?.start, field?.end)).toBe("whisper-1");
    expect(findField(body, boundary, "language")?.value).toBe("dé");
    expect(findField(body, boundary, "file")).toBeNull();
    expect(findField(body, boundary, "prompt")).toBeNull();
  });

  it("takes an empty value, and none that comes twice", async () => {
    const { body, boundary } = await formOf({ model: "" });
    expect(findField(body, boundary, "model")?.value).toBe("");
    const form = new FormData();
    form.append("model", "a");
    form.append("model", "b");
    const request = new Request("http://x", { method: "POST", body: form });
    const twice = boundaryOf(request.headers.get("content-type") ?? "") ?? "";
    expect(findField(Buffer.from(await request.arrayBuffer()), twice, "model")).toBeNull();
  });

  it("a form that is cut off anywhere ends the search", async () => {
    const { body, boundary } = await formOf({ a: "1", model: "m", b: "2" });
    const found = new Set<string | undefined>();
    for (let end = 0; end < body.length; end += 1)
      found.add(findField(body.subarray(0, end), boundary, "model")?.value);
    expect([...found]).toEqual([undefined, "m"]);
  });
});
