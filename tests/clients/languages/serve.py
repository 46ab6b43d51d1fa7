"""What all drivers in Python share: a job a line comes in, its result goes out as a line of JSON."""

import json
import sys
import warnings

warnings.filterwarnings("ignore")


def status_of(error):
    for name in ("status_code", "code", "status"):
        value = getattr(error, name, None)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
    return None


def describe(error):
    return {"class": type(error).__name__, "status": status_of(error), "message": str(error)[:2000]}


def serve(apis):
    """`apis`: name -> operation -> (job, result) -> None. What is in `result` when one raises was delivered before."""
    for line in sys.stdin:
        job = json.loads(line)
        result = {"text": ""}
        try:
            apis[job["api"]][job["operation"]](job, result)
        except Exception as error:
            result["error"] = describe(error)
        print(json.dumps(result, default=str), flush=True)
