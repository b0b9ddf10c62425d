// Choose the place: where I am, a tap on the map, the arrow keys on it, or a known address.
// Without a script the list of places does it.
import { openMap, whenSeen } from "../web/map.js";

const tools = document.querySelector("[data-pick-place]");
const figure = document.querySelector("figure[data-pick]");
const lon = document.querySelector("#id_lon");
const lat = document.querySelector("#id_lat");
const said = document.querySelector("[data-place-said]");
const METRE = 1 / 111320;
const STEP = 10;
const SVG = "http://www.w3.org/2000/svg";
let live = null; // The live map, once it is there.
let pin = null;
let asked = 0;

const chosen = () => (lon.value && lat.value ? [+lon.value, +lat.value] : null);

function say(lead, words, more = "") {
  said.hidden = false;
  const strong = document.createElement("strong");
  strong.textContent = words;
  said.replaceChildren(`${lead} `, strong, more ? ` ${more}` : "");
}

async function describe(lead, more) {
  const [x, y] = chosen();
  asked += 1;
  const mine = asked;
  try {
    const answer = await fetch(`${tools.dataset.where}?lon=${x}&lat=${y}`);
    const found = await answer.json();
    if (mine !== asked) return; // A newer place was chosen meanwhile.
    said.className = found.inside ? "notice good" : "notice warning";
    say(lead, found.words ?? found.error, more);
    const ward = document.querySelector("#id_unit");
    if (ward && found.unit) ward.value = found.unit;
  } catch {
    say(lead, `${y.toFixed(5)}, ${x.toFixed(5)}`);
  }
}

export function keep(x, y, lead = tools.dataset.fromMap, more = "") {
  lon.value = x.toFixed(6);
  lat.value = y.toFixed(6);
  tools.querySelector("[data-clear]").hidden = false;
  mark();
  describe(lead, more);
}

export const words = () => tools.dataset;

function forget() {
  lon.value = "";
  lat.value = "";
  asked += 1;
  said.hidden = true;
  tools.querySelector("[data-clear]").hidden = true;
  figure.querySelector("[data-chosen]")?.remove();
  pin?.remove();
  pin = null;
}

function drop() {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 28 36");
  svg.setAttribute("class", "map-pin");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", "M14 34C8 25 2 20 2 13a12 12 0 0 1 24 0c0 7-6 12-12 21z M14 8a5 5 0 1 0 0 10a5 5 0 1 0 0-10z");
  path.setAttribute("fill-rule", "evenodd");
  svg.append(path);
  return svg;
}

// Show the place on whichever map is there.
function mark() {
  const at = chosen();
  if (!at) return;
  if (live) {
    if (!pin) {
      const element = document.createElement("div");
      element.append(drop());
      pin = new live.maplibre.Marker({ element, anchor: "bottom", draggable: true });
      pin.on("dragend", () => { const { lng, lat: y } = pin.getLngLat(); keep(lng, y); });
      pin.setLngLat(at).addTo(live.map);
      for (const name of ["aria-label", "role", "tabindex"]) element.removeAttribute(name);
    }
    pin.setLngLat(at);
    if (!live.map.getBounds().contains(at)) live.map.panTo(at);
    return;
  }
  const svg = figure.querySelector("svg[data-west]");
  const { west, east, south, north } = svg.dataset;
  let dot = svg.querySelector("[data-chosen]");
  if (!dot) {
    dot = document.createElementNS(SVG, "path");
    dot.setAttribute("data-chosen", "");
    dot.setAttribute("class", "point late");
    dot.setAttribute("d", "M0 0C-7-12-14-17-14-26a14 14 0 0 1 28 0c0 9-7 14-14 26z");
    svg.append(dot);
  }
  const view = svg.viewBox.baseVal;
  const x = ((at[0] - west) / (east - west)) * view.width;
  const y = ((north - at[1]) / (north - south)) * view.height;
  dot.setAttribute("transform", `translate(${x} ${y})`);
}

// Arrow keys move the place; the first one puts it into the middle.
function byKeys(surface, middle) {
  surface.tabIndex = 0;
  surface.setAttribute("role", "application");
  surface.setAttribute("aria-label", tools.dataset.mapLabel);
  surface.addEventListener("keydown", (event) => {
    const ways = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
    const way = ways[event.key];
    if (!way) {
      if (live && (event.key === "+" || event.key === "-")) live.map[event.key === "+" ? "zoomIn" : "zoomOut"]();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const metres = event.shiftKey ? STEP * 10 : STEP;
    const [x, y] = chosen() ?? middle();
    if (!chosen()) { keep(x, y); return; }
    keep(x + (way[0] * metres * METRE) / Math.cos((y * Math.PI) / 180), y + way[1] * metres * METRE);
  }, true);
}

function locate() {
  const { locating, denied, slow, fromDevice, accuracy } = tools.dataset;
  if (!navigator.geolocation) { say("", slow); return; }
  said.className = "notice";
  say("", locating);
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      keep(coords.longitude, coords.latitude, fromDevice, `(${accuracy} ${Math.round(coords.accuracy)} m)`);
      live?.map.easeTo({ center: [coords.longitude, coords.latitude], zoom: 16 });
    },
    (error) => { said.className = "notice warning"; say("", error.code === error.PERMISSION_DENIED ? denied : slow); },
    { enableHighAccuracy: true, timeout: 12000, maximumAge: 30000 },
  );
}

// Known addresses like the one that is typed: a tap takes their place.
function byAddress() {
  const box = document.querySelector("#id_address");
  const list = document.querySelector("[data-spot-list]");
  let waiting = 0;
  const show = (spots) => list.replaceChildren(...spots.map((spot) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button small";
    button.textContent = spot.name;
    button.addEventListener("click", () => {
      if (box.value.trim().length < spot.name.length) box.value = spot.name;
      keep(spot.lon, spot.lat);
      live?.map.easeTo({ center: [spot.lon, spot.lat], zoom: 16 });
      list.replaceChildren();
      box.focus();
    });
    item.append(button);
    return item;
  }));
  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      if (box.value.trim().length < 4) { show([]); return; }
      try {
        const answer = await fetch(`${tools.dataset.spots}?q=${encodeURIComponent(box.value)}`);
        if (answer.ok) show((await answer.json()).spots);
      } catch {
        show([]); // No connection: the map and the list of wards are there.
      }
    }, 350);
  });
}

if (tools && figure) {
  tools.hidden = false;
  document.querySelectorAll("[data-no-script]").forEach((part) => { part.hidden = true; });
  tools.querySelector("[data-locate]").addEventListener("click", locate);
  tools.querySelector("[data-clear]").addEventListener("click", forget);
  tools.querySelector("[data-clear]").hidden = !chosen();
  byAddress();
  const svg = figure.querySelector("svg[data-west]");
  const { west, east, south, north } = svg.dataset;
  svg.addEventListener("click", (event) => {
    const box = svg.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width;
    const y = (event.clientY - box.top) / box.height;
    keep(+west + x * (east - west), +north - y * (north - south));
  });
  byKeys(svg, () => [(+west + +east) / 2, (+south + +north) / 2]);
  mark();
  whenSeen(figure, async () => {
    try {
      const opened = await openMap(figure, { keyboard: false });
      const focused = document.activeElement === svg;
      live = opened;
      const canvas = opened.map.getCanvas();
      byKeys(canvas, () => opened.map.getCenter().toArray());
      if (focused) canvas.focus();
      opened.map.on("click", (event) => keep(event.lngLat.lng, event.lngLat.lat));
      opened.map.getCanvas().style.cursor = "crosshair";
      mark();
      const at = chosen();
      if (at) opened.map.jumpTo({ center: at, zoom: 15 });
    } catch {
      // The drawn map stays where WebGL is missing.
    }
  });
}
