"""One connection to an MQTT 5 broker, awaited: the library's thread does the waiting."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from app.domain.errors import AppError
from app.transport.mqtt_address import BrokerAddress, Will

KEEP_ALIVE = 15
TAKEN_OVER = 0x8E
KEPT_FOR = 7200
"""Seconds after which the broker forgets what is retained and was not said again."""

Heard = Callable[[str, bytes, bool], None]
Lost = Callable[[str], None]


class MqttBroker:
    """`heard` gets what is published and whether it is new or kept, `lost` why it ended.

    Both are called in the loop's thread.
    """

    def __init__(self, client_id: str, heard: Heard, lost: Lost) -> None:
        self._heard = heard
        self._lost = lost
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[int, asyncio.Future[None]] = {}
        self._connected: asyncio.Future[int] = self._loop.create_future()
        self._is_over = False
        self._prefix = ""
        self._client = self._made(client_id)

    def _made(self, client_id: str) -> paho.Client:
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            reconnect_on_failure=False,
        )
        client.max_inflight_messages_set(1000)
        client.on_connect = lambda _c, _u, _f, code, _p: self._in_loop(self._answered, code.value)
        client.on_connect_fail = lambda _c, _u: self._in_loop(self._answered, -1)
        client.on_disconnect = lambda _c, _u, _f, code, _p: self._in_loop(self._ended, code.value)
        client.on_message = lambda _c, _u, m: self._in_loop(
            self._came, m.topic, m.payload, not m.retain
        )
        client.on_publish = lambda _c, _u, mid, code, _p: self._in_loop(
            self._settled, mid, not code.is_failure
        )
        client.on_subscribe = client.on_unsubscribe = lambda _c, _u, mid, codes, _p: self._in_loop(
            self._settled, mid, not any(code.is_failure for code in codes)
        )
        return client

    def _in_loop(self, call: Callable[..., None], *args: Any) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, *args)

    async def connect(self, address: BrokerAddress, will: Will) -> None:
        """Come in. Raises AppError("server-unreachable" | "server-refused")."""
        shown = {"server": f"{address.host}:{address.port}"}
        client, self._prefix = self._client, address.prefix
        client.will_set(
            self._prefix + will.topic, will.payload, 1, retain=True, properties=_kept(will=True)
        )
        if address.tls:
            client.tls_set_context(ssl.create_default_context())
        client.connect_async(address.host, address.port, KEEP_ALIVE, clean_start=True)
        client.loop_start()
        code = await self._connected
        if code:
            error = "server-unreachable" if code < 0 else "server-refused"
            raise AppError(error, {**shown, "reason": str(code)})

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Return when the broker has taken it (QoS 1). Raises AppError("signaling-lost").

        An empty payload with `retain` takes back what was retained.
        """
        properties = _kept() if retain and payload else None
        info = self._client.publish(self._prefix + topic, payload, 1, retain, properties)
        await self._accepted(info.rc, info.mid)

    async def subscribe(self, topics: Iterable[str]) -> None:
        """Return when what is published there will be heard. Raises AppError("signaling-lost")."""
        wanted = [(self._prefix + topic, SubscribeOptions(qos=1)) for topic in topics]
        if wanted:
            code, number = self._client.subscribe(wanted)
            await self._accepted(code, number)

    async def unsubscribe(self, topics: Sequence[str]) -> None:
        """Hear no more of it. Raises AppError("signaling-lost")."""
        if topics:
            code, number = self._client.unsubscribe([self._prefix + topic for topic in topics])
            await self._accepted(code, number)

    async def close(self) -> None:
        """Say goodbye, without the will."""
        self._is_over = True
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)
        self._fail("closed-by-us")

    async def _accepted(self, code: MQTTErrorCode, number: int | None) -> None:
        if code != MQTTErrorCode.MQTT_ERR_SUCCESS or number is None or self._is_over:
            raise AppError("signaling-lost", {"reason": "closed"})
        done = self._waiting[number] = self._loop.create_future()
        try:
            await done
        finally:
            self._waiting.pop(number, None)

    def _settled(self, number: int, is_fine: bool) -> None:
        done = self._waiting.get(number)
        if done is None or done.done():
            return
        if is_fine:
            done.set_result(None)
        else:
            done.set_exception(AppError("server-refused", {"reason": "not allowed by the broker"}))

    def _answered(self, code: int) -> None:
        if not self._connected.done():
            self._connected.set_result(code)

    def _came(self, topic: str, payload: bytes, is_new: bool) -> None:
        if not self._is_over:
            self._heard(topic.removeprefix(self._prefix), payload, is_new)

    def _ended(self, code: int) -> None:
        self._answered(-1)
        reason = "replaced" if code == TAKEN_OVER else "silent"
        if not self._is_over:
            self._is_over = True
            self._fail(reason)
            self._lost(reason)

    def _fail(self, reason: str) -> None:
        for done in self._waiting.values():
            if not done.done():
                done.set_exception(AppError("signaling-lost", {"reason": reason}))


def _kept(*, will: bool = False) -> Properties:
    kind = PacketTypes.WILLMESSAGE if will else PacketTypes.PUBLISH
    properties = Properties(kind)  # type: ignore[no-untyped-call]
    properties.MessageExpiryInterval = KEPT_FOR
    return properties
