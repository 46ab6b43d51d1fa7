import OpenAI from "openai";
import { serve } from "./serve.mjs";

const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };

const client = ({ url, key }) => new OpenAI({ baseURL: `${url}/v1`, apiKey: key });
const question = ({ prompt }) => [{ role: "user", content: prompt }];

const chat = {
  async plain(job, result) {
    const { choices } = await client(job).chat.completions.create({ model: job.model, messages: question(job) });
    result.text = choices[0].message.content;
    result.finish = choices[0].finish_reason;
  },
  async stream(job, result) {
    const request = { model: job.model, messages: question(job), stream: true };
    for await (const { choices } of await client(job).chat.completions.create(request)) {
      result.text += choices[0]?.delta.content ?? "";
      result.finish = choices[0]?.finish_reason ?? result.finish;
    }
  },
  async tools(job, result) {
    const tools = [{ type: "function", function: { name: job.tool.name, parameters } }];
    const messages = question(job);
    const ask = async () => {
      const { choices } = await client(job).chat.completions.create({ model: job.model, messages, tools });
      return choices[0].message;
    };
    const message = await ask();
    const calls = message.tool_calls ?? [];
    result.calls = calls.map((call) => ({ name: call.function.name, arguments: JSON.parse(call.function.arguments) }));
    messages.push(message, ...calls.map(({ id }) => ({ role: "tool", tool_call_id: id, content: job.tool.result })));
    result.text = (await ask()).content;
  },
  async embeddings(job, result) {
    const request = { model: job.model, input: ["left", "right"], encoding_format: "float" };
    const { data } = await client(job).embeddings.create(request);
    result.vectors = data.map(({ embedding }) => embedding.length);
  },
  async models(job, result) {
    result.models = [];
    for await (const { id } of client(job).models.list()) result.models.push(id);
  },
};

const responses = {
  async plain(job, result) {
    const answer = await client(job).responses.create({ model: job.model, input: job.prompt });
    result.text = answer.output_text;
    result.finish = answer.status;
  },
  async stream(job, result) {
    const request = { model: job.model, input: job.prompt, stream: true };
    for await (const event of await client(job).responses.create(request)) {
      result.finish = event.type;
      if (event.type === "response.output_text.delta") result.text += event.delta;
    }
  },
  async tools(job, result) {
    const tools = [{ type: "function", name: job.tool.name, parameters, strict: false }];
    const input = question(job);
    const ask = () => client(job).responses.create({ model: job.model, input, tools });
    const { output } = await ask();
    const calls = output.filter(({ type }) => type === "function_call");
    result.calls = calls.map((call) => ({ name: call.name, arguments: JSON.parse(call.arguments) }));
    const results = calls.map(({ call_id }) => ({ type: "function_call_output", call_id, output: job.tool.result }));
    input.push(...output, ...results);
    result.text = (await ask()).output_text;
  },
};

await serve({ chat, responses });
