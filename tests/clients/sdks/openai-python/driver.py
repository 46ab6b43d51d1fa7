import asyncio
import json

from openai import AsyncOpenAI, OpenAI
from serve import serve

PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


def options(job):
    return {"base_url": job["url"] + "/v1", "api_key": job["key"]}


def client(job):
    return OpenAI(**options(job))


def messages(job):
    return [{"role": "user", "content": job["prompt"]}]


def chat(job, **more):
    return client(job).chat.completions.create(model=job["model"], messages=messages(job), **more)


def take(result, chunk):
    for choice in chunk.choices:
        result["text"] += choice.delta.content or ""
        result["finish"] = choice.finish_reason or result.get("finish")


def plain(job, result):
    choice = chat(job).choices[0]
    result.update(text=choice.message.content, finish=choice.finish_reason)


def stream(job, result):
    for chunk in chat(job, stream=True):
        take(result, chunk)


def tools(job, result):
    tool = {"type": "function", "function": {"name": job["tool"]["name"], "parameters": PARAMETERS}}
    told = messages(job)
    ask = client(job).chat.completions.create
    message = ask(model=job["model"], messages=told, tools=[tool]).choices[0].message
    calls = message.tool_calls or []
    result["calls"] = [{"name": c.function.name, "arguments": json.loads(c.function.arguments)} for c in calls]
    told.append(message)
    told += [{"role": "tool", "tool_call_id": c.id, "content": job["tool"]["result"]} for c in calls]
    result["text"] = ask(model=job["model"], messages=told, tools=[tool]).choices[0].message.content


def embeddings(job, result):
    answer = client(job).embeddings.create(model=job["model"], input=["left", "right"], encoding_format="float")
    result["vectors"] = [len(item.embedding) for item in answer.data]


def models(job, result):
    result["models"] = [model.id for model in client(job).models.list()]


async def plain_async(job, result):
    async with AsyncOpenAI(**options(job)) as asking:
        answer = await asking.chat.completions.create(model=job["model"], messages=messages(job))
    result.update(text=answer.choices[0].message.content, finish=answer.choices[0].finish_reason)


async def stream_async(job, result):
    async with AsyncOpenAI(**options(job)) as asking:
        async for chunk in await asking.chat.completions.create(model=job["model"], messages=messages(job), stream=True):
            take(result, chunk)


def responses_plain(job, result):
    answer = client(job).responses.create(model=job["model"], input=job["prompt"])
    result.update(text=answer.output_text, finish=answer.status)


def responses_stream(job, result):
    for event in client(job).responses.create(model=job["model"], input=job["prompt"], stream=True):
        result["finish"] = event.type
        if event.type == "response.output_text.delta":
            result["text"] += event.delta


def responses_tools(job, result):
    tool = {"type": "function", "name": job["tool"]["name"], "parameters": PARAMETERS, "strict": False}
    told = messages(job)
    ask = client(job).responses.create
    output = ask(model=job["model"], input=told, tools=[tool]).output
    calls = [item for item in output if item.type == "function_call"]
    result["calls"] = [{"name": c.name, "arguments": json.loads(c.arguments)} for c in calls]
    told += [item.model_dump(exclude_none=True) for item in output]
    told += [{"type": "function_call_output", "call_id": c.call_id, "output": job["tool"]["result"]} for c in calls]
    result["text"] = ask(model=job["model"], input=told, tools=[tool]).output_text


serve({
    "chat": {"plain": plain, "stream": stream, "tools": tools, "embeddings": embeddings, "models": models},
    "async": {
        "plain": lambda job, result: asyncio.run(plain_async(job, result)),
        "stream": lambda job, result: asyncio.run(stream_async(job, result)),
    },
    "responses": {"plain": responses_plain, "stream": responses_stream, "tools": responses_tools},
})
