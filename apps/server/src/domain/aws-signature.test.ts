// Against signatures that Amazon documents: the example of its guide, and cases of its test suite for signers.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

import { describe, expect, it } from "vitest";
import { Secret } from "#domain/secret.ts";
import { parseSigningKey, signRequest } from "./aws-signature.ts";
import type { SigningKey } from "./aws-signature.ts";
import type { SignableRequest } from "./aws-signature.ts";

const key: SigningKey = {
  id: "AKIDEXAMPLE",
  secret: new Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
  sessionToken: null,
};
const now = Date.UTC(2015, 7, 30, 12, 36, 0);
const form = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };

function sign(request: Partial<SignableRequest>, service = "service", change: Partial<SigningKey> = {}) {
  const whole: SignableRequest = {
    method: "GET",
    url: "https://example.amazonaws.com/",
    headers: {},
    body: null,
    ...request,
  };
  return signRequest(whole, { key: { ...key, ...change }, service, region: "us-east-1", now });
}

function signatureOf({ headers }: SignableRequest): string {
  return /Signature=(.*)$/.exec(headers["authorization"] ?? "")?.[1] ?? "";
}

describe("signRequest", () => {
  it.each([
    [
      "the example of the guide",
      { url: "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08", headers: form },
      "iam",
      "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
    ],
    ["get-vanilla", {}, "service", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"],
    ["post-vanilla", { method: "POST" }, "service", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"],
    [
      "get-vanilla-query-order-key-case",
      { url: "https://example.amazonaws.com/?Param2=value2&Param1=value1" },
      "service",
      "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    ],
  ] as const)("%s", (_name, request, service, signature) => {
    expect(signatureOf(sign(request, service))).toBe(signature);
  });

  it("says what it signed, and leaves the rest as it was", () => {
    const body = Buffer.from("{}");
    const headers = { "content-type": "application/json", "user-agent": "ghostllm", accept: "*/*" };
    const signed = sign({ method: "POST", headers, body }, "bedrock", { sessionToken: new Secret("session/token=") });
    expect(signed.body).toBe(body);
    expect(signed.headers).toEqual({
      ...headers,
      "x-amz-date": "20150830T123600Z",
      "x-amz-security-token": "session/token=",
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20150830\/us-east-1\/bedrock\/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}$/,
      ),
    });
  });

  it("changes with everything that it signs", () => {
    const request = { method: "POST", body: "{}", url: "https://example.amazonaws.com/model/a%3A0/invoke" } as const;
    const variants = [
      sign(request),
      sign({ ...request, body: "{ }" }),
      sign({ ...request, url: "https://example.amazonaws.com/model/a:0/invoke" }),
      sign({ ...request, url: "https://example.amazonaws.com:8443/model/a%3A0/invoke" }),
      sign({ ...request, method: "GET" }),
      sign(request, "other"),
      sign(request, "service", { secret: new Secret("another") }),
      sign(request, "service", { sessionToken: new Secret("t") }),
    ];
    expect(new Set(variants.map(signatureOf)).size).toBe(variants.length);
  });
});

describe("parseSigningKey", () => {
  const parse = (text: string) => {
    const parsed = parseSigningKey(new Secret(text));
    return parsed && [parsed.id, parsed.secret.reveal(), parsed.sessionToken?.reveal() ?? null];
  };

  it("reads two parts or three", () => {
    expect(parse("AKIAIOSFODNN7EXAMPLE:s/e+cret")).toEqual(["AKIAIOSFODNN7EXAMPLE", "s/e+cret", null]);
    expect(parse(" ASIAIOSFODNN7EXAMPLE:s:t/o=\n")).toEqual(["ASIAIOSFODNN7EXAMPLE", "s", "t/o="]);
  });

  it.each([
    "ABSKQmVkcm9ja0FQSUtleQ==",
    "bedrock-api-key-YmVkcm9jaw==",
    "AKIAIOSFODNN7EXAMPLE",
    "AKIAIOSFODNN7EXAMPLE:",
    "a:b",
    "AKIAIOSFODNN7EXAMPLE:b:c:d",
  ])("takes %s for a credential of another form", (text) => {
    expect(parse(text)).toBeNull();
  });
});
