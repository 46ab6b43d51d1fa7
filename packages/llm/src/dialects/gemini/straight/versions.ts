// The versions of the API, all of which the vendor's SDKs let their users choose. The first is that of AI Studio's older SDKs
// and of Go's, `v1` that of the others since their third major version, `v1beta1` that of Vertex AI.
export const versions = ["v1beta", "v1", "v1alpha", "v1beta1"] as const;

/** The one that OpenAI's and Anthropic's APIs have, too. */
export const sharedVersion = "v1";
