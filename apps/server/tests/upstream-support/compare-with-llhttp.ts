import { readAnswer } from "./read-answer.ts";
import type { ToRead } from "./read-answer.ts";
import { readWithLlhttp } from "./read-with-llhttp.ts";

/** How the lean client takes an answer that Node's parser takes otherwise; null where it does not, or is only stricter. */
export function compareWithLlhttp(answer: ToRead): string | null {
  const ours = readAnswer(answer);
  if (ours.end !== "whole") return null;
  const theirs = readWithLlhttp(answer);
  if (theirs.end !== "whole") return `it is whole for us, and ${theirs.end} for Node`;
  if (ours.status !== theirs.status) return `its status is ${ours.status} for us, and ${theirs.status} for Node`;
  if (ours.body !== theirs.body)
    return `its body is ${ours.body.length} bytes for us, and ${theirs.body.length} for Node`;
  // Node decides that of an answer to HEAD before it knows that it has no body.
  if (answer.method !== "HEAD" && ours.keepsAlive && !theirs.keepsAlive)
    return "only we would use its connection again";
  return null;
}
