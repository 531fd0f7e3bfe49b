// A plain Socket.IO server that does what signaling/ does for its wire: challenge, auth, join, signal.
// With REDIS_URL set, rooms reach across processes by Socket.IO's own adapter.
import { createPublicKey, randomBytes, verify } from "node:crypto";
import { createServer } from "node:http";
import { Server } from "socket.io";

const text = (bytes) => bytes.toString("base64url");
const serverId = randomBytes(32);
const DOMAIN = Buffer.from("parlor signaling auth 1\0");
const PREFIX = Buffer.from("302a300506032b6570032100", "hex");
const no = (code) => ({ ok: false, error: { code, message: "" } });

const http = createServer();
const io = new Server(http, { transports: ["websocket"], pingInterval: 15000, pingTimeout: 10000 });
if (process.env.REDIS_URL) {
  const { Redis } = await import("ioredis");
  const { createAdapter } = await import("@socket.io/redis-adapter");
  const publisher = new Redis(process.env.REDIS_URL);
  io.adapter(createAdapter(publisher, publisher.duplicate()));
}

const peers = new Map();
const rooms = new Map();
const far = Boolean(process.env.REDIS_URL);

io.on("connection", (socket) => {
  const nonce = randomBytes(32);
  const mine = new Set();
  let me = null;
  let instance = null;

  socket.emit("challenge", {
    version: 1, nonce: text(nonce), time: Date.now(), server: text(serverId),
  });

  socket.on("auth", (body, answer) => {
    const peer = Buffer.from(body.peer, "base64url");
    const run = Buffer.from(body.instance, "base64url");
    const signed = Buffer.concat([DOMAIN, nonce, serverId, peer, run]);
    const key = createPublicKey({
      key: Buffer.concat([PREFIX, peer]), format: "der", type: "spki",
    });
    if (!verify(null, signed, key, Buffer.from(body.signature, "base64url"))) {
      answer(no("auth-failed"));
      return;
    }
    me = body.peer;
    instance = body.instance;
    peers.set(me, socket);
    if (far) socket.join(`peer:${me}`);
    answer({ ok: true });
  });

  socket.on("join", (body, answer) => {
    if (!me) return answer(no("not-authenticated"));
    let members = rooms.get(body.room);
    if (!members) rooms.set(body.room, (members = new Map()));
    const others = [];
    for (const [peer, there] of members) if (peer !== me) others.push({ peer, instance: there });
    if (!members.has(me)) {
      members.set(me, instance);
      mine.add(body.room);
      socket.join(body.room);
      socket.to(body.room).emit("joined", { room: body.room, peer: me, instance });
    }
    return answer({ ok: true, peers: others });
  });

  socket.on("leave", (body, answer) => {
    leave(body.room);
    answer({ ok: true });
  });

  socket.on("signal", (body, answer) => {
    if (!me) return answer(no("not-authenticated"));
    if (far) {
      io.to(`peer:${body.to}`).emit("signal", { from: me, payload: body.payload });
      return answer({ ok: true });
    }
    const target = peers.get(body.to);
    if (!target || ![...mine].some((room) => rooms.get(room)?.has(body.to))) {
      return answer(no("unknown-peer"));
    }
    target.emit("signal", { from: me, payload: body.payload });
    return answer({ ok: true });
  });

  socket.on("disconnect", () => {
    if (peers.get(me) === socket) peers.delete(me);
    for (const room of [...mine]) leave(room);
  });

  function leave(room) {
    if (!mine.delete(room)) return;
    const members = rooms.get(room);
    members?.delete(me);
    if (members?.size === 0) rooms.delete(room);
    socket.leave(room);
    io.to(room).emit("left", { room, peer: me });
  }
});

http.listen(0, "127.0.0.1", () => {
  console.log(JSON.stringify({ event: "listening", url: `http://127.0.0.1:${http.address().port}` }));
});
