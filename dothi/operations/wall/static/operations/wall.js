// The wall: keeps points and figures as the stream tells them, and says when it has lost touch.
import { drawnMap, movingMap } from "./maps.js";
import { follow } from "./stream.js";

const root = document.querySelector("[data-wall]");
const badge = document.querySelector("[data-connection-badge]");
const banner = document.querySelector("[data-lost-banner]");
const says = document.querySelector("[data-says]");
const language = document.documentElement.lang;
const zone = root.dataset.zone;
const WIDE = matchMedia("(min-width: 60rem)");

// --- Time, in the zone and the language of the house --------------------------------------------
const hours = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone });
const seconds = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: zone });
const days = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { weekday: "long", day: "2-digit", month: "2-digit", year: "numeric", timeZone: zone });
const put = (selector, words) => {
  const place = document.querySelector(selector);
  if (place && place.textContent !== words) place.textContent = words;
};
function tick() {
  const now = new Date();
  put("[data-clock]", hours.format(now));
  put("[data-day]", days.format(now));
}
tick();
setInterval(tick, 1000);

// --- Figures ------------------------------------------------------------------------------------
const number = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const exact = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const words = (value, unit = "", places = 0) => (value === null ? "–" : `${(places ? exact : number).format(value)}${unit && `\u00a0${unit}`}`);
let saidAt = 0;
let overdue = null;

function figures({ tiles, wards }) {
  for (const { name, code, value, unit, tone, places, time } of tiles) {
    const box = document.querySelector(`[data-tile="${name}"]`);
    if (!box) continue;
    box.className = `tile ${tone}`;
    const shown = box.querySelector(".value");
    if (shown.textContent !== words(value, unit, places)) shown.textContent = words(value, unit, places);
    const told = box.querySelector("small");  // Over what it was counted; the time stands last.
    if (!told.textContent.endsWith(time)) told.textContent = told.textContent.replace(/\S+$/, time);
    if (code === "feedback.overdue") sayOverdue(value);
  }
  for (const ward of wards) {
    const row = document.querySelector(`[data-ward="${ward.code}"]`);
    if (!row) continue;
    row.querySelector("[data-open]").textContent = words(ward.open);
    const late = row.querySelector("[data-overdue]");
    late.textContent = words(ward.overdue);
    late.classList.toggle("late", ward.overdue > 0);
    row.querySelector("[data-on-time]").textContent = words(ward.on_time, "%");
    if (!ward.code) row.hidden = !ward.open;
  }
}

// A screen reader hears of overdue reports when their number changes, at most once a minute.
function sayOverdue(value) {
  if (overdue !== null && value !== overdue && Date.now() - saidAt > 60_000) {
    says.textContent = `${says.dataset.overdueIs}: ${value}`;
    saidAt = Date.now();
  }
  overdue = value;
}

// --- Points -------------------------------------------------------------------------------------
const points = new Map();
const shapes = {};
for (const path of document.querySelectorAll("[data-shape]")) shapes[path.dataset.shape] = path.getAttribute("d");
let draw = drawnMap(root.querySelector("[data-drawn-map]"), shapes);
let waiting = false;

function isWanted({ unit, category }) {
  return (!root.dataset.unit || unit === root.dataset.unit) && (!root.dataset.category || category === root.dataset.category);
}
function keep(point) {
  if (isWanted(point)) points.set(point.source, point);
  else points.delete(point.source);
  redraw();
}
// A burst is drawn once.
function redraw() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    draw(points);
    put("[data-shown]", number.format(points.size));
  });
}

// Everything anew: at the start, and when too much was missed. Returns the place it shows.
async function again() {
  const found = await fetch(root.dataset.points, { cache: "no-store" }).then((answer) => answer.json());
  points.clear();
  for (const { id, geometry, properties } of found.features) {
    const [lon, lat] = geometry.coordinates;
    const point = { source: id, lon, lat, ...properties };
    if (isWanted(point)) points.set(id, point);
  }
  redraw();
  happened();
  return found.place;
}

// --- What happened last, at most every three seconds ----------------------------------------------
let asked = false;
function happened() {
  if (asked) return;
  asked = true;
  setTimeout(async () => {
    asked = false;
    const answer = await fetch(root.dataset.latest, { cache: "no-store" }).catch(() => null);
    if (answer?.ok) document.querySelector(".latest").innerHTML = await answer.text();
  }, 3000);
}

// --- The stream -----------------------------------------------------------------------------------
function lost(since) {
  document.body.classList.add("is-lost");
  badge.className = "badge late";
  badge.textContent = badge.parentElement.dataset.lost;
  document.querySelector("[data-lost-since]").textContent = seconds.format(since);
  banner.hidden = false;
  says.textContent = says.dataset.lost;
}
function back() {
  document.body.classList.remove("is-lost");
  badge.className = "badge good";
  badge.textContent = badge.parentElement.dataset.live;
  banner.hidden = true;
  says.textContent = says.dataset.back;
}
function take(kind, data) {
  if (kind === "figures") figures(data);
  if (kind === "point") keep({ ...data, unit: data.unit_code });
  if (kind === "gone") { points.delete(data.source); redraw(); }
  if (kind === "happened") happened();
}

// --- Full screen ------------------------------------------------------------------------------------
const full = document.querySelector("[data-fullscreen]");
if (document.fullscreenEnabled) {
  const turn = () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen());
  full.hidden = false;
  full.addEventListener("click", turn);
  addEventListener("keydown", (event) => {
    if (event.key === "f" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest("input, select, textarea")) turn();
  });
  addEventListener("fullscreenchange", () => full.setAttribute("aria-pressed", String(Boolean(document.fullscreenElement))));
}

const place = await again().catch(() => root.dataset.after);
follow({ url: root.dataset.stream, place, silence: Number(root.dataset.silence), take, lost, back, again });

// Over the drawn map one to move about in, where the screen is wide and can draw it.
if (WIDE.matches) {
  movingMap(root, shapes).then((drawMoving) => {
    root.querySelector("[data-drawn-map]").remove();
    draw = drawMoving;
    redraw();
  }).catch(() => {});
}
