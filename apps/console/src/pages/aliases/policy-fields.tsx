// What an alias says about failures and time: each part closed until it is asked for, with what it says in a few words.

import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import { useWatch } from "react-hook-form";
import { retriedFailures } from "@ghostllm/contract";
import type { Alias } from "#api/queries.ts";
import { NumberField, SelectField, TextAreaField, TextField } from "#parts/field.tsx";
import type { ServerForm } from "#parts/form.tsx";
import { timeLabels, timeLimits, timeoutWords } from "#parts/time-limits.ts";
import type { TimeLimit } from "#parts/time-limits.ts";
import type { AliasValues } from "./alias-values.ts";
import {
  failureWords,
  continuationWords,
  fallbackLists,
  fallbackWords,
  hedgeNumbers,
  hedgeWords,
  queueNumbers,
  queueWords,
  retryNumbers,
  retryWords,
  shadowFields,
  shadowWords,
} from "./policy-values.ts";
import type { FallbackList, HedgeNumber, ShadowField, QueueNumber, RetryNumber } from "./policy-values.ts";

interface PolicyFieldsProps {
  readonly server: ServerForm<AliasValues>;
  readonly present: Alias | null;
}

export function PolicyFields({ server, present }: PolicyFieldsProps) {
  return (
    <div className="min-w-0 divide-y divide-line rounded-sm border border-line">
      <RetryFields {...{ server, present }} />
      <FallbackFields {...{ server, present }} />
      <TimeFields {...{ server, present }} />
      <HedgeFields {...{ server, present }} />
      <ContinuationFields {...{ server, present }} />
      <ShadowFields {...{ server, present }} />
      <QueueFields {...{ server, present }} />
    </div>
  );
}

interface PartProps {
  readonly title: string;
  /** What it says at present. */
  readonly words: string;
  /** A field within it is wrong. */
  readonly isWrong: boolean;
  readonly children: ReactNode;
}

function Part({ title, words, isWrong, children }: PartProps) {
  return (
    <details {...(isWrong && { open: true })} className="group px-3 py-2">
      <summary className="flex items-center gap-2">
        <ChevronRight aria-hidden className="size-3.5 text-muted transition group-open:rotate-90" />
        <span className="font-medium">{title}</span>
        <span className="min-w-0 flex-1 truncate text-right text-muted">{words}</span>
      </summary>
      <div className="mt-3 mb-1 grid gap-3.5">{children}</div>
    </details>
  );
}

const retryLabels: Readonly<Record<RetryNumber, readonly [label: string, help: string]>> = {
  attempts_per_target: ["Attempts at each target", "The first one included."],
  attempts: ["Attempts in all", "Those of fallbacks included."],
  backoff_ms: ["First wait, ms", "Twice as long each time; up to half of it is taken off by chance."],
  max_backoff_ms: ["Longest wait, ms", "More it does not grow to."],
  max_retry_after_ms: ["Wait that a vendor may ask for, ms", "One that asks for more is left for the next target."],
};

function RetryFields({ server: { form, errorOf, errorIn }, present }: PolicyFieldsProps) {
  const rule = useWatch({ control: form.control, name: "retries.rule" });
  const nameOf = (name: RetryNumber) => `retries.${name}` as const;
  const isWrong = retryNumbers.some((name) => errorOf(nameOf(name)) !== undefined);
  return (
    <Part title="Retries" words={retryWords(present?.retries ?? null)} isWrong={isWrong}>
      <SelectField
        label="Asking the same target again"
        help={rule === "none" ? "Each target is asked once, and the last one twice." : undefined}
        field={form.register("retries.rule")}
      >
        <option value="none">As always</option>
        <option value="own">By rules of this alias</option>
      </SelectField>
      {rule === "own" && (
        <>
          <div className="grid gap-3.5 sm:grid-cols-2">
            {retryNumbers.map((name) => (
              <NumberField
                key={name}
                label={retryLabels[name][0]}
                help={retryLabels[name][1]}
                autoComplete="off"
                error={errorOf(nameOf(name))}
                field={form.register(nameOf(name))}
              />
            ))}
          </div>
          <FailureChoice register={() => form.register("retries.on")} error={errorIn("retries.on")} />
        </>
      )}
    </Part>
  );
}

interface FailureChoiceProps {
  readonly register: () => ReturnType<ServerForm<AliasValues>["form"]["register"]>;
  readonly error: string | undefined;
}

function FailureChoice({ register, error }: FailureChoiceProps) {
  return (
    <fieldset>
      <legend className="mb-1 font-medium">It is asked again after</legend>
      <div className="grid gap-x-4 gap-y-1 sm:grid-cols-2">
        {retriedFailures.map((failure) => (
          <label key={failure} className="flex items-center gap-2">
            <input type="checkbox" value={failure} className="size-3.5 accent-accent" {...register()} />
            {failureWords[failure]}
          </label>
        ))}
      </div>
      {error !== undefined && <p className="mt-1 text-xs text-bad">{error}</p>}
    </fieldset>
  );
}

const listLabels: Readonly<Record<FallbackList, readonly [label: string, help: string]>> = {
  any: ["After any failure", "Other aliases, or provider/model: one a line, in their order."],
  context_length: ["Where the prompt is too long", "In place of the first list."],
  content_filter: ["Where content is refused", "By this list alone."],
  rate_limit: ["Where a limit of the account is reached", "In place of the first list."],
};

function FallbackFields({ server: { form, errorIn }, present }: PolicyFieldsProps) {
  const nameOf = (list: FallbackList) => `fallbacks.${list}` as const;
  const errors = fallbackLists.map((list) => errorIn(nameOf(list)));
  const words = present === null ? "none" : fallbackWords(present.fallbacks).replaceAll("\n", " · ");
  return (
    <Part title="Fallbacks" words={words} isWrong={errors.some(Boolean)}>
      {fallbackLists.map((list, at) => (
        <TextAreaField
          key={list}
          label={listLabels[list][0]}
          help={listLabels[list][1]}
          isOptional
          rows={list === "any" ? 2 : 1}
          spellCheck={false}
          error={errors[at]}
          field={form.register(nameOf(list))}
        />
      ))}
    </Part>
  );
}

function TimeFields({ server: { form, errorOf }, present }: PolicyFieldsProps) {
  const nameOf = (limit: TimeLimit) => `timeouts.${limit}` as const;
  const isWrong = timeLimits.some((limit) => errorOf(nameOf(limit)) !== undefined);
  const words = (present === null ? "" : timeoutWords(present.timeouts)) || "as the server has it";
  return (
    <Part title="Time" words={words} isWrong={isWrong}>
      <div className="grid gap-3.5 sm:grid-cols-2">
        {timeLimits.map((limit) => (
          <NumberField
            key={limit}
            label={timeLabels[limit][0]}
            help={timeLabels[limit][1]}
            placeholder="the server's"
            autoComplete="off"
            error={errorOf(nameOf(limit))}
            field={form.register(nameOf(limit))}
          />
        ))}
      </div>
    </Part>
  );
}

const hedgeLabels: Readonly<Record<HedgeNumber, readonly [label: string, help: string]>> = {
  after_ms: ["Second target after, ms", "Where the first one has not begun to answer."],
  most_percent: ["Beside so many attempts, %", "Of all at targets of the alias, in each process."],
};

const shadowLabels: Readonly<Record<ShadowField, readonly [label: string, help: string]>> = {
  to: ["Asked as well", "An alias, or provider/model. Its answers are told to nobody."],
  percent: ["Share, %", "Of the requests."],
  max_concurrent: ["At a time at most", "In each process; what is over it is not copied."],
};

/** A share is asked of a second target as well, to see how it does. */
function ShadowFields({ server: { form, errorOf }, present }: PolicyFieldsProps) {
  const nameOf = (name: ShadowField) => `shadow.${name}` as const;
  const isWrong = shadowFields.some((name) => errorOf(nameOf(name)) !== undefined);
  return (
    <Part title="Shadow" words={shadowWords(present?.shadow ?? null)} isWrong={isWrong}>
      <div className="grid gap-3.5 sm:grid-cols-3">
        {shadowFields.map((name) => (
          <TextField
            key={name}
            label={shadowLabels[name][0]}
            help={shadowLabels[name][1]}
            placeholder={name === "to" ? "nobody" : undefined}
            autoComplete="off"
            error={errorOf(nameOf(name))}
            field={form.register(nameOf(name))}
          />
        ))}
      </div>
    </Part>
  );
}

/** A second target is asked beside one that is slow to begin. */
function HedgeFields({ server: { form, errorOf, errorIn }, present }: PolicyFieldsProps) {
  const nameOf = (name: HedgeNumber) => `hedge.${name}` as const;
  const errors = hedgeNumbers.map((name) => errorOf(nameOf(name)));
  const ofAll = errorIn("hedge");
  return (
    <Part title="Hedge" words={hedgeWords(present?.hedge ?? null)} isWrong={ofAll !== undefined}>
      <div className="grid gap-3.5 sm:grid-cols-2">
        {hedgeNumbers.map((name, at) => (
          <NumberField
            key={name}
            label={hedgeLabels[name][0]}
            help={hedgeLabels[name][1]}
            placeholder={name === "after_ms" ? "none" : undefined}
            autoComplete="off"
            error={name === "after_ms" && errors.every((error) => error === undefined) ? ofAll : errors[at]}
            field={form.register(nameOf(name))}
          />
        ))}
      </div>
    </Part>
  );
}

/** Another target goes on with a stream that breaks off. */
function ContinuationFields({ server: { form, errorIn }, present }: PolicyFieldsProps) {
  const error = errorIn("continuation");
  return (
    <Part title="Continuation" words={continuationWords(present?.continuation ?? null)} isWrong={error !== undefined}>
      <NumberField
        label="Attempts to go on"
        help="Where a stream breaks off behind its first words, in one request. It takes a target whose model goes on with the beginning of an answer."
        placeholder="none"
        autoComplete="off"
        error={error}
        field={form.register("continuation.attempts")}
      />
    </Part>
  );
}

const queueLabels: Readonly<Record<QueueNumber, readonly [label: string, help: string]>> = {
  max_wait_ms: ["Wait at most, ms", "Then it is refused as without a queue."],
  max_waiting: ["Waiting at most", "Of all that ask for the alias, in each process."],
};

/** What finds all targets full waits for one, teams in turn. */
function QueueFields({ server: { form, errorOf }, present }: PolicyFieldsProps) {
  const nameOf = (name: QueueNumber) => `queue.${name}` as const;
  const isWrong = queueNumbers.some((name) => errorOf(nameOf(name)) !== undefined);
  return (
    <Part title="Queue" words={queueWords(present?.queue ?? null)} isWrong={isWrong}>
      <div className="grid gap-3.5 sm:grid-cols-2">
        {queueNumbers.map((name) => (
          <NumberField
            key={name}
            label={queueLabels[name][0]}
            help={queueLabels[name][1]}
            placeholder={name === "max_wait_ms" ? "no queue" : undefined}
            autoComplete="off"
            error={errorOf(nameOf(name))}
            field={form.register(nameOf(name))}
          />
        ))}
      </div>
    </Part>
  );
}
