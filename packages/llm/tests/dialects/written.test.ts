// What is written for clients of every dialect is in the form that its vendor publishes.

import { expect, it } from "vitest";
import type { ChatResult } from "#hub.ts";
import { describeWithCorpus, expectEnough } from "../../../../tests/support/corpus.ts";
import { askFor, decodeStream, encodeStream } from "./ask.ts";
import { withoutExtras } from "./subject.ts";
import type { Recording, Subject, ValidAnswers } from "./subject.ts";
import { subjects } from "./subjects.ts";

function withoutOpaque(result: ChatResult): ChatResult {
  const choices = result.choices.map((choice) => ({
    ...choice,
    content: choice.content.filter(({ kind }) => kind !== "opaque"),
  }));
  return { ...result, choices };
}

function faultsOfAnswer({ dialect, hidesOpaque }: Subject, record: Recording, valid: ValidAnswers): readonly unknown[] {
  const result = dialect.upstream.decodeResult(Buffer.from(JSON.stringify(record.response_body)));
  if (result === null) return [];
  const meant = withoutExtras(hidesOpaque === true ? withoutOpaque(result) : result);
  return [valid.answer(JSON.parse(dialect.client.encodeResult(meant, askFor(dialect, valid.operation))))];
}

function faultsOfStream({ dialect }: Subject, text: string, valid: ValidAnswers): readonly unknown[] {
  const events = decodeStream(dialect.upstream, [Buffer.from(text)]);
  const told = events.filter(({ kind }) => kind !== "extras" && kind !== "error");
  const written = encodeStream(dialect, withoutExtras(told), askFor(dialect, valid.operation));
  const documents = [...written.matchAll(/^(?:data: )?(\{.*)$/gm)].map(([, json = ""]): unknown => JSON.parse(json));
  return [...documents.map(valid.event), valid.faultOfStream?.(written) ?? null];
}

for (const subject of subjects) {
  const { dialect, traffic } = subject;

  describeWithCorpus(`the ${dialect.name} dialect writes what is valid`, (corpus) => {
    it.each(subject.schemas(corpus))("every answer and event that is written for a client of $operation", (valid) => {
      const misses: string[] = [];
      let checked = 0;
      for (const record of traffic.recordings(corpus)) {
        const { id, status, response_text: text } = record;
        if (status !== 200) continue;
        const faults =
          text === undefined ? faultsOfAnswer(subject, record, valid) : faultsOfStream(subject, text, valid);
        checked += faults.length;
        if (subject.isInvalid?.(record) === true) continue;
        misses.push(...faults.filter((fault) => fault !== null).map((fault) => `${id}: ${String(fault)}`));
      }
      expect([...new Set(misses)]).toEqual([]);
      expectEnough(corpus, checked, traffic.least.answers + traffic.least.streams);
    });
  });
}
