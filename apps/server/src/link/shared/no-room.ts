import { GhostError } from "@ghostllm/contract";

export function noRoom(): GhostError {
  const message = "More keys and users are at work than can be counted. Try again in a minute.";
  return new GhostError("service_unavailable", message, { retryAfterSeconds: 60 });
}
