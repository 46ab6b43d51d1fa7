import instructor
from openai import OpenAI
from pydantic import BaseModel
from serve import serve


class Weather(BaseModel):
    city: str


def ask(job, prompt, response_model):
    client = instructor.from_openai(OpenAI(base_url=job["url"] + "/v1", api_key=job["key"]))
    told = [{"role": "user", "content": prompt}]
    request = {"model": job["model"], "messages": told, "response_model": response_model, "max_retries": 0}
    return client.chat.completions.create(**request)


def plain(job, result):
    result["text"] = ask(job, job["prompt"], None).choices[0].message.content


def tools(job, result):
    """A structured answer, which it reads from a call of a tool named like the class."""
    Weather.__name__ = job["tool"]["name"]
    result["calls"] = [{"name": Weather.__name__, "arguments": {"city": ask(job, job["prompt"], Weather).city}}]
    result["text"] = ask(job, "How warm are " + job["tool"]["result"] + "?", None).choices[0].message.content


serve({"chat": {"plain": plain, "tools": tools}})
