// Makes the form of /sparql an editor: YASGUI's Yasqe in place of the field, answers on the page.
// The page is complete without this; everything here asks this service only.

import { addPrefix, register } from "./completion.js";
import { checkInWords, clearProblem, markProblem } from "./marks.js";
import { sortable } from "./sorting.js";

if (!window.Yasqe) throw new Error("the editor's script did not arrive; the form works without it");

const byId = (id) => document.getElementById(id);
const facts = JSON.parse(byId("facts").content.textContent);
const words = facts.words;
const form = byId("query").form;
const field = byId("query");
const runButton = byId("run");
const outcome = byId("outcome");
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const say = (text) => (byId("status").textContent = text);

let asking = null;
let shown = field.value;

const editor = open();
const now = () => editor.getValue();

function open() {
  const place = document.createElement("div");
  field.after(place);
  const autocompleters = register(window.Yasqe, facts);
  window.Yasqe.defaults.autocompleters = autocompleters;
  const made = new window.Yasqe(place, {
    value: shared() ?? field.value,
    autocompleters,
    persistenceId: null,
    consumeShareLink: null,
    createShareableLink: null,
    showQueryButton: false,
    resizeable: false,
    editorHeight: "auto",
    viewportMargin: Infinity,
    prefixCcApi: null,
    screenReaderLabel: words.query,
    extraKeys: {
      "Ctrl-Enter": () => ask(),
      "Cmd-Enter": () => ask(),
      "Ctrl-S": false,
      Tab: false,
      "Shift-Tab": false,
    },
  });
  made.showNotification = () => {};
  checkInWords(made, words);
  field.hidden = true;
  field.required = false;
  for (const part of document.querySelectorAll(".tools, .keys, .open")) part.hidden = false;
  made.on("change", changed);
  made.on("autocompletionShown", () => {
    made.state.completionActive?.widget?.hints.setAttribute("aria-label", words.suggestions);
  });
  made.on("inputRead", (_, change) => /^[\w:<?$]$/.test(change.text[0]) && made.autocomplete());
  return made;
}

/** Returns the query of the address's fragment, `#query=…`, if it has one. */
function shared() {
  return new URLSearchParams(location.hash.slice(1)).get("query");
}

/** Returns the address that opens the query of now in any browser. */
function link() {
  const found = new URL(location.pathname, location.href);
  found.searchParams.set("lang", facts.lang);
  found.hash = `query=${encodeURIComponent(now())}`;
  return found;
}

function changed() {
  clearProblem(editor);
  field.value = now();
  clearTimeout(changed.timer);
  changed.timer = setTimeout(refreshPrograms, 600);
}

async function refreshPrograms() {
  const query = now();
  byId("older").hidden = query === shown || editor.queryValid;
  if (query === shown || !query.trim() || !editor.queryValid) return;
  const response = await send(facts.snippets, query).catch(() => null);
  if (!response || query !== now()) return;
  byId("older").hidden = response.ok;
  if (!response.ok) return;
  const programs = byId("programs");
  const open = [...programs.querySelectorAll("details")].findIndex((part) => part.open);
  programs.replaceChildren(...parsed(await response.text()).body.childNodes);
  programs.querySelectorAll("details").forEach((part, n) => (part.open = n === open));
  shown = query;
}

function send(address, query, signal) {
  const accept = "application/problem+json, text/html;q=0.9";
  return fetch(address, { method: "POST", body: new URLSearchParams({ query }), headers: { Accept: accept }, signal });
}

const parsed = (text) => new DOMParser().parseFromString(text, "text/html");

async function ask({ lead = false } = {}) {
  asking?.abort();
  const mine = (asking = new AbortController());
  const began = performance.now();
  clearProblem(editor);
  editor.closeHint?.();
  history.replaceState(null, "", link());
  runButton.textContent = words.stop;
  outcome.setAttribute("aria-busy", "true");
  say(words.asking);
  try {
    const response = await send(facts.endpoint, now(), mine.signal);
    const text = await response.text();
    if (response.ok) showAnswer(text);
    else showProblem(JSON.parse(text));
    say(response.ok ? fill(words.answered, { ms: Math.round(performance.now() - began) }) : "");
    outcome.querySelector("#problem, h2")?.scrollIntoView({ block: "nearest" });
    if (lead) outcome.focus();
  } catch (error) {
    if (asking !== mine) return;
    say(error.name === "AbortError" ? words.stopped : words.unreachable);
  } finally {
    if (asking === mine) {
      asking = null;
      runButton.textContent = words.run;
      outcome.removeAttribute("aria-busy");
    }
  }
}

function showAnswer(text) {
  outcome.replaceChildren(parsed(text).getElementById("answer"));
  sortable(outcome);
}

/** Shows a problem document (RFC 9457) and marks the place that it names. */
function showProblem(problem) {
  const part = document.createElement("section");
  part.id = "problem";
  part.className = "note";
  part.setAttribute("role", "alert");
  const add = (name, text) => part.appendChild(Object.assign(document.createElement(name), { textContent: text }));
  add("h2", problem.title);
  add("p", problem.detail);
  const place = problem.line ? ` · ${fill(words.place, { line: problem.line, column: problem.column })}` : "";
  add("small", `${problem.status}${place}`);
  outcome.replaceChildren(part);
  if (problem.line) markProblem(editor, problem);
}

form.addEventListener("submit", (event) => {
  field.value = now();
  if (byId("format").value !== "html") return;
  event.preventDefault();
  if (asking) asking.abort();
  else ask();
});

byId("prefix").addEventListener("change", (event) => {
  const prefix = event.target.value;
  event.target.value = "";
  if (addPrefix(editor, prefix, facts.prefixes)) say(fill(words.added, { what: `PREFIX ${prefix}:` }));
  editor.focus();
});

byId("copy").addEventListener("click", async () => {
  history.replaceState(null, "", link());
  const copied = await navigator.clipboard?.writeText(String(link())).then(() => true, () => false);
  say(copied ? words.copied : words.copy);
});

byId("examples")?.addEventListener("click", (event) => {
  const pressed = event.target.closest(".run, .open");
  if (!pressed || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const run = pressed.closest("li").querySelector(".run");
  editor.setValue(new URL(run.href).searchParams.get("query"));
  history.replaceState(null, "", link());
  byId("format").value = "html";
  form.scrollIntoView({ block: "start" });
  if (pressed === run) ask({ lead: true });
  else editor.focus();
});

byId("other-language").addEventListener("click", (event) => {
  event.currentTarget.hash = link().hash;
});

addEventListener("hashchange", () => {
  const query = shared();
  if (query !== null && query !== now()) editor.setValue(query);
});

sortable(outcome);
changed();
form.dataset.ready = "yes";
