"""The proxy before localstripe: the frame, idempotency, a bound on refunds, misbehaviour."""

from __future__ import annotations

import asyncio
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import aiohttp
from aiohttp import web

if TYPE_CHECKING:
    from tests.rig.processor import Processor

SECRET = "sk_test_of_the_rig"
HERE = Path(__file__).parent
DECLINED = "4000000000000341"
UNKNOWN = ("allowed_payment_method_types",)
"""Parameters of today's Stripe that localstripe does not take."""


def authorized() -> dict[str, str]:
    return {"Authorization": "Bearer " + SECRET}


def behind(at: Processor, path: str) -> str:
    return f"http://127.0.0.1:{at.behind}{path}"


async def ask(at: Processor, session: aiohttp.ClientSession, path: str, **said: Any) -> tuple[int, Any]:
    async with session.post(behind(at, path), data=said, headers=authorized()) as answer:
        return answer.status, await answer.json()


async def confirm(at: Processor, session: aiohttp.ClientSession, said: dict[str, Any]) -> dict[str, Any]:
    """Do what the processor's frame does: make a method of the card, lay it to the payment, confirm it."""
    card = {
        "type": "card",
        "card[number]": said["number"].replace(" ", ""),
        "card[exp_month]": "12",
        "card[exp_year]": "2040",
        "card[cvc]": "123",
    }
    intent = f"/v1/payment_intents/{said['name']}"
    if card["card[number]"] == DECLINED:
        # What localstripe has refused once is refused there for ever; with Stripe another card can pay.
        at.declined[said["name"]] = {"code": "card_declined", "message": "Your card was declined."}
        return {"error": at.declined[said["name"]]}
    if not said.get("asked"):
        status, method = await ask(at, session, "/v1/payment_methods", **card)
        if status == 200:
            status, method = await ask(at, session, intent, payment_method=method["id"])
        if status != 200:
            return {"error": {"message": "This is no card number.", "code": "incorrect_number"}}
        status, done = await ask(at, session, intent + "/confirm")
        if status != 200:
            return {"error": done.get("error", {"message": "It cannot be paid."})}
        if done["status"] != "requires_action":
            return {"paymentIntent": done}
        if "sure" not in said:
            return {"asks": True}
    sure = "true" if said.get("sure") else "false"
    secret = at.secrets.get(said["name"], "")
    status, done = await ask(at, session, intent + "/_authenticate", success=sure, client_secret=secret)
    if status != 200 or done["status"] != "succeeded":
        return {"error": {"message": "The bank said no.", "code": "payment_intent_authentication_failure"}}
    return {"paymentIntent": done}


def application(at: Processor) -> web.Application:
    app = web.Application(client_max_size=2**20)
    session: list[aiohttp.ClientSession] = []

    async def begin(_app: web.Application) -> None:
        session.append(aiohttp.ClientSession())

    async def end(_app: web.Application) -> None:
        await session[0].close()

    app.on_startup.append(begin)
    app.on_cleanup.append(end)

    async def part(request: web.Request) -> web.Response:
        name, kind = {
            "/v3/": ("frame.js", "text/javascript"),
            "/frame": ("frame.html", "text/html"),
            "/frame.js": ("inside.js", "text/javascript"),
        }[request.path]
        return web.Response(text=(HERE / name).read_text(), content_type=kind)

    async def paid(request: web.Request) -> web.Response:
        said = await request.json()
        if at.secrets.get(said["name"]) != said["secret"]:
            return web.json_response({"error": {"message": "Unknown payment."}}, status=401)
        return web.json_response(await confirm(at, session[0], said))

    async def secrets(_request: web.Request) -> web.Response:
        return web.json_response(at.secrets)

    async def hear(request: web.Request) -> web.Response:
        body, signature = await request.read(), request.headers["Stripe-Signature"]
        at.messages.append((body, signature))
        for _time in range(at.repeats if at.hears else 0):
            headers = {"Stripe-Signature": signature, "Content-Type": "application/json"}
            try:
                async with session[0].post(at.hears, data=body, headers=headers):
                    pass
            except aiohttp.ClientError:
                pass
        return web.Response()

    async def pass_on(request: web.Request) -> web.StreamResponse:
        at.calls.append((request.method, request.path, request.headers.get("Idempotency-Key", "")))
        if at.silent:
            await asyncio.sleep(0.05)
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        body = await request.read()
        at.bodies.append(body.decode())
        status, answer = await _once(at, session[0], request, body)
        lost = next((part for part in at.loses if part in request.path), None)
        if lost is not None and request.method == "POST":
            at.loses.discard(lost)
            assert request.transport is not None
            request.transport.close()
        return web.Response(body=answer, status=status, content_type="application/json")

    app.router.add_get("/v3/", part)
    app.router.add_get("/frame", part)
    app.router.add_get("/frame.js", part)
    app.router.add_post("/confirm", paid)
    app.router.add_post("/hear", hear)
    app.router.add_get("/secrets", secrets)
    app.router.add_route("*", "/v1/{path:.*}", pass_on)
    return app


async def _once(
    at: Processor, session: aiohttp.ClientSession, request: web.Request, body: bytes
) -> tuple[int, bytes]:
    """Act once for each idempotency key: the same words get the same answer, others under it an error."""
    key = request.headers.get("Idempotency-Key", "")
    digest = hashlib.sha256(request.path.encode() + body).hexdigest()
    if request.method == "POST" and key in at.kept:
        known, status, answer = at.kept[key]
        if known != digest:
            fault = {"error": {"type": "idempotency_error", "message": "Other words under the same key."}}
            return 400, json.dumps(fault).encode()
        return status, answer
    pairs = [(name, value) for name, value in parse_qsl(body.decode()) if not name.startswith(UNKNOWN)]
    if request.method == "POST" and request.path == "/v1/refunds":
        too_much = await _too_much(at, session, dict(pairs))
        if too_much is not None:
            return 400, json.dumps({"error": too_much}).encode()
    url = behind(at, str(request.rel_url))
    since = ""
    if request.path == "/v1/payment_intents" and request.method == "GET":
        since = request.query.get("created[gte]", "")
        url = behind(at, "/v1/payment_intents?limit=100")
    headers = {name: request.headers[name] for name in ("Authorization",) if name in request.headers}
    if request.method == "POST":
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    said = urlencode(pairs).encode() if request.method == "POST" else None
    async with session.request(request.method, url, data=said, headers=headers) as got:
        status, answer = got.status, await got.read()
    if since and status == 200:
        listed = json.loads(answer)
        listed["data"] = [one for one in listed["data"] if one["created"] >= int(since)]
        answer = json.dumps(listed).encode()
    if status == 200 and b"client_secret" in answer:
        found = json.loads(answer)
        if "client_secret" in found:
            at.secrets[found["id"]] = found["client_secret"]
            if found["id"] in at.declined and found["status"] != "succeeded":
                found["last_payment_error"] = at.declined[found["id"]]
                answer = json.dumps(found).encode()
    if request.method == "POST" and key and status < 500:
        at.kept[key] = digest, status, answer
    return status, answer


async def _too_much(
    at: Processor, session: aiohttp.ClientSession, asked: dict[str, str]
) -> dict[str, str] | None:
    path = f"/v1/payment_intents/{asked.get('payment_intent', '')}"
    async with session.get(behind(at, path), headers=authorized()) as answer:
        intent = await answer.json()
    charge = (intent.get("charges") or {}).get("data") or [{}]
    left = charge[0].get("amount", 0) - charge[0].get("amount_refunded", 0)
    if int(asked.get("amount") or 0) <= left:
        return None
    code = "charge_already_refunded" if not left else "amount_too_large"
    return {"type": "invalid_request_error", "code": code, "message": "More than is left."}
