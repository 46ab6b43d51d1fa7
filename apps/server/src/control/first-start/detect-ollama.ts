import { readModelList } from "#control/catalog/read-model-list.ts";
import type { VendorAnswer } from "#control/catalog/vendor.ts";
import type { DetectedServer } from "./configured-providers.ts";

const baseUrl = "http://127.0.0.1:11434";
/** It answers from this machine, or it is not there. */
const timeoutMs = 500;

/** An Ollama at its default address, with the models it has; null where none answers. */
export async function detectOllama(
  fetchJson: (url: string, timeoutMs: number) => Promise<VendorAnswer>,
): Promise<DetectedServer | null> {
  try {
    const { status, body } = await fetchJson(`${baseUrl}/v1/models`, timeoutMs);
    const models = status === 200 ? readModelList(body) : null;
    return models === null ? null : { baseUrl, models: models.models };
  } catch {
    return null;
  }
}
