// The forms that vendors publish for what their clients read.

import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { Corpus } from "../../../../tests/support/corpus.ts";
import type { FaultOf } from "./subject.ts";

const options = { strict: false, validateFormats: false };

/** The definitions of a document of OpenAPI; `change` where the published form is not what it means. */
export function schemasOf(
  corpus: Corpus,
  document: string,
  change: (text: string) => string = (text) => text,
): (name: string) => FaultOf {
  const ajv = new Ajv2020(options);
  ajv.addSchema(JSON.parse(change(corpus.specification(document))) as object, "api");
  return (name) => (value) => (ajv.validate(`api#/$defs/${name}`, value) ? null : ajv.errorsText());
}

/** What the types of an official SDK say. */
export function schemaOfSdk(corpus: Corpus, name: string): FaultOf {
  const ajv = new Ajv(options);
  const validate = ajv.compile(JSON.parse(corpus.specification(`from-sdk-types/${name}.schema.json`)) as object);
  return (value) => (validate(value) ? null : ajv.errorsText(validate.errors));
}
