// The report form with a script: pictures at once, the place on a live map, questions as they come.
import { arriving, begin, isBusy } from "./photos.js";
import { keep, words } from "./place.js";
import { ask } from "./questions.js";

const form = document.querySelector("[data-report]");
const subject = document.querySelector("#id_category");
const questions = document.querySelector("[data-questions]");
const lon = document.querySelector("#id_lon");

// A picture tells where it was taken: taken over unless a place was chosen by hand.
begin((place) => {
  if (!place.inside || lon.value) return;
  keep(place.lon, place.lat, words().fromPhoto, words().correct);
});

ask(subject, questions);

// What is still on its way arrives first.
form.addEventListener("submit", async (event) => {
  if (!isBusy()) return;
  event.preventDefault();
  event.stopPropagation();
  const by = event.submitter;
  document.querySelector("[data-send-said]").textContent = document.querySelector("[data-photo-tools]").dataset.sending;
  await arriving();
  form.requestSubmit(by);
}, true);

document.querySelector(".error-summary, #look")?.scrollIntoView({ block: "start" });
