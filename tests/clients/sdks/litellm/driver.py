import json
import os

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm
from serve import serve

litellm.suppress_debug_info = True
PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
PATHS = {"openai": "/v1", "anthropic": "", "gemini": "/v1beta"}


def ask(job, told=None, **more):
    return litellm.completion(
        model=job["api"] + "/" + job["model"],
        api_base=job["url"] + PATHS[job["api"]],
        api_key=job["key"],
        messages=told or [{"role": "user", "content": job["prompt"]}],
        **more,
    )


def plain(job, result):
    choice = ask(job).choices[0]
    result.update(text=choice.message.content, finish=choice.finish_reason)


def stream(job, result):
    for chunk in ask(job, stream=True):
        result["text"] += chunk.choices[0].delta.content or ""
        result["finish"] = chunk.choices[0].finish_reason or result.get("finish")


def tools(job, result):
    offered = [{"type": "function", "function": {"name": job["tool"]["name"], "parameters": PARAMETERS}}]
    told = [{"role": "user", "content": job["prompt"]}]
    message = ask(job, told, tools=offered).choices[0].message
    calls = message.tool_calls or []
    result["calls"] = [{"name": c.function.name, "arguments": json.loads(c.function.arguments)} for c in calls]
    told.append(message.model_dump())
    told += [{"role": "tool", "tool_call_id": c.id, "content": job["tool"]["result"]} for c in calls]
    result["text"] = ask(job, told, tools=offered).choices[0].message.content


def embeddings(job, result):
    answer = litellm.embedding(
        model=job["api"] + "/" + job["model"],
        api_base=job["url"] + PATHS[job["api"]],
        api_key=job["key"],
        input=["left", "right"],
        encoding_format="float",
    )
    result["vectors"] = [len(item["embedding"]) for item in answer.data]


api = {"plain": plain, "stream": stream, "tools": tools, "embeddings": embeddings}
serve({"openai": api, "anthropic": api})
