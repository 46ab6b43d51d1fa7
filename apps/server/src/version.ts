import manifest from "#package.json" with { type: "json" };

/** Of GhostLLM. */
export const version: string = manifest.version;
