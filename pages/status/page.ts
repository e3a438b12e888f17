/**
 * Marks the status that the address names, such as `#succeeded`. What stands behind the # never leaves the browser, and
 * it is compared with the page's own entries, never shown: a link cannot put words of its own on this page.
 */
function markNamedStatus(): void {
  const answer = document.getElementById("answer");
  const named = location.hash.slice(1);
  let title = "";
  for (const entry of document.querySelectorAll("dl > div")) {
    const isNamed = entry.id === named;
    if (isNamed) entry.setAttribute("aria-current", "true");
    else entry.removeAttribute("aria-current");
    if (isNamed) title = entry.querySelector("dt")?.textContent ?? "";
  }
  if (!answer) return;
  answer.hidden = title === "";
  answer.textContent = title === "" ? "" : `The shop sent you here with the status “${title}”.`;
}

markNamedStatus();
addEventListener("hashchange", markNamedStatus);
