// What people see in a browser: the landing page and the documentation of the API.

import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import { openApiDocument } from "@ghostllm/contract/openapi";
import type { FastifyInstance } from "fastify";
import { landingPolicy, renderLandingPage } from "./landing-page.ts";

// Swagger UI sets styles from its script; all else comes from its own files.
const docsPolicy =
  "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

export interface WebPages {
  readonly version: string;
  readonly hasConsole: boolean;
  /** JSON Schema of the configuration file. */
  readonly fileSchema: object;
}

export async function serveWebPages(
  app: FastifyInstance,
  { version, hasConsole, fileSchema }: WebPages,
): Promise<void> {
  const document = openApiDocument({ version });
  const landingPage = renderLandingPage(version, hasConsole);
  app.get("/", async (_request, reply) =>
    reply.header("content-security-policy", landingPolicy).type("text/html; charset=utf-8").send(landingPage),
  );

  const schema = JSON.stringify(fileSchema, null, 2);
  app.get("/docs/configuration.schema.json", async (_request, reply) =>
    reply.header("access-control-allow-origin", "*").type("application/schema+json").send(schema),
  );

  await app.register(swagger, {
    mode: "static",
    specification: { document: { openapi: "3.1.0", info: { title: "GhostLLM", version }, paths: {} } },
  });
  await app.register(swaggerUi, {
    routePrefix: "/docs",
    staticCSP: docsPolicy,
    // The document is whole already; the plugin that the pages need would derive one from Fastify's own schemas.
    transformSpecification: () => document,
    transformSpecificationClone: false,
    theme: {
      title: "GhostLLM API",
      css: [{ filename: "ghostllm.css", content: ".swagger-ui .topbar { display: none }" }],
    },
    uiConfig: { persistAuthorization: false, deepLinking: true, validatorUrl: null },
  });
}
