from ollama import Client
from serve import serve

PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


def client(job):
    return Client(host=job["url"], headers={"Authorization": "Bearer " + job["key"]})


def messages(job):
    return [{"role": "user", "content": job["prompt"]}]


def plain(job, result):
    answer = client(job).chat(model=job["model"], messages=messages(job))
    result.update(text=answer.message.content, finish=answer.done_reason)


def stream(job, result):
    for chunk in client(job).chat(model=job["model"], messages=messages(job), stream=True):
        result["text"] += chunk.message.content or ""
        result["finish"] = chunk.done_reason or result.get("finish")


def tools(job, result):
    offered = [{"type": "function", "function": {"name": job["tool"]["name"], "parameters": PARAMETERS}}]
    told = messages(job)
    message = client(job).chat(model=job["model"], messages=told, tools=offered).message
    calls = message.tool_calls or []
    result["calls"] = [{"name": c.function.name, "arguments": dict(c.function.arguments)} for c in calls]
    told.append(message)
    told += [{"role": "tool", "tool_name": c.function.name, "content": job["tool"]["result"]} for c in calls]
    result["text"] = client(job).chat(model=job["model"], messages=told, tools=offered).message.content


def embeddings(job, result):
    answer = client(job).embed(model=job["model"], input=["left", "right"])
    result["vectors"] = [len(one) for one in answer.embeddings]


def models(job, result):
    result["models"] = [model.model for model in client(job).list().models]


serve({"ollama": {"plain": plain, "stream": stream, "tools": tools, "embeddings": embeddings, "models": models}})
