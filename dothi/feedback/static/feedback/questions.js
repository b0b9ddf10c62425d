// What a subject asks comes as soon as the subject is chosen; what was answered already stays.
export const ask = (subject, place) => subject.addEventListener("change", async () => {
  const kept = new Map([...place.querySelectorAll("input, select, textarea")].map((box) => [box.name, box.value]));
  const chosen = subject.value;
  try {
    const answer = await fetch(`${place.dataset.questions}?category=${encodeURIComponent(chosen)}`);
    const asked = answer.ok ? await answer.text() : "";
    if (!answer.ok || subject.value !== chosen) return;
    place.innerHTML = asked;
    place.querySelectorAll("input:not([type=hidden]), select, textarea").forEach((box) => {
      if (kept.get(box.name) && box.type !== "checkbox") box.value = kept.get(box.name);
    });
  } catch {
    // No connection: the questions are asked after sending.
  }
});
