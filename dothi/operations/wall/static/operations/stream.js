// Follows the stream of the wall. What was missed is asked for by its place in the log; silence is
// noticed here, because a connection that hangs looks like a quiet day.

const LOOK_EVERY = 250;
const AGAIN_AFTER = 1000;

// `wall`: url, place, silence (ms), and what to call: take(kind, data), lost(since), back(), again().
export async function follow(wall) {
  const state = { heard: Date.now(), place: wall.place, lost: false, control: null };
  const alive = () => {
    state.heard = Date.now();
    if (state.lost) { state.lost = false; wall.back(); }
  };
  const gone = () => {
    if (!state.lost) { state.lost = true; wall.lost(new Date(state.heard)); }
  };
  setInterval(() => {
    if (Date.now() - state.heard < wall.silence) return;
    gone();
    // Also after a laptop's sleep: the old connection is not waited for.
    state.control?.abort();
  }, LOOK_EVERY);
  addEventListener("offline", gone);

  for (;;) {
    try {
      if (!(await listen(wall, state, alive))) state.place = await wall.again();
      else await pause();
    } catch {
      // A server that starts anew is back in a moment; one that is away is noticed above.
      await pause();
    }
  }
}

const pause = () => new Promise((done) => { setTimeout(done, AGAIN_AFTER); });

// Reads one connection to its end. False: the house cannot go on from our place.
async function listen(wall, state, alive) {
  state.control = new AbortController();
  const limit = setTimeout(() => state.control.abort(), wall.silence);
  const answer = await fetch(wall.url, {
    headers: { "Last-Event-ID": state.place, Accept: "text/event-stream" },
    signal: state.control.signal,
    cache: "no-store",
  });
  clearTimeout(limit);
  if (answer.status === 400) return false;
  // Signed out meanwhile: the page itself sends to sign-in.
  if (answer.status === 403) location.reload();
  if (!answer.ok) throw new Error(String(answer.status));
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return true;
    // The interval may have cut this connection while the machine slept.
    if (state.control.signal.aborted) return true;
    alive();
    const frames = (rest + value).split("\n\n");
    rest = frames.pop();
    for (const frame of frames.map(parse)) {
      if (frame.event === "again") return false;
      if (frame.data && frame.event !== "beat") wall.take(frame.event, JSON.parse(frame.data));
      // Only what was taken counts as seen.
      if (frame.id) state.place = frame.id;
    }
  }
}

function parse(text) {
  const fields = {};
  for (const line of text.split("\n")) {
    const cut = line.indexOf(": ");
    if (cut > 0) fields[line.slice(0, cut)] = line.slice(cut + 2);
  }
  return fields;
}
