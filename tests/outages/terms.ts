// How long the plug is out, and how much is asked meanwhile: `npm run test:outages -- [--seconds 60] [--rate 200]`, by way of
// tools/test.ts.

export const outageMs = Number(process.env["GHOSTLLM_OUTAGE_SECONDS"] ?? 60) * 1_000;
/** By all clients together. */
export const requestsPerSecond = Number(process.env["GHOSTLLM_OUTAGE_RATE"] ?? 200);
/** Before the plug is pulled: what is usual. */
export const steadyMs = 3_000;
