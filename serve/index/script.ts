/** What the index does besides, where scripts run: copying, and searching while one types. */
import { shellWord } from "../../core/util/hints.ts";
import { encodePath } from "../lookup.ts";

/** Copying works over plain HTTP, too, where browsers lock `navigator.clipboard`. */
export const SCRIPT = `
document.documentElement.classList.add("js");
const said = document.getElementById("said");

async function copy(text) {
  if (navigator.clipboard && window.isSecureContext) {
    return navigator.clipboard.writeText(text).then(() => true, () => false);
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "unseen";
  document.body.append(area);
  const before = document.activeElement;
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  before?.focus();
  return done;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  const done = await copy(button.dataset.copy);
  said.textContent = done ? said.dataset.done + button.dataset.copy : said.dataset.failed;
  if (!done) return;
  const label = button.textContent;
  button.textContent = said.dataset.label;
  button.classList.add("done");
  setTimeout(() => {
    button.textContent = label;
    button.classList.remove("done");
  }, 1200);
});

const input = document.querySelector("input[name=q]");
let turn = 0;

async function show(address) {
  const mine = ++turn;
  const answer = await fetch(address).catch(() => undefined);
  if (!answer?.ok || mine !== turn) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (mine !== turn) return;
  for (const id of ["state", "packages", "results"]) {
    const [old, now] = [document.getElementById(id), fresh.getElementById(id)];
    if (old && now && old.innerHTML !== now.innerHTML) old.replaceWith(document.adoptNode(now));
  }
}

let waiting;
input?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const address = new URL(location.href);
    address.searchParams.delete("page");
    if (input.value.trim() === "") address.searchParams.delete("q");
    else address.searchParams.set("q", input.value);
    await show(address);
    document.querySelector("main").classList.toggle("searching", input.value.trim() !== "");
    history.replaceState(null, "", address);
    said.textContent = document.getElementById("found")?.textContent ?? "";
  }, 150);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.matches("input, textarea") || event.ctrlKey) return;
  event.preventDefault();
  input?.focus();
});

setInterval(() => {
  if (document.querySelector("[data-checking]") && !document.hidden) show(location.href);
}, 2000);
`;

/** A command that fetches a file under its own name. */
export function curlCommand(origin: string, key: string): string {
  const name = key.slice(key.lastIndexOf("/") + 1);
  const encoded = encodePath(key);
  // With -O, curl would keep the encoded name.
  const output = `/${encoded}`.endsWith(`/${name}`) ? "-fO" : `-fo ${shellWord(`./${name}`)}`;
  return `curl ${output} '${origin}/${encoded}'`;
}
