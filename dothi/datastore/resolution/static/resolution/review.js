// One key a verdict, so that a pair costs a glance. Without a script the buttons do the same.
const usesKeys = () => localStorage.getItem("single-keys") !== "off";
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, dialog");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat || !usesKeys()) return;
  document.querySelector(`[data-key="${CSS.escape(event.key)}"]`)?.click();
});
