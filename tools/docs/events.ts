// docs/events.md and docs/events.schema.json, from the catalogue of events.

import {
  cloudEventOf,
  comingEvents,
  dataSchemaOf,
  eventNames,
  eventOrigins,
  eventTypes,
  typeOf,
} from "@ghostllm/contract/events";
import type { EventName, EventOrigin } from "@ghostllm/contract/events";
import { z } from "zod";

import { code, page, table } from "./markdown.ts";

const introduction = `What GhostLLM tells the outside, as [CloudEvents 1.0](https://github.com/cloudevents/spec) in JSON: by [webhooks](#webhooks), to NATS and Kafka
([operations](operations.md)), to \`GET /admin/events/stream\`, to \`ghostllm events tail\` and to the console. No event holds a prompt, an answer or a secret.
The schemas are in [events.schema.json](events.schema.json).

\`\`\`json
{
  "specversion": "1.0",
  "id": "01938f2a-6c1e-7b41-9d2e-5a0c6f3b8e17",
  "source": "/ghostllm",
  "type": "ghostllm.key.created",
  "subject": "01938f2a-6c1d-7a02-8c11-0f7d1e2b3c4d",
  "partitionkey": "01938f2a-6c1d-7a02-8c11-0f7d1e2b3c4d",
  "time": "2026-11-28T21:17:45.002Z",
  "datacontenttype": "application/json",
  "dataschema": "${dataSchemaOf("key.created")}",
  "data": { "key_id": "01938f2a-6c1d-7a02-8c11-0f7d1e2b3c4d", "name": "ci", "...": "..." }
}
\`\`\`

- **At least once.** What is stored is told until it has arrived, also behind a crash and while a receiver is away. What is told twice has the
  same \`id\`: keep the ids of a day, and pass over those that you have.
- **In order by \`partitionkey\`.** Each receiver gets events of one key in the order in which they were stored; those of different keys overtake each other.
- **Fields are added.** A receiver passes over what it does not know. Where a type changes in another way, the number at the end of \`dataschema\` grows.`;

const origins: Readonly<Record<EventOrigin, string>> = {
  change: "with the change, in its transaction",
  record: "with the usage record, in its transaction, where anybody wants it",
  sight: "when a server sees it",
  live: "nowhere: live only",
};

const webhooks = `## Webhooks

An admin creates them in the console (Events) or by \`POST /admin/webhooks\`: a URL, and the types that are sent there. Each event is a \`POST\` of its JSON, with the
headers of [Standard Webhooks](https://www.standardwebhooks.com), for which there are libraries in most languages:

| Header | What it is |
| --- | --- |
| \`webhook-id\` | The \`id\` of the event, the same in each attempt |
| \`webhook-timestamp\` | Seconds since 1970, of this attempt |
| \`webhook-signature\` | \`v1,\` and the base64 of HMAC-SHA256 over \`ID.TIMESTAMP.BODY\`, with the secret behind \`whsec_\` as its key (base64) |

Check the signature over the bytes as they came, and the time, before you read them; then answer with any 2xx within ten seconds, and work on it afterwards. The secret is shown once, when the
webhook is created or is given a new one.

Any other answer, or none, and the event is sent again: after five seconds, and after twice as long with each further failure, up to four hours. \`Retry-After\` of a 429 or 503 is
heeded. While it is tried, later events of the same key wait, and those of others do not. After 14 attempts (some eight hours) it is dead: it stands in the list of deliveries with its last error, and is
sent again by hand. A webhook at which nothing arrives for five days is switched off, and at once one that answers 410. Redirects are not followed, and nobody is asked whom \`egress\` rules out.
The numbers are settings (\`events.*\` in the [configuration](configuration.md)). Deliveries are kept for a week. A change of what a webhook wants counts for what happens from then on.`;

export function describeEvents(): string {
  const rows = eventNames.map((name) => {
    const { summary, permission, key } = eventTypes[name];
    const origin = eventOrigins[name];
    return [`[${code(typeOf(name))}](#${anchorOf(name)})`, summary, origins[origin], code(permission), code(key)];
  });
  const coming = Object.entries(comingEvents).map(([name, when]) => `${code(typeOfComing(name))} ${when}`);
  return page(
    "Events",
    introduction,
    table(["Type", "What has happened", "Stored", "Needs", "Key"], rows),
    `"Needs" is the permission that whoever follows events must have; where he has it for his own alone, he sees what concerns himself. Lists and filters name types without \`ghostllm.\`.
Live-only events go to those who follow the stream at that moment, and to no webhook and no broker: a request that was refused leaves no record, and one that begins has none yet.

Not emitted yet: ${coming.join(", ")}.`,
    webhooks,
    ...eventNames.map(describeType),
  );
}

function describeType(name: EventName): string {
  const fields = Object.entries(asSchema(eventTypes[name].data).properties ?? {}).map(([field, schema]) => [
    code(field),
    typeText(schema),
    schema.description ?? "",
  ]);
  return [`## ${typeOf(name)}`, eventTypes[name].summary, table(["Field", "Is", "Meaning"], fields)].join("\n\n");
}

interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
}

function asSchema(type: z.ZodType): Schema {
  return z.toJSONSchema(type) as Schema;
}

function typeText({ type, anyOf, enum: values, items, $ref }: Schema): string {
  if (values !== undefined) return values.map(code).join(", ");
  if (items !== undefined) return `list of ${typeText(items)}`;
  if (anyOf !== undefined) return [...new Set(anyOf.map(typeText))].join(" or ");
  if ($ref !== undefined) return "object";
  return [type ?? "any"].flat().join(" or ");
}

/** As GitHub makes it of a heading. */
function anchorOf(name: EventName): string {
  return typeOf(name).replaceAll(".", "");
}

function typeOfComing(name: string): string {
  return `ghostllm.${name}`;
}

export function eventSchemas(): string {
  const definitions = Object.fromEntries(
    eventNames.map((name) => [
      name,
      { $id: dataSchemaOf(name), description: eventTypes[name].summary, ...z.toJSONSchema(cloudEventOf(name)) },
    ]),
  );
  const document = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Events of GhostLLM",
    oneOf: eventNames.map((name) => ({ $ref: dataSchemaOf(name) })),
    $defs: definitions,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
