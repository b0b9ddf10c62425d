// The public map: points with a shape for each state, gathered where they are many.
import { TONES, openMap, shape, whenSeen } from "../web/map.js";

const figure = document.querySelector("figure.map[data-geojson]");

async function draw() {
  const [{ map, maplibre }, found] = await Promise.all([
    openMap(figure),
    fetch(figure.dataset.geojson).then((answer) => answer.json()),
  ]);
  for (const tone of Object.keys(TONES)) map.addImage(tone, shape(tone));
  map.addSource("points", {
    type: "geojson",
    data: found,
    cluster: true,
    clusterRadius: 44,
    clusterMaxZoom: 16,
    clusterProperties: { late: ["+", ["case", ["get", "overdue"], 1, 0]] },
  });
  map.addLayer({
    id: "points",
    type: "symbol",
    source: "points",
    filter: ["!", ["has", "point_count"]],
    layout: {
      "icon-image": ["get", "tone"],
      "icon-size": 0.55,
      "icon-allow-overlap": true,
      "symbol-sort-key": ["case", ["get", "overdue"], 1, 0],
    },
  });
  // Clusters are drawn as elements: words in the font of the house, and a shape that says "late".
  const shown = new Map();
  const clusters = () => {
    const now = new Map();
    for (const feature of map.querySourceFeatures("points", { filter: ["has", "point_count"] })) {
      const { cluster_id: id, point_count: count, late } = feature.properties;
      if (now.has(id)) continue;
      now.set(id, shown.get(id) ?? cluster(feature.geometry.coordinates, id, count, late));
    }
    shown.forEach((marker, id) => { if (!now.has(id)) marker.remove(); });
    now.forEach((marker, id) => { if (!shown.has(id)) marker.addTo(map); });
    shown.clear();
    now.forEach((marker, id) => shown.set(id, marker));
  };
  function cluster(at, id, count, late) {
    const element = document.createElement("div");
    element.className = late ? "map-cluster late" : "map-cluster";
    element.textContent = late ? `${count} ▲${late}` : String(count);
    element.addEventListener("click", async () => {
      const zoom = await map.getSource("points").getClusterExpansionZoom(id);
      map.easeTo({ center: at, zoom });
    });
    const marker = new maplibre.Marker({ element }).setLngLat(at);
    for (const name of ["aria-label", "role", "tabindex"]) element.removeAttribute(name);
    element.setAttribute("aria-hidden", "true"); // The list below says the same.
    return marker;
  }
  map.on("render", () => { if (map.isSourceLoaded("points")) clusters(); });
  map.on("click", "points", (event) => {
    const { code, name, label } = event.features[0].properties;
    const link = document.createElement("a");
    link.href = new URL(`r/${code}`, new URL(figure.dataset.geojson, location.href)).href;
    link.textContent = name;
    const words = document.createElement("div");
    words.append(link, document.createElement("br"), label);
    new maplibre.Popup({ closeButton: false }).setLngLat(event.lngLat).setDOMContent(words).addTo(map);
  });
  map.on("mouseenter", "points", () => { map.getCanvas().style.cursor = "pointer"; });
  map.on("mouseleave", "points", () => { map.getCanvas().style.cursor = ""; });
}

if (figure) whenSeen(figure, () => draw().catch(() => {})); // The drawn map stays.
