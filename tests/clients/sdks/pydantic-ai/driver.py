import asyncio

from pydantic_ai import Agent
from pydantic_ai.messages import ToolCallPart
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider
from serve import serve


def agent(job):
    provider = OpenAIProvider(base_url=job["url"] + "/v1", api_key=job["key"])
    return Agent(OpenAIChatModel(job["model"], provider=provider), retries=0)


def plain(job, result):
    result["text"] = agent(job).run_sync(job["prompt"]).output


async def read_stream(job, result):
    async with agent(job).run_stream(job["prompt"]) as run:
        # Its own debounce would hold back what came within a tenth of a second before an error.
        async for piece in run.stream_text(delta=True, debounce_by=None):
            result["text"] += piece


def stream(job, result):
    asyncio.run(read_stream(job, result))


def tools(job, result):
    asked = agent(job)

    @asked.tool_plain(name=job["tool"]["name"])
    def weather(city: str) -> str:
        """The weather in a city."""
        return job["tool"]["result"]

    run = asked.run_sync(job["prompt"])
    calls = [part for message in run.all_messages() for part in message.parts if isinstance(part, ToolCallPart)]
    result["calls"] = [{"name": call.tool_name, "arguments": call.args_as_dict()} for call in calls]
    result["text"] = run.output


serve({"chat": {"plain": plain, "stream": stream, "tools": tools}})
