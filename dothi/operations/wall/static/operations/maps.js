// The two ways to draw the points: into the map that the server drew, and with MapLibre over it.

// Into the drawn map: works without WebGL, and is all a phone needs.
export function drawnMap(figure, shapes) {
  const svg = figure.querySelector("svg");
  const layer = svg.querySelector("[data-points]");
  const { west, east, south, north } = Object.fromEntries(
    Object.entries(figure.dataset).map(([name, value]) => [name, Number(value)]),
  );
  const { width, height } = svg.viewBox.baseVal;
  const drawn = new Map();
  layer.replaceChildren(); // The server's own points, which have no names.

  function place(point) {
    const x = ((point.lon - west) / (east - west)) * width;
    const y = ((north - point.lat) / (north - south)) * height;
    return `translate(${x.toFixed(1)} ${y.toFixed(1)})`;
  }
  // A group has the place and its path the shape, so that style sheets may make shapes larger.
  function put(point) {
    const known = drawn.get(point.source);
    const group = known ?? document.createElementNS(svg.namespaceURI, "g");
    if (!known) group.append(document.createElementNS(svg.namespaceURI, "path"));
    group.setAttribute("transform", place(point));
    group.firstChild.setAttribute("class", `point ${point.tone}`);
    group.firstChild.setAttribute("d", shapes[point.tone]);
    // Late ones lie on top: nothing hides them.
    if (point.tone === "late") layer.append(group);
    else if (!known) layer.prepend(group);
    drawn.set(point.source, group);
  }
  return (points) => {
    for (const [source, group] of drawn) {
      if (!points.has(source)) { group.remove(); drawn.delete(source); }
    }
    points.forEach(put);
  };
}

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function colour(name) {
  // MapLibre reads no oklch(): the browser turns the token into rgb for it.
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  pen.fillStyle = token(name);
  pen.fillRect(0, 0, 1, 1);
  const [r, g, b] = pen.getImageData(0, 0, 1, 1).data;
  return `rgb(${r}, ${g}, ${b})`;
}

const TOKENS = { calm: "--good", near: "--near", late: "--late", paused: "--paused" };
const EDGE = 96; // Pixels of an image: enough for the largest wall.

function image(d, tone) {
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  pen.canvas.width = pen.canvas.height = EDGE;
  pen.translate(EDGE / 2, EDGE / 2);
  pen.scale(EDGE / 20, EDGE / 20);
  const path = new Path2D(d);
  pen.strokeStyle = colour("--paper");
  pen.lineWidth = 2;
  pen.stroke(path);
  pen.fillStyle = colour(TOKENS[tone]);
  pen.fill(path);
  return pen.getImageData(0, 0, EDGE, EDGE);
}

function bounds(areas) {
  const corners = areas.features
    .flatMap(({ geometry }) => (geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates))
    .flat(2);
  const [lons, lats] = [corners.map((c) => c[0]), corners.map((c) => c[1])];
  return [[Math.min(...lons), Math.min(...lats)], [Math.max(...lons), Math.max(...lats)]];
}

function collection(points) {
  return {
    type: "FeatureCollection",
    features: [...points.values()].map(({ lon, lat, tone }) => ({
      type: "Feature",
      geometry: { type: "Point", coordinates: [lon, lat] },
      properties: { tone },
    })),
  };
}

// With MapLibre: to move about in and to look closer. Throws where there is no WebGL.
export async function movingMap(root, shapes) {
  const maplibre = await import(root.dataset.maplibre);
  maplibre.setWorkerUrl?.(new URL(root.dataset.worker, location.href).href);
  const areas = await fetch(root.dataset.areas).then((answer) => answer.json());
  if (!areas.features.length) throw new Error("no ground");
  const holder = document.createElement("div");
  holder.className = "map-canvas";
  root.prepend(holder);
  try {
    return await new Promise((done, failed) => { open(maplibre, root, holder, areas, shapes, done, failed); });
  } catch (fault) {
    holder.remove();
    throw fault;
  }
}

function open(maplibre, root, holder, areas, shapes, done, failed) {
  const size = () => Math.min(1, (parseFloat(getComputedStyle(root).fontSize) * 1.55) / EDGE);
  const map = new maplibre.Map({
    container: holder,
    attributionControl: false,
    dragRotate: false,
    fadeDuration: 0,
    pixelRatio: Math.min(devicePixelRatio, 2),
    locale: { "Map.Title": root.dataset.label },
    bounds: bounds(areas),
    fitBoundsOptions: { padding: Math.round(innerWidth / 40) },
    style: {
      version: 8,
      sources: {
        areas: { type: "geojson", data: areas },
        points: { type: "geojson", data: collection(new Map()) },
      },
      layers: [
        { id: "ground", type: "background", paint: { "background-color": colour("--paper-2") } },
        { id: "areas", type: "fill", source: "areas", paint: { "fill-color": colour("--paper") } },
        { id: "edges", type: "line", source: "areas", paint: { "line-color": colour("--line-strong"), "line-width": Math.max(1.5, innerWidth / 1100) } },
        { id: "points", type: "symbol", source: "points", layout: { "icon-image": ["get", "tone"], "icon-size": size(), "icon-allow-overlap": true, "icon-ignore-placement": true, "symbol-sort-key": ["case", ["==", ["get", "tone"], "late"], 1, 0] } },
      ],
    },
  });
  map.keyboard.enable();
  map.on("error", ({ error }) => failed(error));
  map.once("load", () => {
    for (const [tone, d] of Object.entries(shapes)) map.addImage(tone, image(d, tone));
    for (const { properties } of areas.features) {
      const label = document.createElement("span");
      label.className = "wall-label";
      label.textContent = properties.name;
      label.setAttribute("aria-hidden", "true"); // The table says the names.
      new maplibre.Marker({ element: label }).setLngLat(properties.label).addTo(map);
    }
    map.on("resize", () => map.setLayoutProperty("points", "icon-size", size()));
    root.dataset.drawn = "1";
    done((points) => map.getSource("points").setData(collection(points)));
  });
}
