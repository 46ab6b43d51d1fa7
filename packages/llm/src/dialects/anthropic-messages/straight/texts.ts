import type { DialectTexts } from "#dialects/texts/dialect-texts.ts";
import { requestTexts } from "#dialects/texts/request-texts.ts";

const by = ["index"];
const of = "content_block_delta";

export const texts: DialectTexts = {
  request: requestTexts({
    skipped:
      "model role type id name tooluseid toolchoice signature data cachecontrol mcpservers container mediatype encryptedcontent encryptedindex " +
      "encryptedstdout servicetier authorizationtoken url",
    free: "input inputschema metadata",
    source: "source",
    file: "fileid",
  }),
  answer: requestTexts({
    skipped:
      "id model role type name stopreason stopsequence tooluseid signature data servicetier inferencegeo url encryptedcontent encryptedindex " +
      "encryptedstdout container fileid mediatype error",
    free: "input",
  }),
  stream: {
    form: "events",
    places: [
      { path: "delta.text", of, by },
      { path: "delta.thinking", of, by },
      { path: "delta.partial_json", of, by },
    ],
  },
};
