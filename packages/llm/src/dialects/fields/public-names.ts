// Names that vendors have given: of what a client may say, as its documentation has it. Whatever else stands in a request is the client's own.

const names = [
  // OpenAI, and who takes after it.
  ...["audio", "frequency_penalty", "include", "logit_bias", "logprobs", "metadata", "modalities", "n", "name", "user"],
  ...["parallel_tool_calls", "prediction", "presence_penalty", "prompt_cache_key", "prompt_cache_retention"],
  ...[
    "reasoning",
    "reasoning_effort",
    "refusal",
    "safety_identifier",
    "seed",
    "service_tier",
    "stop",
    "store",
    "strict",
  ],
  ...["suffix", "temperature", "text", "tool_choice", "top_logprobs", "top_p", "truncation", "verbosity"],
  ...[
    "web_search_options",
    "max_tool_calls",
    "previous_response_id",
    "conversation",
    "background",
    "prompt",
    "summary",
  ],
  ...[
    "min_p",
    "repetition_penalty",
    "top_a",
    "detail",
    "annotations",
    "web_search",
    "web_search_preview",
    "file_search",
  ],
  ...["code_interpreter", "computer_use_preview", "image_generation", "mcp", "local_shell", "custom", "item_reference"],
  // Anthropic.
  ...["top_k", "thinking", "cache_control", "citations", "container", "context", "context_management", "mcp_servers"],
  ...[
    "output_config",
    "inference_geo",
    "speed",
    "title",
    "bash_20250124",
    "text_editor_20250728",
    "web_search_20250305",
  ],
  ...["server_tool_use", "web_search_tool_result", "document", "search_result", "redacted_thinking"],
  // Google.
  ...["cachedContent", "candidateCount", "labels", "mediaResolution", "responseModalities", "safetySettings"],
  ...["speechConfig", "thinkingConfig", "toolConfig", "topK", "googleSearch", "codeExecution", "urlContext"],
  ...["executableCode", "codeExecutionResult", "videoMetadata", "seed", "audioTimestamp", "imageConfig"],
  // Ollama.
  ...["format", "keep_alive", "options", "raw", "system", "template", "think", "num_ctx", "mirostat", "repeat_penalty"],
];

const known: ReadonlySet<string> = new Set(names);

/** Is it a word of a vendor's documentation, and so none that tells something of the client? */
export function isPublicName(name: string): boolean {
  return known.has(name);
}
