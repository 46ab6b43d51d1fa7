import { parentPort } from "node:worker_threads";
import { runJob } from "./jobs.ts";
import type { HeavyJob } from "./jobs.ts";
import { errorToMain, jobFromMain, toMain } from "./messages.ts";
import type { JobAnswer, Posted } from "./messages.ts";

function answer(job: HeavyJob): Posted<JobAnswer> {
  try {
    return toMain(runJob(jobFromMain(job)));
  } catch (error) {
    return { message: errorToMain(error), transfer: [] };
  }
}

parentPort?.on("message", (job: HeavyJob) => {
  const { message, transfer } = answer(job);
  parentPort?.postMessage(message, transfer);
});
