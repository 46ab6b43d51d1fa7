import { GhostError } from "@ghostllm/contract";
import { expect } from "vitest";

/** Only errors of the catalogue may be thrown. */
export function expectBorne(act: () => unknown, name: string): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof GhostError)) throw error;
    expect(error.code, name).toMatch(/^(invalid_request_error|provider_error)$/);
  }
}
