// A vendor that does what its script says, over real HTTP in OpenAI's wire format. Tests start it in their own process,
// the bench in another, and the server runs its demo on it. It knows nothing of the gateway, and the gateway nothing of it.

export type { FakeUpstream } from "./fake-upstream.ts";
export { startFakeUpstream, type FakeUpstreamOptions } from "./server.ts";
export { demoModels, startDemoUpstream, type DemoUpstream, type DemoUpstreamOptions } from "./demo.ts";
export { encodeEventChunk, encodeEventMessage, frameMessage } from "./event-stream.ts";
export type { ReceivedRequest } from "./received.ts";
export type { ScriptFunction, ScriptSource } from "./script-queue.ts";
export type * from "./script.ts";
