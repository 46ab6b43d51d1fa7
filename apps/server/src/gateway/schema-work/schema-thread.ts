import { parentPort } from "node:worker_threads";
import { runSchemaJob } from "./schema-jobs.ts";
import type { SchemaJob } from "./schema-jobs.ts";

function withBuffers(job: SchemaJob): SchemaJob {
  if (job.kind !== "answer") return job;
  const { told, request } = job;
  return {
    ...job,
    told: { ...told, body: toBuffer(told.body) },
    request: request && { ...request, body: toBuffer(request.body) },
  };
}

/** On their way bytes become plain ones. */
function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

// All that it works with is there.
parentPort?.postMessage("ready");
parentPort?.on("message", (job: SchemaJob) => parentPort?.postMessage(runSchemaJob(withBuffers(job))));
