// What every page does with a script: nothing that cannot be done without one.

// `?` shows the keys; Escape closes it (the dialog's own doing).
const keys = document.querySelector("#keys");
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "?" && keys && !typing) keys.showModal();
});

// Who does not want single keys says so in that dialog, for this browser (WCAG 2.1.4).
const singleKeys = document.querySelector("[data-single-keys]");
if (singleKeys) {
  singleKeys.checked = localStorage.getItem("single-keys") !== "off";
  singleKeys.addEventListener("change", () => localStorage.setItem("single-keys", singleKeys.checked ? "on" : "off"));
}

// Dialogs open from a button and close by their own buttons.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  if (event.target.closest("[data-closes]")) event.target.closest("dialog")?.close();
});

// Print buttons are there only where a script can print.
document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});

// A form that was sent is not sent again by an impatient click; what fetches files may be.
document.addEventListener("submit", (event) => {
  const fetches = "again" in event.target.dataset || "again" in (event.submitter?.dataset ?? {});
  if (event.target.dataset.sent) event.preventDefault();
  if (event.target.method === "post" && !fetches) event.target.dataset.sent = "1";
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

// What is wrong, or what was just done, is read first, and Tab goes on from there.
document.querySelector(".error-summary, .notice.done")?.focus();
