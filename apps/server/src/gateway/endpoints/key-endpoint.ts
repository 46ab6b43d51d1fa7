import { isKeyEndpoint } from "@ghostllm/contract";
import type { KeyEndpoint } from "@ghostllm/contract";
import { crossesAs } from "@ghostllm/llm";
import type { Operation } from "@ghostllm/llm";

/** What a key must be allowed for an operation: the same for what is the same in another dialect. Asked when routes are made. */
export function keyEndpointOf(operation: Operation): KeyEndpoint {
  const name = crossesAs(operation) ?? operation;
  if (!isKeyEndpoint(name)) throw new Error(`Keys cannot be limited to ${name}: name it in the contract`);
  return name;
}
