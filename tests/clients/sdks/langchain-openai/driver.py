from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from serve import serve


@tool
def get_weather(city: str) -> str:
    """The weather in a city."""
    return ""


def model(job):
    return ChatOpenAI(model=job["model"], base_url=job["url"] + "/v1", api_key=job["key"])


def plain(job, result):
    message = model(job).invoke(job["prompt"])
    result.update(text=message.content, finish=message.response_metadata.get("finish_reason"))


def stream(job, result):
    for chunk in model(job).stream(job["prompt"]):
        result["text"] += chunk.content
        result["finish"] = chunk.response_metadata.get("finish_reason") or result.get("finish")


def tools(job, result):
    bound = model(job).bind_tools([get_weather])
    told = [HumanMessage(job["prompt"])]
    message = bound.invoke(told)
    result["calls"] = [{"name": call["name"], "arguments": call["args"]} for call in message.tool_calls]
    results = [ToolMessage(job["tool"]["result"], tool_call_id=call["id"]) for call in message.tool_calls]
    result["text"] = bound.invoke([*told, message, *results]).content


def embeddings(job, result):
    # Without this setting it sends tokens, for which it fetches a vocabulary from the network.
    asked = OpenAIEmbeddings(
        model=job["model"], base_url=job["url"] + "/v1", api_key=job["key"], check_embedding_ctx_length=False
    )
    result["vectors"] = [len(vector) for vector in asked.embed_documents(["left", "right"])]


serve({"chat": {"plain": plain, "stream": stream, "tools": tools, "embeddings": embeddings}})
