// A live map in the place of the drawn one. Where it cannot be, the drawn one stays.
// `openMap(figure)` returns { map, maplibre, holder }, once the wards are drawn.

export function colour(name) {
  // MapLibre reads no oklch(): the browser turns the token into rgb for it.
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  pen.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  pen.fillRect(0, 0, 1, 1);
  const [r, g, b] = pen.getImageData(0, 0, 1, 1).data;
  return `rgb(${r}, ${g}, ${b})`;
}

export const TONES = { good: "--good", near: "--near", late: "--late", paused: "--paused" };

// A shape for each tone, not only a colour: circle, diamond, triangle, square.
export function shape(tone) {
  const size = 44;
  const m = size / 2;
  const pen = document.createElement("canvas").getContext("2d");
  pen.canvas.width = pen.canvas.height = size;
  pen.fillStyle = colour(TONES[tone]);
  pen.strokeStyle = colour("--paper");
  pen.lineWidth = 4;
  pen.beginPath();
  if (tone === "good") pen.arc(m, m, 13, 0, 7);
  if (tone === "near") { pen.moveTo(m, 5); pen.lineTo(size - 5, m); pen.lineTo(m, size - 5); pen.lineTo(5, m); }
  if (tone === "late") { pen.moveTo(m, 4); pen.lineTo(size - 4, size - 7); pen.lineTo(4, size - 7); }
  if (tone === "paused") pen.rect(9, 9, size - 18, size - 18);
  pen.closePath();
  pen.fill();
  pen.stroke();
  return pen.getImageData(0, 0, size, size);
}

export function boundsOf(areas) {
  const all = areas.features.flatMap((f) => f.geometry.coordinates.flat(f.geometry.type === "Polygon" ? 1 : 2));
  const lons = all.map((c) => c[0]);
  const lats = all.map((c) => c[1]);
  return [[Math.min(...lons), Math.min(...lats)], [Math.max(...lons), Math.max(...lats)]];
}

function sheet(href) {
  if (document.querySelector(`link[href="${href}"]`)) return Promise.resolve();
  return new Promise((done) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = href;
    link.onload = link.onerror = done;
    document.head.append(link);
  });
}

// The large library is fetched when the map comes into view, and not at all to save data.
export function whenSeen(figure, then) {
  if (navigator.connection?.saveData) return;
  const watch = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    watch.disconnect();
    then();
  }, { rootMargin: "200px" });
  watch.observe(figure);
}

export async function openMap(figure, options = {}) {
  const { maplibre: library, worker, sheet: style } = figure.dataset;
  const [areas, maplibre] = await Promise.all([
    fetch(figure.dataset.areas).then((answer) => answer.json()),
    import(library),
    sheet(style),
  ]);
  maplibre.setWorkerUrl?.(new URL(worker, location.href).href);
  const holder = document.createElement("div");
  holder.className = "map-canvas";
  holder.hidden = false;
  const drawn = figure.querySelector("svg");
  drawn.after(holder);
  const bounds = boundsOf(areas);
  let map;
  try {
    map = new maplibre.Map({
      container: holder,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      cooperativeGestures: false,
      bounds,
      maxBounds: [[bounds[0][0] - 0.05, bounds[0][1] - 0.05], [bounds[1][0] + 0.05, bounds[1][1] + 0.05]],
      fitBoundsOptions: { padding: 16 },
      locale: { "NavigationControl.ZoomIn": figure.dataset.in, "NavigationControl.ZoomOut": figure.dataset.out, "Map.Title": figure.dataset.label },
      style: {
        version: 8,
        sources: { areas: { type: "geojson", data: areas } },
        layers: [
          { id: "ground", type: "background", paint: { "background-color": colour("--paper-3") } },
          { id: "areas", type: "fill", source: "areas", paint: { "fill-color": colour("--paper") } },
          { id: "edges", type: "line", source: "areas", paint: { "line-color": colour("--line-strong"), "line-width": 1.5 } },
        ],
      },
      ...options,
    });
  } catch (error) {
    holder.remove();
    throw error;
  }
  map.touchZoomRotate.disableRotation();
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  for (const f of areas.features) {
    const label = document.createElement("span");
    label.className = "map-label";
    label.setAttribute("aria-hidden", "true");
    label.textContent = f.properties.name;
    const [lon, lat] = f.properties.label ?? middle(f);
    new maplibre.Marker({ element: label }).setLngLat([lon, lat]).addTo(map);
    label.removeAttribute("aria-label");
    label.removeAttribute("role");
    label.removeAttribute("tabindex");
  }
  await map.once("load");
  drawn.setAttribute("hidden", "");
  figure.dataset.drawn = "1";
  return { map, maplibre, holder, bounds };
}

function middle(feature) {
  const [[west, south], [east, north]] = boundsOf({ features: [feature] });
  return [(west + east) / 2, (south + north) / 2];
}
