// Completes prefixes, classes and properties from this service's own description of itself (VoID).
// Yasqe's own completers of these ask prefix.cc and Linked Open Vocabularies; they are replaced.

const MOST = 100;

/** Registers our completers with Yasqe; `facts` has prefixes, words, and where the names are. */
export function register(Yasqe, facts) {
  const names = once(() => fetchNames(facts.completions));
  const hints = (editor, found) => found.map((hint) => dressed(hint, names.found, facts));
  const completer = (name, allowed, offered) => ({
    name,
    bulk: false,
    isValidCompletionPosition: allowed,
    preProcessToken: (editor, token) => expanded(editor, token, facts.prefixes),
    get: async (editor, token) => matching(offered(editor, await names.get()), token),
    postProcessSuggestion: (editor, token, iri) => shortened(iri, facts.prefixes),
    postprocessHints: hints,
  });
  const lines = Object.entries(facts.prefixes).map(([prefix, iri]) => `${prefix}: <${iri}>`);
  Yasqe.forkAutocompleter("prefixes", { name: "our-prefixes", get: lines, persistenceId: null }, false);
  Yasqe.registerAutocompleter(completer("our-classes", afterType, classesOf), false);
  Yasqe.registerAutocompleter(
    completer("our-properties", atProperty, (editor, known) => propertiesOf(editor, known, facts)),
    false,
  );
  return ["variables", "our-prefixes", "our-classes", "our-properties"];
}

/** Adds a PREFIX line to the query, unless the query has one; tells whether it did. */
export function addPrefix(editor, prefix, prefixes) {
  if (!(prefix in prefixes) || prefix in editor.getPrefixesFromQuery()) return false;
  editor.addPrefixes({ [prefix]: prefixes[prefix] });
  return true;
}

function once(make) {
  const kept = {
    found: null,
    get: async () => (kept.found ??= await (kept.asked ??= make())),
  };
  return kept;
}

/** Reads the answer to our query of completions, as TSV: class, property, uses and labels.
 *  A row without a property is about the class itself. */
async function fetchNames(address) {
  const known = { classes: new Map(), sizes: new Map(), labels: new Map() };
  const response = await fetch(address);
  if (!response.ok) return known;
  const iri = (cell) => cell.slice(1, -1);
  const label = (cell) => cell.match(/^"(.*)"@/)?.[1] ?? "";
  for (const line of (await response.text()).split("\n").slice(1)) {
    const [kind, property, uses, bg, en] = line.split("\t");
    if (!uses) continue;
    if (!known.classes.has(iri(kind))) known.classes.set(iri(kind), new Map());
    if (property) known.classes.get(iri(kind)).set(iri(property), Number(uses));
    else known.sizes.set(iri(kind), Number(uses));
    known.labels.set(iri(property || kind), { bg: label(bg), en: label(en) });
  }
  return known;
}

function classesOf(editor, known) {
  const size = (kind) => known.sizes.get(kind) ?? 0;
  return [...known.classes.keys()].sort((a, b) => size(b) - size(a));
}

/** Returns the properties that the subject's class has, most used first; else all properties. */
function propertiesOf(editor, known, facts) {
  const kinds = kindsOfSubject(editor, facts.prefixes).filter((kind) => known.classes.has(kind));
  const uses = new Map();
  for (const kind of kinds.length ? kinds : known.classes.keys()) {
    for (const [property, n] of known.classes.get(kind)) {
      uses.set(property, Math.max(n, uses.get(property) ?? 0));
    }
  }
  return [...uses.keys()].sort((a, b) => uses.get(b) - uses.get(a));
}

/** Returns the classes that the query gives to the subject of the statement at the cursor. */
function kindsOfSubject(editor, prefixes) {
  const plain = (text) => text.replace(/#[^\n<>]*$/gm, "").replace(/"[^"\n]*"/g, '""');
  const before = plain(editor.getRange({ line: 0, ch: 0 }, editor.getCursor()));
  const [subject] = before.split(/\.\s|[{}]/).pop().trim().split(/\s+/);
  if (!subject) return [];
  const known = { ...prefixes, ...editor.getPrefixesFromQuery() };
  const asked = `${RegExp.escape?.(subject) ?? subject.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`;
  const said = new RegExp(`${asked}\\s+(?:[^.{}]*;\\s*)?(?:a|rdf:type)\\s+([^\\s;.,]+)`, "g");
  return [...plain(editor.getValue()).matchAll(said)].map(([, name]) => {
    const [prefix, local] = name.split(/:(.*)/s);
    return name.startsWith("<") ? name.slice(1, -1) : `${known[prefix] ?? ""}${local ?? ""}`;
  });
}

function afterType(editor) {
  const token = editor.getCompleteToken();
  if (/^[?$]/.test(token.string)) return false;
  const before = editor.getPreviousNonWsToken(editor.getCursor().line, token);
  return ["a", "rdf:type"].includes(before?.state?.lastProperty) && !/[;.]$/.test(before.string);
}

function atProperty(editor) {
  const token = editor.getCompleteToken();
  return !/^[?$]/.test(token.string) && token.state.possibleCurrent.includes("a");
}

/** Says what of a token is to be completed: an IRI, where its prefix is known, or a piece. */
function expanded(editor, token, prefixes) {
  const at = editor.getCursor().ch;
  if (!token.string.trim()) return { ...token, from: { ch: at }, to: { ch: at }, autocompletionString: "" };
  const text = token.string.trim().replace(/^<|>$/g, "");
  const [prefix, local] = text.split(/:(.*)/s);
  const namespace = { ...prefixes, ...editor.getPrefixesFromQuery() }[prefix];
  return { ...token, autocompletionString: local === undefined || !namespace ? text : namespace + local };
}

function matching(iris, token) {
  const piece = (token?.autocompletionString ?? "").toLowerCase();
  const local = (iri) => iri.slice(Math.max(iri.lastIndexOf("#"), iri.lastIndexOf("/")) + 1);
  const fits = (iri) => iri.toLowerCase().startsWith(piece) || local(iri).toLowerCase().includes(piece);
  return iris.filter(fits).slice(0, MOST);
}

function shortened(iri, prefixes) {
  for (const [prefix, namespace] of Object.entries(prefixes)) {
    const local = iri.slice(namespace.length);
    if (iri.startsWith(namespace) && /^\w[\w-]*$/.test(local)) return `${prefix}:${local}`;
  }
  return `<${iri}>`;
}

/** Shows a suggestion with its label, and declares its prefix when it is picked. */
function dressed(hint, known, facts) {
  const iri = hint.text.startsWith("<")
    ? hint.text.slice(1, -1)
    : hint.text.replace(/^([\w-]+):/, (_, prefix) => facts.prefixes[prefix]);
  const label = known?.labels.get(iri)?.[facts.lang];
  return {
    ...hint,
    render: (element) => {
      element.textContent = hint.text;
      if (label) element.append(" ", Object.assign(document.createElement("small"), { textContent: label }));
    },
    hint: (editor, data) => {
      editor.replaceRange(hint.text, hint.from ?? data.from, hint.to ?? data.to, "complete");
      addPrefix(editor, hint.text.split(":")[0], facts.prefixes);
    },
  };
}
