// What a client of the gateway needs to be told, as text to be copied. Each vendor's SDKs and each program have a file.

import type { Asking } from "./trial.ts";

export interface Settings {
  /** Of the gateway, without a slash at its end. */
  readonly url: string;
  /** A key, or what stands for one. */
  readonly key: string;
  readonly model: string;
}

export interface Snippet {
  /** A language, or a file. */
  readonly title: string;
  readonly code: string;
  /** In its place on the screen, where it is longer than anybody reads. */
  readonly shown?: string;
}

export interface ClientGuide {
  readonly id: string;
  readonly name: string;
  readonly kind: "SDKs" | "Coding agents" | "Programs";
  /** As it asks; left out: by OpenAI's chats. */
  readonly asks?: Asking;
  /** One sentence, where there is more to do than to copy. */
  readonly note?: string;
  readonly snippets: (settings: Settings) => readonly Snippet[];
}

type Write = (settings: Settings) => string;

/** Of a vendor whose SDKs are in several languages. */
export function sdkGuide(
  { id, name, asks }: Required<Pick<ClientGuide, "id" | "name" | "asks">>,
  languages: Readonly<Record<string, Write>>,
): ClientGuide {
  return {
    ...{ id, name, kind: "SDKs", asks },
    snippets: (settings) => Object.entries(languages).map(([title, write]) => ({ title, code: write(settings) })),
  };
}

/** Where a key is to be put that the page does not know. */
export const keyPlaceholder = "gk-...";
export const prompt = "Say hello in one short sentence.";
