import type { DialectTexts } from "#dialects/texts/dialect-texts.ts";
import { requestTexts } from "#dialects/texts/request-texts.ts";

/** Parts have no number: one goes on where the last one of its kind ended. */
const by = ["index", "thought"];

export const texts: DialectTexts = {
  request: requestTexts({
    skipped:
      "model role id name mimetype thoughtsignature cachedcontent safetysettings responsemimetype tasktype functioncallingconfig speechconfig " +
      "responsemodalities",
    free: "args response parameters parametersjsonschema responseschema responsejsonschema",
    file: "inlinedata filedata",
  }),
  answer: requestTexts({
    skipped:
      "model modelversion role id name responseid createtime finishreason mimetype thoughtsignature inlinedata filedata category probability severity " +
      "blockreason modality traffictype language outcome uri embedding values avglogprobs logprobsresult error",
    free: "args response",
  }),
  stream: {
    form: "events",
    places: [
      { path: "candidates[].content.parts[].text", by, goesOn: true },
      {
        path: "candidates[].content.parts[].functionCall.partialArgs[].stringValue",
        by: ["index", "id", "jsonPath"],
        goesOn: true,
      },
    ],
  },
};
