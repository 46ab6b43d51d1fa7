"""LiteLLM's own client of its proxy's admin API, against a server that answers it. Prints what it was told, as JSON.
Usage: client.py BASE-URL KEY"""

import json
import sys

from litellm.proxy.client import Client
from litellm.proxy.client.health import HealthManagementClient
from litellm.proxy.client.users import UsersManagementClient

base_url, key = sys.argv[1:3]
client = Client(base_url=base_url, api_key=key)
users = UsersManagementClient(base_url, key)

user = users.create_user({"user_email": "client@example.com", "user_role": "internal_user", "max_budget": 5})
made = client.keys.generate(models=["smart"], duration="30d", key_alias="by the client", user_id=user["user_id"])
told = {
    "user": users.get_user(user["user_id"]),
    "users": users.list_users(),
    "made": made,
    "info": client.keys.info(key=made["key"]),
    "updated": client.keys.update(key=made["key"], models=["cheap"]),
    "listed": client.keys.list(key_alias="by the client", return_full_object=True),
    "teams": client.teams.list(),
    "teams_v2": client.teams.list_v2(),
    "models": client.models.list(),
    "model_info": client.models.info(),
    "groups": client.model_groups.info(),
    "readiness": HealthManagementClient(base_url, key).get_readiness(),
    "deleted": client.keys.delete(keys=[made["key"]]),
    "gone": users.delete_user([user["user_id"]]),
}
try:
    Client(base_url=base_url, api_key="sk-of-nobody").keys.list()
    told["stranger"] = "was answered"
except Exception as error:
    told["stranger"] = type(error).__name__
print(json.dumps(told))
