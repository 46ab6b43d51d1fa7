"""Asks a server all that scim2-tester asks, and prints what came of each check, one JSON object a line."""

import json
import sys

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import check_server

url, token = sys.argv[1:3]
http = Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60)
for result in check_server(SyncSCIMClient(http)):
    facts = {"status": result.status.name, "title": result.title, "reason": str(result.reason or "")[:600]}
    print(json.dumps(facts), flush=True)
