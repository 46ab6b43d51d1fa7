// The gateway as its clients have it: with a key, which is known to the page for as long as it is open and no longer.

export interface Trial {
  readonly text: string;
  readonly model: string;
  readonly provider: string | null;
  readonly requestId: string | null;
  readonly tokens: number | null;
  readonly tookMs: number;
}

interface Call {
  readonly url: string;
  readonly key: string;
  readonly signal?: AbortSignal;
}

/** Names of the models that the key may ask for. */
export async function listModels({ url, key, signal }: Call): Promise<readonly string[]> {
  const response = await fetch(`${url}/v1/models`, { headers: bearer(key), ...(signal && { signal }) });
  const body = await readAnswer(response);
  const list: unknown = fieldOf(body, "data");
  return Array.isArray(list) ? list.map((one) => fieldOf(one, "id")).filter((id) => typeof id === "string") : [];
}

export async function tryModel({ url, key, model, prompt }: Call & { model: string; prompt: string }): Promise<Trial> {
  const startedAt = performance.now();
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { ...bearer(key), "content-type": "application/json" },
    body: JSON.stringify({ model, messages: [{ role: "user", content: prompt }] }),
  });
  const body = await readAnswer(response);
  const choices = fieldOf(body, "choices");
  const message = fieldOf(Array.isArray(choices) ? choices[0] : undefined, "message");
  const text = fieldOf(message, "content");
  const tokens = fieldOf(fieldOf(body, "usage"), "total_tokens");
  return {
    text: typeof text === "string" ? text : "",
    model,
    provider: response.headers.get("x-ghostllm-provider"),
    requestId: response.headers.get("x-request-id"),
    tokens: typeof tokens === "number" ? tokens : null,
    tookMs: performance.now() - startedAt,
  };
}

function bearer(key: string): Record<string, string> {
  return { authorization: `Bearer ${key}` };
}

async function readAnswer(response: Response): Promise<unknown> {
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body;
  const words = fieldOf(fieldOf(body, "error"), "message");
  throw new Error(typeof words === "string" ? words : `The gateway answered with status ${response.status}.`);
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
