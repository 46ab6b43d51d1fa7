import { describe, expect, it } from "vitest";
import { providers } from "#providers/index.ts";
import { builtInPrices, PriceBook } from "./catalog.ts";
import { priceAt } from "./price.ts";
import { readPriceList } from "./price-list.ts";

const now = Date.UTC(2026, 10, 28, 12);

interface Asked {
  readonly baseUrl?: string;
  readonly settings?: Readonly<Record<string, string>>;
  readonly at?: number;
}

/** USD per million tokens of input and output, or a word for why there are none. */
function price(type: string, model: string, { baseUrl = "https://vendor.test", settings = {}, at = now }: Asked = {}) {
  const definition = providers.find((candidate) => candidate.type === type);
  if (definition === undefined) throw new Error(`no provider ${type}`);
  const known = builtInPrices().find({ definition, baseUrl, settings }, model);
  const found = known?.prices && priceAt(known.prices, at);
  if (!found) return null;
  return found.isFree ? "free" : [found.input.base / 1e9, found.output.base / 1e9];
}

describe("a name has the price of the model that it names", () => {
  it.each([
    ["openai", "gpt-5.1", [1.25, 10]],
    ["openai", "gpt-5.1-2025-11-13", [1.25, 10]],
    ["openai", "GPT-5.1", [1.25, 10]],
    ["openai", "gpt-4o-2024-05-13", [5, 15]],
    ["openai", "gpt-4o-2024-08-06", [2.5, 10]],
    ["openai", "gpt-5-nano-2025-08-07", [0.05, 0.4]],
    ["openai", "gpt-5-chat-latest", [1.25, 10]],
    ["openai", "gpt-5.4-nano-2026-03-17", [0.2, 1.25]],
    ["openai", "ft:gpt-4o-2024-08-06:my-org:custom:abc123", [3.75, 15]],
    ["openai", "ft:gpt-4o-mini-2024-07-18:my-org::abc123", [0.3, 1.2]],
    ["anthropic", "claude-sonnet-5", [2, 10]],
    ["anthropic", "claude-sonnet-4-5", [3, 15]],
    ["anthropic", "claude-sonnet-4-5-20250929", [3, 15]],
    ["anthropic", "claude-3-5-haiku-latest", [0.8, 4]],
    ["anthropic", "claude-opus-4-1-20250805", [15, 75]],
    ["google", "models/gemini-2.5-pro", [1.25, 10]],
    ["google", "gemini-2.5-pro-preview-05-06", [1.25, 10]],
    ["google", "gemini-2.0-flash-001", [0.1, 0.4]],
    ["google", "gemini-3.8-flash-tts", [0.5, 9]],
    ["mistral", "mistral-large-latest", [0.5, 1.5]],
    ["mistral", "mistral-large-2411", [2, 6]],
    ["groq", "openai/gpt-oss-safeguard-20b", [0.075, 0.3]],
    ["fireworks", "accounts/fireworks/models/gpt-oss-120b", [0.15, 0.6]],
    ["openai", "omni-moderation-latest", "free"],
    ["deepseek", "deepseek-v4-flash", [0.15, 0.6]],
    ["xai", "grok-4.3-latest", [1.25, 2.5]],
    ["openrouter", "deepseek/deepseek-r1:free", "free"],
    ["openrouter", "somebody/unheard-of:free", "free"],
    ["azure-openai", "gpt-4o", [2.5, 10]],
    ["bedrock", "amazon.nova-lite-v1:0", [0.06, 0.24]],
    ["bedrock", "us.meta.llama3-3-70b-instruct-v1:0", [0.72, 0.72]],
    ["bedrock", "eu.amazon.nova-2-lite-v1:0", [0.33, 2.75]],
  ])("%s %s", (type, model, usd) => {
    expect(price(type, model)).toEqual(usd);
  });

  it.each([
    ["openai", "gpt-5.9"],
    ["openai", "gpt-5.1-turbo"],
    ["openai", "gpt-4.1-2025-04-14-ultra"],
    ["openai", "ft:gpt-4.1-2025-04-14:my-org::abc123"],
    ["openai", "gpt-oss-120b"],
    ["openai", "gpt-4o-search-preview"],
    ["anthropic", "claude-sonnet-6"],
    ["anthropic", "claude-sonnet-5-7"],
    ["anthropic", "claude-sonnet-5-7-20270101"],
    ["anthropic", "claude-opus-4-9"],
    ["google", "gemini-3.8-flash-ultra"],
    ["google", "gemini-2.5-pro-max"],
    ["google", "tunedModels/mine"],
    ["groq", "openai/gpt-oss-safeguard-120b"],
    ["azure-openai", "deepseek-r1"],
    ["azure-openai", "gpt-oss-120b"],
    ["azure-openai", "grok-4"],
    ["openrouter", "openai/gpt-4o:nitro"],
    ["openrouter", "somebody/unheard-of"],
    ["bedrock", "eu.amazon.nova-lite-v1:0"],
    ["bedrock", "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc"],
    ["bedrock", "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abc"],
    ["mistral", "mistral-large-5"],
    ["mistral", "ministral-3b-latest"],
    ["deepseek", "deepseek-chat"],
  ])("%s %s has none", (type, model) => {
    expect(price(type, model)).toBeNull();
  });
});

describe("where a model is asked for", () => {
  it.each([
    ["anthropic.claude-sonnet-4-5-20250929-v1:0", 3.3],
    ["us.anthropic.claude-sonnet-4-5-20250929-v1:0", 3.3],
    ["eu.anthropic.claude-sonnet-4-5-20250929-v1:0", 3.3],
    ["apac.anthropic.claude-sonnet-4-5-20250929-v1:0", 3.3],
    ["jp.anthropic.claude-sonnet-4-5-20250929-v1:0", 3.3],
    ["au.anthropic.claude-sonnet-4-5-20250929-v1:0", 3.3],
    ["global.anthropic.claude-sonnet-4-5-20250929-v1:0", 3],
    ["us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0", 3.6],
    ["us.anthropic.claude-sonnet-4-20250514-v1:0", 3],
    ["anthropic.claude-3-5-sonnet-20241022-v2:0", 3],
    ["us.anthropic.claude-opus-5-5", 4.4],
    ["arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-4-5-20251101-v1:0", 5.5],
    ["arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0", 0.25],
  ])("Bedrock: %s", (model, input) => {
    expect(price("bedrock", model, { settings: { region: "us-east-1" } })?.[0]).toBe(input);
  });

  it("Vertex: a tenth more for Claude from 4.5 on outside of the global endpoint", () => {
    const at = (location: string, model: string) => price("vertex-anthropic", model, { settings: { location } })?.[0];
    expect(at("global", "claude-sonnet-4-5@20250929")).toBe(3);
    expect(at("europe-west1", "claude-sonnet-4-5@20250929")).toBe(3.3);
    expect(at("us", "claude-haiku-4-5@20251001")).toBe(1.1);
    expect(at("europe-west1", "claude-sonnet-4@20250514")).toBe(3);
  });

  it("OpenAI: a tenth more at regional hosts for models from March 2026 on", () => {
    const at = (host: string, model: string) => price("openai", model, { baseUrl: `https://${host}/v1` });
    expect(at("eu.api.openai.com", "gpt-5.5")).toEqual([5.5, 33]);
    expect(at("us.api.openai.com", "gpt-5.4-mini")?.[0]).toBe(0.825);
    expect(at("eu.api.openai.com", "gpt-5.1")).toEqual([1.25, 10]);
    expect(at("api.openai.com", "gpt-5.5")).toEqual([5, 30]);
    expect(at("eu.api.openai.com.example.com", "gpt-5.5")).toEqual([5, 30]);
  });
});

describe("when a model is asked for", () => {
  const day = (date: number, hour: number): number => Date.UTC(2026, 10, date, hour);

  it("DeepSeek's dearer hours are those of working days", () => {
    const at = (time: number) => price("deepseek", "deepseek-flash", { at: time })?.[0];
    expect([at(day(27, 2)), at(day(27, 4)), at(day(27, 9)), at(day(27, 10))]).toEqual([0.3, 0.15, 0.3, 0.15]);
    expect([at(day(28, 2)), at(day(29, 9))]).toEqual([0.15, 0.15]);
  });

  it("a new price holds from its date on", () => {
    const at = (time: number) => price("openai", "gpt-5.6-sol", { at: time });
    expect(at(Date.UTC(2026, 7, 20, 23))).toEqual([5, 30]);
    expect(at(Date.UTC(2026, 7, 21))).toEqual([4, 20]);
  });
});

describe("the classes of service", () => {
  const classOf = (type: string, model: string, name: string) => {
    const definition = providers.find((candidate) => candidate.type === type);
    if (definition === undefined) throw new Error(`no provider ${type}`);
    const prices = builtInPrices().find({ definition, baseUrl: "", settings: {} }, model)?.prices;
    return (prices && priceAt(prices, now)?.classes?.[name]?.input.base) ?? null;
  };

  it.each([
    ["openai", "gpt-5.1", "priority", 2.5],
    ["openai", "gpt-5.1", "flex", 0.625],
    ["openai", "gpt-4o-mini", "priority", 0.25],
    ["openai", "o3", "flex", 1],
    ["openai", "o4-mini", "priority", 2],
    ["openai", "gpt-4o", "flex", null],
    ["azure-openai", "gpt-5.1", "priority", 2.5],
    ["anthropic", "claude-opus-4-8", "fast", 10],
    ["anthropic", "claude-haiku-4-5", "fast", null],
    ["anthropic", "claude-sonnet-4-5", "priority", null],
    ["google", "gemini-2.5-flash", "priority", 0.54],
    ["vertex", "gemini-2.5-flash", "flex", 0.15],
    ["bedrock", "us.amazon.nova-pro-v1:0", "priority", 1.4],
  ])("%s %s %s", (type, model, name, usd) => {
    expect(classOf(type, model, name)).toBe(usd === null ? null : Math.round(usd * 1e9));
  });
});

describe("a list of another origin", () => {
  const list = (change: object) => [
    { id: "openai", models: [{ id: "m", match: { equals: "m" }, prices: {}, ...change }] },
  ];
  const read = (value: unknown) => () => readPriceList(value, "v");

  it("is read as it is published, and says its version", () => {
    const book = new PriceBook(readPriceList(list({ prices: { input_mtok: 1, output_mtok: 2 } }), "2026-11-28"));
    expect(book.version).toBe("2026-11-28");
    expect(book.modelCount).toBe(1);
    expect(readPriceList({ version: "own", providers: list({}) }, "v").version).toBe("own");
  });

  it("has long prompts of OpenAI begin above 272,000 tokens, also where it says a token less", () => {
    const tiers = (start: number) => ({ base: 1, tiers: [{ start, price: 2 }] });
    const definition = { type: "t", catalogId: "openai" };
    const at = (start: number) =>
      new PriceBook(readPriceList(list({ prices: { input_mtok: tiers(start) } }), "v")).find(
        { definition, baseUrl: "", settings: {} },
        "m",
      )?.prices?.[0]?.price.input.tiers?.[0]?.above;
    expect([at(271_999), at(272_000), at(199_999)]).toEqual([272_000, 272_000, 199_999]);
  });

  it.each([
    [{ providers: 5 }, "the list"],
    [[], "the list"],
    [[{ models: [] }], "providers[0].id"],
    [list({ prices: { input_mtok: -1 } }), "openai[0] (m).prices.input_mtok"],
    [list({ prices: { input_mtok: "dear" } }), "openai[0] (m).prices.input_mtok"],
    [list({ prices: [] }), "openai[0] (m).prices"],
    [list({ prices: [{ constraint: { type: "start_date", start_date: "soon" }, prices: {} }] }), "start_date"],
    [list({ match: { sounds_like: "m" } }), "openai[0] (m).match.regex"],
    [list({ match: { regex: "(" } }), "openai[0] (m).match.regex"],
    [list({ price_variants: [{ prices: {} }] }), "price_variants[0].when"],
  ])("is refused whole where a part is wrong: %#", (value, place) => {
    expect(read(value)).toThrow(place);
  });
});
