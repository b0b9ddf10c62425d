// Keeps a piece of a page as it is now: asks for it anew whenever something moved in the hall.

const SILENCE = 12_000;
const place = document.querySelector("[data-live]");
let source = null;
let heard = Date.now();
let asking = false;
let wanted = false;

async function renew() {
  if (asking) { wanted = true; return; }
  asking = true;
  const answer = await fetch(place.dataset.now, { cache: "no-store" }).catch(() => null);
  if (answer?.ok && !place.contains(document.activeElement)) {
    place.innerHTML = await answer.text();
    called();
  }
  asking = false;
  if (wanted) { wanted = false; renew(); }
}

function lost(is) {
  for (const badge of document.querySelectorAll("[data-lost]")) badge.hidden = !is;
}

function open() {
  source?.close();
  heard = Date.now();
  source = new EventSource(place.dataset.stream);
  const alive = () => { heard = Date.now(); lost(false); };
  source.addEventListener("changed", () => { alive(); renew(); });
  source.addEventListener("beat", alive);
}

if (place) {
  open();
  // Also after sleep: a connection that hangs looks like a quiet hall.
  setInterval(() => {
    if (Date.now() - heard < SILENCE) return;
    lost(true);
    open();
  }, 3000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) open(); });
}

// --- A sound for a new call, off until somebody turns it on -----------------------------------------
const sound = document.querySelector("[data-sound]");
let audio = null;
let last = document.querySelector("[data-call]")?.dataset.call ?? "";

function called() {
  const now = document.querySelector("[data-call]")?.dataset.call ?? "";
  if (now && now !== last && audio) ring();
  last = now;
}

function ring() {
  for (const [tone, after] of [[880, 0], [660, 0.35]]) {
    const wave = audio.createOscillator();
    const loud = audio.createGain();
    const begin = audio.currentTime + after;
    wave.frequency.value = tone;
    loud.gain.setValueAtTime(0.3, begin);
    loud.gain.exponentialRampToValueAtTime(0.001, begin + 0.6);
    wave.connect(loud).connect(audio.destination);
    wave.start(begin);
    wave.stop(begin + 0.65);
  }
}

if (sound) {
  sound.hidden = false;
  sound.addEventListener("click", () => {
    if (audio) { audio.close(); audio = null; } else { audio = new AudioContext(); ring(); }
    sound.setAttribute("aria-pressed", String(Boolean(audio)));
  });
}

// --- One key for each act at the counter --------------------------------------------------------------
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (localStorage.getItem("single-keys") === "off") return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, dialog[open]")) return;
  const button = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!button) return;
  event.preventDefault();
  if (button.matches("input, select")) button.focus();
  else button.click();
});
