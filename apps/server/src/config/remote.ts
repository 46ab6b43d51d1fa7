// A configuration file that is not on this machine, at an https URL or in a bucket: fetched whole before it is read, and asked for again
// by its ETag. Called by whoever reads a configuration.

import { inspectConfig, type LoadedConfig } from "./load.ts";
import { ConfigError } from "./problems.ts";
import { fileVariable } from "./settings.ts";
import { type ConfigSources, type FetchedFile, isUrl, readVariable } from "./sources.ts";
import { configFileOf } from "./yaml-file.ts";

const longestMs = 15_000;
const mostBytes = 8 * 2 ** 20;

/** Fetches the file where that is needed, and reads all. Rejects with ConfigError. */
export async function readAnew(sources: ConfigSources): Promise<LoadedConfig> {
  const { file: url } = configFileOf(sources);
  if (!isUrl(url)) return inspectConfig(sources);
  let fetched: FetchedFile;
  try {
    fetched = await fetchFile(sources, url);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const hint = "Correct the URL, or see to whoever answers there.";
    throw new ConfigError([{ path: fileVariable.variable, message: `${url} cannot be read: ${reason}`, hint }]);
  }
  return inspectConfig({ ...sources, fetched });
}

/** Is there another one by now? */
export async function hasChanged(sources: ConfigSources): Promise<boolean> {
  const { file: url } = configFileOf(sources);
  if (!isUrl(url)) return false;
  const { etag = null, text = "" } = sources.fetched ?? {};
  const found = await fetchFile(sources, url, etag);
  return found.text !== text;
}

/** With `etag`, a file that is the same is not sent again. */
function fetchFile(sources: ConfigSources, url: string, etag: string | null = null): Promise<FetchedFile> {
  return url.toLowerCase().startsWith("s3:") ? fetchObject(sources, url, etag) : fetchUrl(sources, url, etag);
}

async function fetchUrl(sources: ConfigSources, url: string, etag: string | null): Promise<FetchedFile> {
  const token = readVariable(sources, "GHOSTLLM_CONFIG_TOKEN");
  const headers = {
    ...(token !== null && { authorization: `Bearer ${token}` }),
    ...(etag !== null && { "if-none-match": etag }),
  };
  // Who is led elsewhere would take the token along.
  const response = await fetch(url, { headers, redirect: "error", signal: AbortSignal.timeout(longestMs) });
  return toFile(sources, url, response);
}

async function fetchObject(sources: ConfigSources, url: string, etag: string | null): Promise<FetchedFile> {
  const [, bucket = "", key = ""] = /^s3:\/\/([^/]+)\/(.+)$/i.exec(url) ?? [];
  if (key === "") throw new Error("it is no s3://BUCKET/KEY");
  const needed = (name: string): string => {
    const value = readVariable(sources, name);
    if (value === null) throw new Error(`${name} is not set`);
    return value;
  };
  const region = readVariable(sources, "AWS_REGION") ?? "us-east-1";
  const endpoint = readVariable(sources, "AWS_ENDPOINT_URL_S3") ?? `https://s3.${region}.amazonaws.com`;
  // Whoever has his file here does not load it.
  const { S3mini } = await import("s3mini");
  const s3 = new S3mini({
    ...{ accessKeyId: needed("AWS_ACCESS_KEY_ID"), secretAccessKey: needed("AWS_SECRET_ACCESS_KEY"), region },
    ...{ endpoint: `${endpoint.replace(/\/+$/, "")}/${bucket}`, requestAbortTimeout: longestMs },
  });
  const known = sources.fetched;
  if (etag !== null && known !== undefined && (await s3.getEtag(key)) === etag) return known;
  const found = await s3.getObjectWithETag(key);
  if (found.data === null) throw new Error("there is no such object");
  return { url, text: Buffer.from(found.data).toString(), etag: found.etag };
}

async function toFile(sources: ConfigSources, url: string, response: Response): Promise<FetchedFile> {
  const known = sources.fetched;
  if (response.status === 304 && known !== undefined) return known;
  if (response.status !== 200) throw new Error(`it answers HTTP ${response.status}`);
  const text = await response.text();
  if (text.length > mostBytes) throw new Error(`it has more than ${mostBytes} bytes`);
  return { url, text, etag: response.headers.get("etag") };
}
