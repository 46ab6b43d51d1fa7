// Single members of requests, by their names in lower case without underscores, and what each can cause.

import { Fields } from "#wire/json-tree.ts";
import type { Tree } from "#wire/json-tree.ts";
import { judgeInline } from "./content.ts";
import type { PartDemand } from "./content.ts";
import type { Findings } from "./request-demand.ts";
import { serviceClassOf } from "#dialects/fields/usage-parts.ts";

/** `place` is the name of the member that the object stands in. The value is neither null nor false. */
type FieldReader = (found: Findings, value: Tree, place: string) => void;

export function addPart(found: Findings, { pictures = 0, hearsSound, unseen }: PartDemand): void {
  found.demand.pictures += pictures;
  found.demand.hearsSound ||= hearsSound === true;
  if (unseen !== undefined) found.demand.unseen ??= unseen;
}

/** Only the vendor has it: what it keeps under an id, what it fetches, finds or is told. */
function vendorsOwn(what: string): FieldReader {
  return (found, value) => {
    if (!isEmpty(value)) found.demand.unseen ??= what;
  };
}

/** Used as often as the vendor likes, and paid for each, or at a price of its own. */
function boundless(what: string): FieldReader {
  return (found, value) => {
    if (!isEmpty(value)) found.demand.boundless ??= what;
  };
}

function isEmpty(value: Tree): boolean {
  return value === "" || (Array.isArray(value) && value.length === 0);
}

const file = vendorsOwn("a file that the vendor has or fetches");
const fetched = vendorsOwn("a document that the vendor fetches");
const otherModels = boundless("models other than the one that is asked for");

export const fieldReaders: Readonly<Record<string, FieldReader>> = {
  previousresponseid: vendorsOwn("an earlier conversation"),
  conversation: vendorsOwn("an earlier conversation"),
  prompt: (found, value) => {
    if (value instanceof Fields && value.all("id").length > 0) found.demand.unseen ??= "a prompt that the vendor keeps";
  },
  cachedcontent: vendorsOwn("content that the vendor keeps"),
  fileid: file,
  fileids: file,
  fileuri: file,
  fileurl: file,
  filedata: vendorsOwn("a document"),
  documenturl: fetched,
  audiourl: sound,
  videourl: fetched,
  video: fetched,
  s3location: file,
  datasources: vendorsOwn("data that the vendor searches"),
  inputaudio: sound,
  audio: readAudio,
  inlinedata: (found, value) => addPart(found, judgeInline(value)),
  images: (found, value) => addPart(found, { pictures: Array.isArray(value) ? value.length : 1 }),
  image: (found, value) => addPart(found, typeof value === "string" ? { pictures: 1 } : {}),
  skills: vendorsOwn("skills that the vendor has"),
  mcpservers: (found, value) => {
    const what = "tools of another server, which the vendor asks";
    if (!isEmpty(value)) found.tools.push({ loop: "anthropic", calls: 10, unseen: what });
  },
  models: (found, value, place) => {
    if (place === "" || place === "gateway") otherModels(found, value, place);
  },
  fallbacks: otherModels,
  plugins: boundless("plugins of the vendor, such as the one that searches the web"),
  searchparameters: (found, value) => {
    const modes = value instanceof Fields ? value.texts("mode") : [];
    if (modes.length === 0 || modes.some((mode) => mode !== "off")) found.demand.boundless ??= "searches";
  },
  enablesearch: boundless("searches"),
  websearchoptions: (found) => {
    found.demand.webSearches = Math.max(1, found.demand.webSearches);
    found.demand.unseen ??= "what a search finds";
  },
  servicetier: (found, value) => {
    const words = value instanceof Fields ? value.texts("type") : [value];
    for (const word of words) addClass(found, word);
  },
  speed: (found, value) => {
    if (value === "fast") addClass(found, value);
  },
  inferencegeo: (found, value) => {
    if (value === "us") found.demand.geography = "us";
  },
  ttl: (found, value) => {
    found.demand.keepsForHour ||= value !== "5m";
  },
  modalities: readModalities,
  responsemodalities: readModalities,
  anthropicbeta: (found, value) => {
    const words = Array.isArray(value) ? (value as readonly Tree[]) : [value];
    if (words.some((word) => String(word).startsWith("context-1m"))) found.demand.contextTokens = 1_000_000;
  },
  thinkingbudget: readThinkingBudget,
  budgettokens: readThinkingBudget,
  effort: readEffort,
  reasoningeffort: readEffort,
  thinkinglevel: readEffort,
  think: readEffort,
  responseformat: readFormat,
  responsemimetype: readFormat,
  responseschema: readFormat,
  responsejsonschema: readFormat,
  outputformat: readFormat,
  format: readFormat,
  maxtokens: readLimit,
  maxcompletiontokens: readLimit,
  maxoutputtokens: readLimit,
  maxnewtokens: readLimit,
  numpredict: readLimit,
  maxtoolcalls: (found, value) => {
    const count = numberOf(value);
    if (count !== null) found.toolCalls = Math.max(found.toolCalls ?? 0, count);
  },
  n: readAnswers,
  bestof: readAnswers,
  candidatecount: readAnswers,
  numreturnsequences: readAnswers,
  prediction: (found) => {
    found.demand.predicts = true;
  },
};

function addClass(found: Findings, word: Tree): void {
  const name = serviceClassOf(word);
  if (name !== undefined) found.classes.add(name);
}

function sound(found: Findings): void {
  addPart(found, { hearsSound: true, unseen: "sound" });
}

/** An earlier answer that was spoken; the voice that is asked for has the same name. */
function readAudio(found: Findings, value: Tree): void {
  const isVoice = value instanceof Fields && value.all("id").length + value.all("data").length === 0;
  if (!isVoice) sound(found);
}

function readModalities(found: Findings, value: Tree): void {
  const names = Array.isArray(value) ? (value as readonly Tree[]) : [value];
  found.demand.makesSound ||= names.some((name) => String(name).toLowerCase() === "audio" || name === 3);
}

function readThinkingBudget(found: Findings, value: Tree): void {
  found.demand.thinkingBudget = Math.max(found.demand.thinkingBudget, numberOf(value) ?? 0);
}

function readEffort(found: Findings, value: Tree): void {
  found.isEffortAsked ||= value !== "none";
}

function readFormat(found: Findings, value: Tree): void {
  found.hasFormat ||= value !== "text" && value !== "text/plain";
}

function readLimit(found: Findings, value: Tree, place: string): void {
  if (place === "reasoning") return readThinkingBudget(found, value);
  const limit = numberOf(value);
  if (limit === null) return;
  found.demand.namedOutputTokens = Math.max(found.demand.namedOutputTokens, limit);
  found.demand.namesNoLimit ||= limit <= 0;
}

function readAnswers(found: Findings, value: Tree, place: string): void {
  if (place === "" || place === "generationconfig")
    found.demand.answers = Math.max(found.demand.answers, numberOf(value) ?? 0);
}

/** Google's JSON takes numbers as text, too. */
function numberOf(value: Tree): number | null {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
}
