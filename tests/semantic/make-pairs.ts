// Writes pairs.json anew: pairs of texts that look alike and ask for different things, by kinds, and pairs that ask for the same in other words.
// Nothing in it is drawn by chance, so that the same sources make the same file.

import { writeFileSync } from "node:fs";
import { nearMisses } from "./near-misses.ts";
import type { Pair } from "./pair.ts";
import { paraphrases } from "./paraphrases.ts";

const lines = (pairs: readonly Pair[]): string => pairs.map((pair) => `    ${JSON.stringify(pair)}`).join(",\n");
const text = `{\n  "nearMisses": [\n${lines(nearMisses())}\n  ],\n  "paraphrases": [\n${lines(paraphrases())}\n  ]\n}\n`;
writeFileSync(new URL("pairs.json", import.meta.url), text);
