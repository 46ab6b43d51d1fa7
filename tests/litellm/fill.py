"""Makes the tables of LiteLLM by its own migrations, and rows as its proxy writes them: keys by their SHA-256, models encrypted, spend added up
request by request, resets by its own rule. Prints what a move has to come to, as JSON. Usage: fill.py DATABASE-URL UPSTREAM-URL SALT-KEY"""

import base64
import hashlib
import json
import os
import random
import sys
import uuid
from datetime import datetime, timedelta, timezone
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import litellm_proxy_extras
import psycopg
from litellm.litellm_core_utils.duration_parser import get_next_standardized_reset_time
from litellm.proxy.common_utils.encrypt_decrypt_utils import encrypt_value
from psycopg.types.json import Jsonb

url, upstream, salt_key = sys.argv[1:4]
chance = random.Random(20261201)
now = datetime.now(timezone.utc).replace(tzinfo=None)
db = psycopg.connect(url, autocommit=True)


def migrate() -> int:
    folder = Path(litellm_proxy_extras.__file__).parent / "migrations"
    steps = sorted(folder.glob("*/migration.sql"))
    for step in steps:
        # Some are written for tables that already have rows, or that others have made meanwhile: as Prisma, one after the other.
        db.execute(step.read_text())
    return len(steps)


def insert(table: str, **row):
    columns = {name: Jsonb(value) if isinstance(value, dict) else value for name, value in row.items()}
    names = ", ".join(f'"{name}"' for name in columns)
    places = ", ".join(["%s"] * len(columns))
    db.execute(f'insert into "{table}" ({names}) values ({places})', list(columns.values()))


def sealed(params: dict) -> dict:
    def seal(text):
        return base64.urlsafe_b64encode(encrypt_value(text, salt_key)).decode() if isinstance(text, str) else text

    return {name: seal(value) for name, value in params.items()}


def reset_at(duration):
    return get_next_standardized_reset_time(duration, datetime.now(timezone.utc)).replace(tzinfo=None)


stamps = {"created_by": "admin", "updated_by": "admin", "updated_at": now}


def budget(budget_id, amount, duration=None, **limits):
    reset = reset_at(duration) if duration else None
    insert("LiteLLM_BudgetTable", budget_id=budget_id, max_budget=amount, budget_duration=duration, budget_reset_at=reset, **limits, **stamps)


def organisation(organization_id, alias, budget_id):
    insert("LiteLLM_OrganizationTable", organization_id=organization_id, organization_alias=alias, budget_id=budget_id, models=[], **stamps)


def team(team_id, alias, members, **row):
    roles = [{"user_id": user, "role": role} for user, role in members.items()]
    insert("LiteLLM_TeamTable", team_id=team_id, team_alias=alias, members_with_roles=Jsonb(roles), updated_at=now, **row)


def user(user_id, email, role="internal_user", **row):
    insert("LiteLLM_UserTable", user_id=user_id, user_email=email, user_role=role, updated_at=now, **row)


secrets = {}


def key(alias, **row):
    secret = "sk-" + base64.urlsafe_b64encode(chance.randbytes(16)).decode().rstrip("=")
    secrets[alias] = secret
    duration = row.get("budget_duration")
    if duration and "budget_reset_at" not in row:
        row["budget_reset_at"] = reset_at(duration)
    token = hashlib.sha256(secret.encode()).hexdigest()
    insert("LiteLLM_VerificationToken", token=token, key_name="sk-..." + secret[-4:], key_alias=alias, updated_at=now, **{"models": [], **row})
    return token


def spend(token, team_id, user_id, organization_id, day, cost, model="smart"):
    """As the proxy does for one request, a batch later: each sum becomes larger by the cost."""
    db.execute('update "LiteLLM_VerificationToken" set spend = spend + %s, total_spend = total_spend + %s where token = %s', [cost, cost, token])
    db.execute('update "LiteLLM_TeamTable" set spend = spend + %s where team_id = %s', [cost, team_id])
    db.execute('update "LiteLLM_UserTable" set spend = spend + %s where user_id = %s', [cost, user_id])
    db.execute('update "LiteLLM_OrganizationTable" set spend = spend + %s where organization_id = %s', [cost, organization_id])
    started = datetime.combine(day, datetime.min.time()) + timedelta(seconds=chance.randrange(80_000))
    insert("LiteLLM_SpendLogs", request_id=str(uuid.UUID(int=chance.getrandbits(128))), call_type="acompletion", api_key=token, spend=cost,
           total_tokens=120, prompt_tokens=100, completion_tokens=20, startTime=started, endTime=started + timedelta(seconds=1),
           model="gpt-4o-mini", model_group=model, custom_llm_provider="openai", team_id=team_id, user=user_id or "", updated_at=now)
    db.execute(
        '''insert into "LiteLLM_DailyUserSpend" (id, user_id, date, api_key, model, model_group, custom_llm_provider, endpoint, prompt_tokens,
             completion_tokens, cache_read_input_tokens, spend, api_requests, successful_requests, updated_at)
           values (%s, %s, %s, %s, 'gpt-4o-mini', %s, 'openai', '/chat/completions', 100, 20, 7, %s, 1, 1, %s)
           on conflict (user_id, date, api_key, model, custom_llm_provider, mcp_namespaced_tool_name, endpoint) do update set
             spend = "LiteLLM_DailyUserSpend".spend + excluded.spend, api_requests = "LiteLLM_DailyUserSpend".api_requests + 1,
             prompt_tokens = "LiteLLM_DailyUserSpend".prompt_tokens + 100, successful_requests = "LiteLLM_DailyUserSpend".successful_requests + 1,
             completion_tokens = "LiteLLM_DailyUserSpend".completion_tokens + 20,
             cache_read_input_tokens = "LiteLLM_DailyUserSpend".cache_read_input_tokens + 7''',
        [str(uuid.UUID(int=chance.getrandbits(128))), user_id or "", day.isoformat(), token, model, cost, now],
    )


def fill():
    budget("b-acme", 5000.0, "30d", rpm_limit=6000)
    budget("b-small", 2.5, tpm_limit=90000)
    budget("b-member", 10.0)
    organisation("org-acme", "Acme", "b-acme")
    people = {"ada": "ada@acme.example", "bob": "bob@acme.example", "eve": None, "root": "root@acme.example"}
    user("ada", people["ada"], max_budget=300.0, budget_duration="1mo", budget_reset_at=reset_at("1mo"), models=[])
    user("bob", people["bob"], models=["cheap"])
    user("eve", people["eve"], models=[])
    user("root", people["root"], role="proxy_admin", password="scrypt:x", models=[])
    team("team-research", "Research", {"ada": "admin", "bob": "user"}, organization_id="org-acme", max_budget=1000.0, budget_duration="30d",
         budget_reset_at=reset_at("30d"), models=["smart", "cheap"], rpm_limit=500)
    team("team-sales", "Sales", {"bob": "user"}, organization_id="org-acme", max_budget=77.77, models=["all-proxy-models"])
    team("team-ops", "Operations", {"eve": "user"}, models=[], tpm_limit=100000, max_parallel_requests=25)
    insert("LiteLLM_TeamMembership", user_id="bob", team_id="team-research", spend=1.0, budget_id="b-member")
    for name, model in {"stored": "gpt-4.1-mini"}.items():
        params = {"model": f"openai/{model}", "api_key": "sk-sealed-in-the-database", "api_base": f"{upstream}/v1", "rpm": 50}
        insert("LiteLLM_ProxyModelTable", model_id=str(uuid.uuid4()), model_name=name, litellm_params=sealed(params), model_info={}, **stamps)
    insert("LiteLLM_EndUserTable", user_id="customer", spend=3.0, budget_id="b-member")
    insert("LiteLLM_TagTable", tag_name="batch", models=[], spend=1.0, updated_at=now)

    research = {"team_id": "team-research"}
    tokens = {
        "research-1": (key("research-1", user_id="ada", max_budget=50.0, budget_duration="30d", rpm_limit=100, **research), "team-research", "ada"),
        "research-2": (key("research-2", user_id="bob", models=["cheap"], metadata={"tags": ["nightly", "batch"]}, **research), "team-research", "bob"),
        "research-3": (key("research-3", max_budget=0.004, **research), "team-research", None),
        "research-4": (key("research-4", budget_id="b-small", **research), "team-research", None),
        "research-5": (key("research-5", max_budget=9.99, budget_duration="7d", **research), "team-research", None),
        "sales-1": (key("sales-1", team_id="team-sales", user_id="bob", max_budget=5.0, budget_duration="24h"), "team-sales", "bob"),
        "sales-2": (key("sales-2", team_id="team-sales", models=["smart"]), "team-sales", None),
        "sales-3": (key("sales-3", team_id="team-sales", blocked=True), "team-sales", None),
        "sales-4": (key("sales-4", team_id="team-sales", max_budget=1.0, budget_duration="14d"), "team-sales", None),
        "sales-5": (key("sales-5", team_id="team-sales", expires=now + timedelta(days=3)), "team-sales", None),
        "ops-1": (key("ops-1", team_id="team-ops", tpm_limit=50000, max_parallel_requests=5), "team-ops", None),
        "ops-2": (key("ops-2", team_id="team-ops", expires=now - timedelta(days=1)), "team-ops", None),
        "ops-3": (key("ops-3", team_id="team-ops", user_id="ada"), "team-ops", "ada"),
        "ops-4": (key("ops-4", team_id="team-ops", models=["all-team-models"]), "team-ops", None),
        "ops-5": (key("ops-5", team_id="team-ops", model_max_budget={"smart": {"budget_limit": 1.0, "time_period": "1d"}}), "team-ops", None),
        "ada-own": (key("ada-own", user_id="ada", soft_budget_cooldown=False), None, "ada"),
        "bob-own": (key("bob-own", user_id="bob"), None, "bob"),
        "bob-routes": (key("bob-routes", user_id="bob", allowed_routes=["/embeddings"], models=["*"]), None, "bob"),
        "nobodys": (key("nobodys", max_budget=3.0), None, None),
        "late": (key("late", user_id="ada", max_budget=4.0, budget_duration="1d", budget_reset_at=now - timedelta(hours=2)), None, "ada"),
    }
    for alias, (token, team_id, user_id) in tokens.items():
        organization = "org-acme" if team_id in ("team-research", "team-sales") else None
        for _ in range(chance.randrange(4, 30)):
            day = (now - timedelta(days=chance.randrange(1, 60))).date()
            spend(token, team_id, user_id, organization, day, chance.choice([0.0001, 0.00023, 3.3e-05, 0.012345, 1.7e-06]) * chance.randrange(1, 9))
    return tokens


def nanos(value) -> str:
    """The nearest nano-USD of the fraction that is stored."""
    told = Decimal(float(value)).quantize(Decimal("0.000000001"), ROUND_HALF_EVEN).normalize()
    return format(told, "f")


def expected(tokens):
    rows = {alias: db.execute('select spend, total_spend from "LiteLLM_VerificationToken" where token = %s', [token]).fetchone() for alias, (token, _, _) in tokens.items()}
    of = lambda table, column: {row[0]: nanos(row[1]) for row in db.execute(f'select "{column}", spend from "{table}"').fetchall()}
    used = db.execute('select date, sum(spend), sum(api_requests) from "LiteLLM_DailyUserSpend" group by 1 order by 1').fetchall()
    rows_of_usage = db.execute('select sum(spend) from "LiteLLM_DailyUserSpend" group by date, api_key, model_group').fetchall()
    return {
        "keys": {alias: {"secret": secrets[alias], "spend": nanos(row[0]), "total": nanos(row[1])} for alias, row in rows.items()},
        "teams": of("LiteLLM_TeamTable", "team_alias"),
        "users": of("LiteLLM_UserTable", "user_id"),
        "organisations": of("LiteLLM_OrganizationTable", "organization_alias"),
        "usage": {"cost": format(sum((Decimal(nanos(row[0])) for row in rows_of_usage), Decimal(0)).normalize(), "f"), "requests": int(sum(row[2] for row in used))},
    }


steps = migrate()
told = expected(fill())
print(json.dumps({"migrations": steps, **told}))
