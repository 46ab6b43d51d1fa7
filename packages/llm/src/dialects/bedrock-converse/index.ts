// Amazon Bedrock's Converse dialect, which one form has for the models of many vendors. No client speaks it: it is only
// asked in, so that this folder has no parser and no encoder of answers.
// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html

import type { VendorDialect } from "#dialects/dialect.ts";
import { eventStreamType } from "#wire/aws-event-stream.ts";
import { failureOf } from "#dialects/bedrock-converse/decode/answer-failure.ts";
import { decodeResult } from "#dialects/bedrock-converse/decode/decode-result.ts";
import { ConverseStreamDecoder } from "#dialects/bedrock-converse/decode/decode-stream.ts";
import { encodeRequest } from "#dialects/bedrock-converse/encode/encode-request.ts";
import { readError } from "#dialects/bedrock-converse/decode/errors.ts";
import { answersByTool } from "#dialects/bedrock-converse/encode/models.ts";
import { dialect } from "./name.ts";

export const bedrockConverse = {
  name: dialect,
  upstream: {
    streamContentType: eventStreamType,
    answersByTool,
    toolNames: { longest: 64, refused: /[^a-zA-Z0-9_-]/g },
    readError,
    failureOf,
    encodeRequest,
    decodeResult,
    createStreamDecoder: () => new ConverseStreamDecoder(),
  },
} as const satisfies VendorDialect;
