from anthropic import Anthropic
from serve import serve

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


def client(job):
    return Anthropic(base_url=job["url"], api_key=job["key"])


def ask(job, **more):
    request = {"model": job["model"], "max_tokens": 200, "messages": [{"role": "user", "content": job["prompt"]}]}
    return client(job).messages.create(**{**request, **more})


def text_of(message):
    return "".join(block.text for block in message.content if block.type == "text")


def plain(job, result):
    message = ask(job)
    result.update(text=text_of(message), finish=message.stop_reason)


def stream(job, result):
    for event in ask(job, stream=True):
        if event.type == "content_block_delta" and event.delta.type == "text_delta":
            result["text"] += event.delta.text
        if event.type == "message_delta":
            result["finish"] = event.delta.stop_reason


def helper_stream(job, result):
    told = [{"role": "user", "content": job["prompt"]}]
    with client(job).messages.stream(model=job["model"], max_tokens=200, messages=told) as messages:
        for piece in messages.text_stream:
            result["text"] += piece
        result["finish"] = messages.get_final_message().stop_reason


def tools(job, result):
    offered = [{"name": job["tool"]["name"], "input_schema": SCHEMA}]
    message = ask(job, tools=offered)
    calls = [block for block in message.content if block.type == "tool_use"]
    result["calls"] = [{"name": call.name, "arguments": call.input} for call in calls]
    results = [{"type": "tool_result", "tool_use_id": c.id, "content": job["tool"]["result"]} for c in calls]
    told = [
        {"role": "user", "content": job["prompt"]},
        {"role": "assistant", "content": message.content},
        {"role": "user", "content": results},
    ]
    result["text"] = text_of(ask(job, tools=offered, messages=told))


def models(job, result):
    result["models"] = [model.id for model in client(job).models.list()]


serve(
    {
        "messages": {"plain": plain, "stream": stream, "tools": tools, "models": models},
        "helper": {"stream": helper_stream},
    }
)
