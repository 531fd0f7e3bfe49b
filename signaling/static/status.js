// The status page: asks the server's own API with the token, and follows its stream of events.
const KEEP = "parlor-admin-token";
const POINTS = 300;
const TILES = [
  ["peers", "Peers"], ["connections", "Connections"], ["rooms", "Rooms"], ["listed", "In the directory"],
  ["signals", "Signals relayed"], ["bytes", "Relayed"], ["p99", "99 % answered within"], ["uptime", "Running for"],
];
const $ = (id) => document.getElementById(id);
const peers = [];
let following = null;

function size(bytes) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let at = 0;
  while (bytes >= 1000 && at < units.length - 1) { bytes /= 1000; at += 1; }
  return `${at ? bytes.toFixed(1) : bytes} ${units[at]}`;
}

function span(seconds) {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86400)} days`;
}

function values(stats) {
  return {
    ...stats,
    signals: stats.relayed.signals.toLocaleString(),
    bytes: size(stats.relayed.bytes),
    p99: stats.seconds.p99 === null ? "–" : `${(stats.seconds.p99 * 1000).toFixed(2)} ms`,
    uptime: span(stats.uptime),
  };
}

function tile(name, label, shown) {
  const box = document.createElement("div");
  const term = document.createElement("dt");
  const number = document.createElement("dd");
  term.textContent = label;
  number.textContent = shown;
  number.id = `now-${name}`;
  box.append(term, number);
  return box;
}

function rows(id, pairs) {
  $(id).replaceChildren(...pairs.map((cells) => {
    const row = document.createElement("tr");
    row.append(...cells.map((text) => {
      const cell = document.createElement("td");
      cell.textContent = text;
      return cell;
    }));
    return row;
  }));
}

function draw() {
  const canvas = $("chart");
  const ratio = window.devicePixelRatio || 1;
  canvas.width = canvas.clientWidth * ratio;
  canvas.height = canvas.clientHeight * ratio;
  const pen = canvas.getContext("2d");
  const top = Math.max(1, ...peers);
  pen.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue("--accent");
  pen.lineWidth = 2 * ratio;
  pen.beginPath();
  peers.forEach((count, index) => {
    const x = (index / (POINTS - 1)) * canvas.width;
    const y = canvas.height - 4 * ratio - (count / top) * (canvas.height - 8 * ratio);
    if (index) pen.lineTo(x, y); else pen.moveTo(x, y);
  });
  pen.stroke();
}

function show(stats) {
  const shown = values(stats);
  $("now").replaceChildren(...TILES.map(([name, label]) => tile(name, label, shown[name])));
  rows("requests", Object.entries(stats.requests));
  rows("refusals", Object.entries(stats.refusals));
  peers.push(stats.peers);
  if (peers.length > POINTS) peers.shift();
  draw();
}

function ask(path, token, signal) {
  return fetch(`api/v1/${path}`, { headers: { Authorization: `Bearer ${token}` }, signal, cache: "no-store" });
}

async function showRooms(token, signal) {
  const found = await (await ask("rooms", token, signal)).json();
  rows("rooms", found.sizes.filter((one) => one.rooms).map((one) => [one.up_to ?? "more", one.rooms]));
}

async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest += value;
    const parts = rest.split("\n\n");
    rest = parts.pop();
    for (const part of parts) {
      const fields = Object.fromEntries(part.split("\n").map((line) => [line.split(":", 1)[0], line.slice(line.indexOf(":") + 2)]));
      if (fields.event) yield [fields.event, JSON.parse(fields.data)];
    }
  }
}

async function follow(token, signal) {
  const answer = await ask("events", token, signal);
  if (!answer.ok) throw await answer.json();
  sessionStorage.setItem(KEEP, token);
  $("door").hidden = true;
  $("numbers").hidden = false;
  $("error").textContent = "";
  $("state").textContent = "Live";
  for await (const [name, data] of events(answer.body)) {
    if (name === "stats") {
      show(data);
      await showRooms(token, signal);
    } else if (name === "stopping") {
      $("state").textContent = "The server is stopping";
    }
  }
}

async function stay(token) {
  following?.abort();
  const here = following = new AbortController();
  while (!here.signal.aborted) {
    try {
      await follow(token, here.signal);
    } catch (problem) {
      if (here.signal.aborted) return;
      if (problem.error) return leave(problem.error.message);
    }
    $("state").textContent = "Not connected, trying again";
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
}

function leave(why) {
  following?.abort();
  sessionStorage.removeItem(KEEP);
  $("numbers").hidden = true;
  $("door").hidden = false;
  $("error").textContent = why;
  $("state").textContent = "Not connected";
  $("token").focus();
}

$("door").addEventListener("submit", (event) => {
  event.preventDefault();
  stay($("token").value);
  $("token").value = "";
});
$("leave").addEventListener("click", () => leave(""));
window.addEventListener("resize", draw);
const kept = sessionStorage.getItem(KEEP);
if (kept) stay(kept); else $("token").focus();
