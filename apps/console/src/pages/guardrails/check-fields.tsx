// What a guardrail looks for: the fields of its kind.

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import { CheckField, NumberField, SelectField, TextAreaField, TextField } from "#parts/field.tsx";
import type { GuardrailPartProps } from "./guardrail-values.ts";

type Fields = (props: GuardrailPartProps) => ReactNode;

export function CheckFields({ server }: GuardrailPartProps) {
  const KindFields = fieldsOf[server.form.watch("check.kind")];
  return KindFields === undefined ? null : <KindFields server={server} />;
}

function TextFields({ server: { form, errorOf, errorIn } }: GuardrailPartProps) {
  return (
    <>
      <TextAreaField
        label="Words"
        isOptional
        rows={3}
        placeholder={"bluebird\nred kite"}
        help="One a line, in any case."
        error={errorIn("check.words")}
        field={form.register("check.words")}
      />
      <CheckField
        label="Whole words only"
        help="Not within longer words."
        error={errorOf("check.whole_words")}
        field={form.register("check.whole_words")}
      />
      <TextAreaField
        label="Patterns"
        isOptional
        rows={2}
        placeholder="PX-[0-9]{4,8}"
        help="One a line, in the syntax of RE2."
        error={errorIn("check.patterns")}
        field={form.register("check.patterns")}
      />
      <NumberField
        label="Characters of a stream that are held back"
        help="What a pattern finds is never longer. Where there are only words, the longest says it."
        error={errorOf("check.window")}
        field={form.register("check.window")}
      />
    </>
  );
}

function SizeFields({ server: { form, errorOf } }: GuardrailPartProps) {
  return (
    <div className="grid grid-cols-2 gap-3">
      <NumberField
        label="No more than"
        help="Of all texts together."
        error={errorOf("check.most")}
        field={form.register("check.most")}
      />
      <SelectField
        label="Of what"
        help="A token is taken for four characters."
        error={errorOf("check.unit")}
        field={form.register("check.unit")}
      >
        <option value="characters">characters</option>
        <option value="tokens">tokens</option>
      </SelectField>
    </div>
  );
}

function WebhookFields({ server: { form, errorOf } }: GuardrailPartProps) {
  return (
    <TextField
      label="Address"
      type="url"
      autoComplete="off"
      placeholder="https://rules.example.com/check"
      help="A server of yours that is told the texts, signed by a secret, and says what is to be done."
      error={errorOf("check.url")}
      field={form.register("check.url")}
    />
  );
}

const providersList = "providers-that-may-judge";

function ModerationFields({ server: { form, errorOf, errorIn } }: GuardrailPartProps) {
  const { queries } = useApi();
  const { may } = useCaller();
  const providers = useQuery({ ...queries.providers, enabled: may("providers.read") });
  return (
    <>
      <TextField
        label="Provider"
        list={providersList}
        autoComplete="off"
        help="By name. Its moderation endpoint is told the texts, in OpenAI's form."
        error={errorOf("check.provider")}
        field={form.register("check.provider")}
      />
      <datalist id={providersList}>
        {providers.data?.items.map(({ id, name }) => (
          <option key={id} value={name} />
        ))}
      </datalist>
      <TextField
        label="Model"
        isOptional
        autoComplete="off"
        placeholder="omni-moderation-latest"
        help="Empty: the provider's usual one."
        error={errorOf("check.model")}
        field={form.register("check.model")}
      />
      <TextAreaField
        label="Categories"
        isOptional
        rows={2}
        placeholder={"violence\nhate/threatening"}
        help="Which of the endpoint's count, one a line. Empty: any."
        error={errorIn("check.categories")}
        field={form.register("check.categories")}
      />
      <TextField
        label="From a score of"
        isOptional
        inputMode="decimal"
        className="text-right"
        help="Between 0 and 1. Empty: what the endpoint itself has decided."
        error={errorOf("check.threshold")}
        field={form.register("check.threshold")}
      />
    </>
  );
}

function SchemaFields({ server: { form, errorOf, errorIn } }: GuardrailPartProps) {
  return (
    <>
      <TextAreaField
        label="JSON Schema"
        isOptional
        rows={6}
        placeholder={'{"type": "object", "required": ["answer"]}'}
        help="What each answer of a chat is to match, with nothing around it. Answers that call tools are left alone."
        error={errorIn("check.schema")}
        field={form.register("check.schema")}
      />
      <CheckField
        label="Also what the request asks for"
        help="The schema of its own response format, where it has one."
        error={errorOf("check.from_request")}
        field={form.register("check.from_request")}
      />
    </>
  );
}

const fieldsOf: Readonly<Record<string, Fields>> = {
  text: TextFields,
  size: SizeFields,
  webhook: WebhookFields,
  moderation: ModerationFields,
  "json-schema": SchemaFields,
};
