/** Over which of its two ways to vendors a suite runs: over undici with `GHOSTLLM_TEST_UPSTREAM=undici`, or over the lean one. */
export const usesUndici = process.env["GHOSTLLM_TEST_UPSTREAM"] === "undici";
