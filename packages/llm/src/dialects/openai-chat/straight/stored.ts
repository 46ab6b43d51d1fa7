// Files, and batches of requests for later: https://platform.openai.com/docs/api-reference/files and .../batch

import { readTexts } from "#dialects/bodies/stored-objects.ts";
import type { StoredObjects } from "#dialects/bodies/stored-objects.ts";

const idsOf = (body: Buffer, fields: readonly string[]): readonly string[] =>
  readTexts(body, fields).map(({ id }) => id);

const storedFiles: StoredObjects = {
  operation: "files",
  path: "/v1/files",
  isUnbounded: true,
  routes: [
    { method: "GET", behind: "" },
    { method: "POST", behind: "", takesForms: true, names: true },
    { method: "GET", behind: "/{id}" },
    { method: "DELETE", behind: "/{id}" },
    { method: "GET", behind: "/{id}/content" },
  ],
  readNames: (body) => idsOf(body, ["id"]),
  readReferences: () => [],
};

/** What a batch wrote belongs to whoever made it. */
const storedBatches: StoredObjects = {
  operation: "batches",
  path: "/v1/batches",
  isUnbounded: true,
  routes: [
    { method: "GET", behind: "" },
    { method: "POST", behind: "", cost: "unknown", names: true },
    { method: "GET", behind: "/{id}", names: true },
    { method: "POST", behind: "/{id}/cancel", names: true },
  ],
  readNames: (body) => idsOf(body, ["id", "output_file_id", "error_file_id"]),
  readReferences: (body) => readTexts(body, ["input_file_id"]),
};

export const storedFilesAndBatches: readonly StoredObjects[] = [storedFiles, storedBatches];
