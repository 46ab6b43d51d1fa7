// All clients that the console has settings for, in the order in which they are offered.

import { claudeCode, codex, opencode, pi } from "./agents.ts";
import { anthropic } from "./anthropic.ts";
import type { ClientGuide } from "./client.ts";
import { langchain, litellm } from "./frameworks.ts";
import { google } from "./google.ts";
import { ollama } from "./ollama.ts";
import { openai } from "./openai.ts";
import { continueDev, cursor, openWebUi } from "./programs.ts";

export const guides: readonly ClientGuide[] = [
  ...[openai, anthropic, google, ollama, langchain, litellm],
  ...[claudeCode, codex, opencode, pi],
  ...[cursor, continueDev, openWebUi],
];

/** Beside a new key: what most want to have. */
export const firstGuides: readonly ClientGuide[] = [openai, anthropic, google, ollama, claudeCode, codex];
