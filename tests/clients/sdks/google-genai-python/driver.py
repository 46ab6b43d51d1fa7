from google import genai
from google.genai import types
from serve import serve


CLIENTS = {}


def client(job):
    # One that nobody holds is collected while it is used, and closes its connections.
    if job["key"] not in CLIENTS:
        CLIENTS[job["key"]] = genai.Client(api_key=job["key"], http_options=types.HttpOptions(base_url=job["url"]))
    return CLIENTS[job["key"]]


def take(result, chunk):
    result["text"] += chunk.text or ""
    for candidate in chunk.candidates or []:
        result["finish"] = candidate.finish_reason or result.get("finish")


def plain(job, result):
    take(result, client(job).models.generate_content(model=job["model"], contents=job["prompt"]))


def stream(job, result):
    for chunk in client(job).models.generate_content_stream(model=job["model"], contents=job["prompt"]):
        take(result, chunk)


def tools(job, result):
    city = types.Schema(type="OBJECT", properties={"city": types.Schema(type="STRING")}, required=["city"])
    offered = types.FunctionDeclaration(name=job["tool"]["name"], description="The weather", parameters=city)
    config = types.GenerateContentConfig(tools=[types.Tool(function_declarations=[offered])])
    told = [types.Content(role="user", parts=[types.Part(text=job["prompt"])])]
    ask = client(job).models.generate_content
    answer = ask(model=job["model"], contents=told, config=config)
    calls = answer.function_calls or []
    result["calls"] = [{"name": call.name, "arguments": call.args} for call in calls]
    told.append(answer.candidates[0].content)
    results = [types.Part.from_function_response(name=c.name, response={"result": job["tool"]["result"]}) for c in calls]
    told.append(types.Content(role="user", parts=results))
    result["text"] = ask(model=job["model"], contents=told, config=config).text


def embeddings(job, result):
    answer = client(job).models.embed_content(model=job["model"], contents=["left", "right"])
    result["vectors"] = [len(one.values) for one in answer.embeddings]


def models(job, result):
    result["models"] = [model.name for model in client(job).models.list()]


serve({"gemini": {"plain": plain, "stream": stream, "tools": tools, "embeddings": embeddings, "models": models}})
