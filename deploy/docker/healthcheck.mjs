// Is this the place to send requests to? For the HEALTHCHECK of the image, which has no curl.

import { request as askPlain } from "node:http";
import { request as askSealed } from "node:https";

const { SERVER_PORT: port = "8080", SERVER_TLS_CERTIFICATE_FILE: certificate } = process.env;
const ask = certificate === undefined ? askPlain : askSealed;
// It is the server's own address: whose name is in its certificate does not matter.
const options = { host: "127.0.0.1", port, path: "/health/ready", timeout: 3_000, rejectUnauthorized: false };

ask(options, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1))
  .on("timeout", () => process.exit(1))
  .on("error", () => process.exit(1))
  .end();
