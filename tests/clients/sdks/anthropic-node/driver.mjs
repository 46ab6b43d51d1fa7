import Anthropic from "@anthropic-ai/sdk";
import { serve } from "./serve.mjs";

const input_schema = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };

const client = ({ url, key }) => new Anthropic({ baseURL: url, apiKey: key });
const question = ({ prompt }) => [{ role: "user", content: prompt }];
const request = (job) => ({ model: job.model, max_tokens: 200, messages: question(job) });
const textOf = ({ content }) => content.map((block) => (block.type === "text" ? block.text : "")).join("");

const messages = {
  async plain(job, result) {
    const message = await client(job).messages.create(request(job));
    result.text = textOf(message);
    result.finish = message.stop_reason;
  },
  async stream(job, result) {
    for await (const event of await client(job).messages.create({ ...request(job), stream: true })) {
      if (event.type === "content_block_delta") result.text += event.delta.text ?? "";
      if (event.type === "message_delta") result.finish = event.delta.stop_reason;
    }
  },
  async tools(job, result) {
    const tools = [{ name: job.tool.name, input_schema }];
    const told = question(job);
    const ask = () => client(job).messages.create({ ...request(job), messages: told, tools });
    const { content } = await ask();
    const calls = content.filter(({ type }) => type === "tool_use");
    result.calls = calls.map((call) => ({ name: call.name, arguments: call.input }));
    const results = calls.map(({ id }) => ({ type: "tool_result", tool_use_id: id, content: job.tool.result }));
    told.push({ role: "assistant", content }, { role: "user", content: results });
    result.text = textOf(await ask());
  },
  async models(job, result) {
    result.models = [];
    for await (const { id } of client(job).models.list()) result.models.push(id);
  },
};

await serve({ messages });
