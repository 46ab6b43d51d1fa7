// Thoughts that vendors sealed, kept by the ids of the calls they led to until the client comes with the results. A client
// that loses them loses nothing but the model's train of thought, so they may expire, and are bounded in number and size.

import type { SealMemory } from "@ghostllm/llm";

export interface Turns {
  /** Of one user: nobody is given what others were told. */
  of(userId: string): SealMemory;
}
