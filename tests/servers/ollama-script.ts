// Ollama as it was seen to behave (version of 2026-08-21, with llama.cpp's runner b10434), as far as a gateway meets it. The
// texts of its errors and the shapes of its answers are its own; a token here is a word.

import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { compatible } from "./ollama-compatible.ts";
import { completionOf, dies, embed, failure, findModel, isEmbedding, models } from "./ollama-runner.ts";
import type { Completion, Fields, Reply } from "./ollama-runner.ts";

export interface Seen {
  readonly path: string;
  readonly body: Fields;
}

const times = { modified_at: "2026-11-28T00:00:00Z", created_at: "2026-11-28T00:00:01.5Z" };
const runnerDied = "an error was encountered while running the model: unexpected EOF";

const capabilitiesOf = (model: string): readonly string[] => [isEmbedding(model) ? "embedding" : "completion"];

const detailsOf = (model: string): object => ({
  parent_model: "",
  format: "gguf",
  family: isEmbedding(model) ? "bert" : "llama",
  families: [isEmbedding(model) ? "bert" : "llama"],
  parameter_size: "135M",
  quantization_level: "Q4_1",
  context_length: isEmbedding(model) ? 512 : 8192,
});

const tags = (): Reply => ({
  json: {
    models: models.map((name) => ({
      ...{ name, model: name, modified_at: times.modified_at, size: 1_000_000, digest: "0".repeat(64) },
      ...{ details: detailsOf(name), capabilities: capabilitiesOf(name) },
    })),
  },
});

function show({ model: asked, name }: Fields): Reply {
  const model = findModel(asked ?? name);
  if (model === undefined) return failure(404, `model '${String(asked)}' not found`);
  const architecture = isEmbedding(model) ? "bert" : "llama";
  const info = { "general.architecture": architecture, [`${architecture}.context_length`]: 8192 };
  return { json: { details: detailsOf(model), model_info: info, capabilities: capabilitiesOf(model) } };
}

const typesOfOptions: Readonly<Record<string, string>> = { temperature: "float32", top_p: "float32", seed: "integer" };

/** What Ollama refuses of a native request before it runs. Wrong types of options are its own failure, it says. */
function refusalOf({ model: asked, options, tools, think, format }: Fields): Reply | null {
  const model = findModel(asked);
  if (model === undefined) return failure(404, `model '${String(asked)}' not found`);
  for (const [name, type] of Object.entries(typesOfOptions)) {
    const value = (options as Fields | undefined)?.[name];
    if (value !== undefined && typeof value !== "number")
      return failure(500, `option "${name}" must be of type ${type}`);
  }
  if (format !== undefined && format !== "" && format !== "json" && typeof format !== "object")
    return failure(500, `invalid format: ${JSON.stringify(format)}; expected "json" or a valid JSON Schema object`);
  if (Array.isArray(tools) && tools.length > 0)
    return failure(400, `registry.ollama.ai/library/${model} does not support tools`);
  if (think !== undefined && think !== false && think !== null)
    return failure(400, `"${model}" does not support thinking`);
  return isEmbedding(model) ? failure(400, `"${model}" does not support chat`) : null;
}

interface Turn {
  readonly model: string;
  readonly stream: boolean;
  readonly write: (text: string) => object;
}

/** An empty request loads the model, or unloads it: at once and without counts. */
function load({ model, write }: Turn, keepAlive: unknown): Reply {
  const reason = keepAlive === 0 || keepAlive === "0" ? "unload" : "load";
  return { json: { model, created_at: times.created_at, ...write(""), done_reason: reason, done: true } };
}

function answer({ model, stream, write }: Turn, completion: Completion, isDying: boolean): Reply {
  const head = { model, created_at: times.created_at };
  if (isDying && !stream) return failure(500, runnerDied);
  const counts = { prompt_eval_count: completion.prompt, eval_count: completion.words.length };
  const durations = { total_duration: 5, load_duration: 1, prompt_eval_duration: 1, eval_duration: 3 };
  const end = { done: true, done_reason: completion.reason, ...durations, ...counts };
  if (!stream) return { json: { ...head, ...write(completion.words.join("")), ...end } };
  const written = completion.words.map((word) => ({ ...head, ...write(word), done: false }));
  const lines = isDying
    ? [...written.slice(0, 2), { error: runnerDied }]
    : [...written, { ...head, ...write(""), ...end }];
  return { type: "application/x-ndjson", pieces: lines.map((line) => `${JSON.stringify(line)}\n`) };
}

const limitOf = ({ options }: Fields): unknown => (options as Fields | undefined)?.["num_predict"];

function chat(body: Fields): Reply {
  const refusal = refusalOf(body);
  if (refusal !== null) return refusal;
  const messages = Array.isArray(body["messages"]) ? (body["messages"] as readonly Fields[]) : [];
  const write = (content: string): object => ({ message: { role: "assistant", content } });
  const turn = { model: String(body["model"]), stream: body["stream"] !== false, write };
  if (messages.length === 0) return load(turn, body["keep_alive"]);
  const prompt = messages.map(({ content }) => String(content)).join(" ");
  return answer(turn, completionOf(prompt, limitOf(body)), dies(prompt));
}

function generate(body: Fields): Reply {
  const refusal = refusalOf(body);
  if (refusal !== null) return refusal;
  const turn = {
    model: String(body["model"]),
    stream: body["stream"] !== false,
    write: (response: string) => ({ response }),
  };
  const prompt = String(body["prompt"] ?? "");
  if (prompt === "") return load(turn, body["keep_alive"]);
  return answer(turn, completionOf(prompt, limitOf(body)), dies(prompt));
}

function embedNatively(body: Fields): Reply {
  const found = embed(body);
  if (!("vectors" in found)) return found;
  const counts = { total_duration: 5, load_duration: 1, prompt_eval_count: found.tokens };
  return { json: { model: body["model"], embeddings: found.vectors, ...counts } };
}

const routes: Readonly<Record<string, (body: Fields) => Reply>> = {
  "GET /": () => ({ type: "text/plain", pieces: ["Ollama is running"] }),
  "HEAD /": () => ({ type: "text/plain", pieces: [] }),
  "GET /api/version": () => ({ json: { version: "0.32.0" } }),
  "GET /api/tags": tags,
  "GET /api/ps": () => ({ json: { models: [{ name: models[0], model: models[0], context_length: 2048 }] } }),
  "POST /api/show": show,
  "POST /api/chat": chat,
  "POST /api/generate": generate,
  "POST /api/embed": embedNatively,
  "GET /v1/models": () => ({
    json: { object: "list", data: models.map((id) => ({ id, object: "model", created: 1, owned_by: "library" })) },
  }),
  ...compatible,
};

/** Unknown paths are answered in plain text, as by its router. */
function replyTo({ method = "", url = "" }: IncomingMessage, body: Fields): Reply {
  const route = routes[`${method} ${url.split("?")[0] ?? ""}`];
  return route?.(body) ?? { status: 404, type: "text/plain", pieces: ["404 page not found"] };
}

async function readBody(request: IncomingMessage): Promise<Fields> {
  let text = "";
  for await (const piece of request.setEncoding("utf8")) text += String(piece);
  return text === "" ? {} : (JSON.parse(text) as Fields);
}

function send(response: ServerResponse, { status = 200, json, pieces = [], type = "application/json" }: Reply): void {
  response.writeHead(status, { "content-type": json === undefined ? type : "application/json; charset=utf-8" });
  if (json !== undefined) response.write(JSON.stringify(json));
  for (const piece of pieces) response.write(piece);
  response.end();
}

export class OllamaScript {
  readonly url: string;
  readonly seen: Seen[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on("request", (request, response) => {
      void readBody(request).then((body) => {
        this.seen.push({ path: request.url ?? "", body });
        send(response, replyTo(request, body));
      });
    });
  }

  static async start(): Promise<OllamaScript> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new OllamaScript(server);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
