import { chunked, eventStream, fixed, json, type Performance } from "./performance.ts";
import type { MalformedScript } from "./script.ts";

export const malformed: Readonly<Record<MalformedScript["where"], Performance>> = {
  json: fixed(
    200,
    json,
    Buffer.from('{"id":"chatcmpl-fake","object":"chat.completion","choices":[{"index":0,"mess'),
    {},
  ),
  sse: chunked(
    200,
    eventStream,
    [
      'data: {"id":"chatcmpl-fake","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"Hel"}}]}\n\n',
      'data: {"id":"chatcmpl-fake","object":"chat.completion.chunk","choi\n\n',
      "data: [DONE]\n\n",
    ].map((event) => Buffer.from(event)),
    {},
  ),
  html: fixed(
    200,
    { "content-type": "text/html" },
    Buffer.from("<html><body>Please log in to the network.</body></html>"),
    {},
  ),
  empty: fixed(200, json, Buffer.alloc(0), {}),
  http: { ...fixed(200, json, Buffer.alloc(0), {}), insteadOfHttp: Buffer.from("HTTX/9 what\r\n\r\n") },
};
