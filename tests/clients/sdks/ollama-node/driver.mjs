import { Ollama } from "ollama";
import { serve } from "./serve.mjs";

const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };

const client = ({ url, key }) => new Ollama({ host: url, headers: { Authorization: `Bearer ${key}` } });
const question = ({ prompt }) => [{ role: "user", content: prompt }];

const ollama = {
  async plain(job, result) {
    const { message, done_reason } = await client(job).chat({ model: job.model, messages: question(job) });
    result.text = message.content;
    result.finish = done_reason;
  },
  async stream(job, result) {
    const request = { model: job.model, messages: question(job), stream: true };
    for await (const { message, done_reason } of await client(job).chat(request)) {
      result.text += message.content;
      result.finish = done_reason ?? result.finish;
    }
  },
  async tools(job, result) {
    const tools = [{ type: "function", function: { name: job.tool.name, description: "The weather", parameters } }];
    const messages = question(job);
    const { message } = await client(job).chat({ model: job.model, messages, tools });
    const calls = message.tool_calls ?? [];
    result.calls = calls.map((call) => ({ name: call.function.name, arguments: call.function.arguments }));
    const results = calls.map((call) => ({ role: "tool", tool_name: call.function.name, content: job.tool.result }));
    messages.push(message, ...results);
    result.text = (await client(job).chat({ model: job.model, messages, tools })).message.content;
  },
  async embeddings(job, result) {
    const { embeddings } = await client(job).embed({ model: job.model, input: ["left", "right"] });
    result.vectors = embeddings.map(({ length }) => length);
  },
  async models(job, result) {
    result.models = (await client(job).list()).models.map(({ model }) => model);
  },
};

await serve({ ollama });
