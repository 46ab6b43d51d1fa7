import { hash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { S3mini } from "s3mini";
import type { Secret } from "#domain/secret.ts";
import type { Place } from "./place.ts";

export interface BucketOptions {
  readonly endpoint: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secret: Secret;
}

const attempts = 5;
const firstPauseMs = 300;
const requestMs = 120_000;

export function openBucket({ endpoint, bucket, prefix, region, accessKeyId, secret }: BucketOptions): Place {
  const root = `${endpoint.replace(/\/+$/, "")}/${bucket}`;
  const s3 = new S3mini({
    ...{ accessKeyId, secretAccessKey: secret.reveal(), endpoint: root, region, requestAbortTimeout: requestMs },
  });
  const shown = `s3://${bucket}/${prefix}`;
  const before = prefix === "" ? "" : `${prefix}/`;
  const ask = <Result>(what: string, run: () => Promise<Result>): Promise<Result> => repeated(`${what} ${shown}`, run);
  return {
    shown,
    async write(name, bytes) {
      // The body is not signed, but its hash is: who keeps it compares them.
      const headers = { "x-amz-checksum-sha256": hash("sha256", bytes, "base64") };
      await ask("write to", () =>
        s3.putObject(before + name, bytes, "application/octet-stream", undefined, headers, bytes.length),
      );
    },
    async read(name) {
      const found = await ask("read from", () => s3.getObjectArrayBuffer(before + name));
      return found === null ? null : new Uint8Array(found);
    },
    async list(folder) {
      const under = before + (folder === "" ? "" : `${folder}/`);
      const objects = await ask("list", () => s3.listObjects("/", under));
      if (objects === null) throw new Error(`There is no bucket ${bucket} at ${endpoint}`);
      return objects
        .filter(({ Key: key }) => key.startsWith(under))
        .map(({ Key: key, Size: bytes }) => ({ name: key.slice(before.length), bytes }))
        .toSorted((one, other) => (one.name < other.name ? -1 : 1));
    },
    async remove(names) {
      for (const name of names) await ask("delete from", () => s3.deleteObject(before + name));
    },
  };
}

/** What a bucket refuses once it may take the next time; what it refuses for good it refuses five times. */
async function repeated<Result>(what: string, run: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (attempt >= attempts || isFinal(error)) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`Cannot ${what}: ${reason}`, { cause: error });
      }
      await sleep(firstPauseMs * 2 ** (attempt - 1));
    }
  }
}

function isFinal(error: unknown): boolean {
  if (!(error instanceof Error) || !("status" in error) || typeof error.status !== "number") return false;
  return error.status >= 400 && error.status < 500 && error.status !== 429;
}
