// Marks where a query cannot be read: while it is typed, and where the service says so.

const GUTTER = "gutterErrorBar";

// What Yasqe's grammar may still await at the end of a query that is whole.
const OPTIONAL = /^(?:[?*].*|\$|solutionModifier|valuesClause)$/;

/** Replaces Yasqe's check, whose tooltips are English and styled in place, by marks of ours. */
export function checkInWords(editor, words) {
  editor.checkSyntax = () => {
    editor.clearGutter(GUTTER);
    for (let line = 0; line < editor.lineCount(); line++) {
      const { state } = editor.getTokenAt({ line, ch: editor.getLine(line).length }, true);
      editor.setOption("queryType", state.queryType);
      editor.queryValid = state.OK && state.stack.every((part) => OPTIONAL.test(part));
      if (state.OK) continue;
      const what = (state.possibleCurrent ?? []).slice(0, 8).join(" ");
      const said = what ? words.expected.replace("{what}", what) : words.unreadable;
      editor.setGutterMarker(line, GUTTER, icon(said));
      return;
    }
  };
  editor.checkSyntax();
}

/** Marks the line and the token that a problem document names, and puts the cursor there. */
export function markProblem(editor, problem) {
  clearProblem(editor);
  const line = problem.line - 1;
  if (!(line >= 0 && line < editor.lineCount())) return;
  const start = Math.max(0, (problem.column ?? 1) - 1);
  const end = start + Math.max(1, problem.token?.length ?? 1);
  const text = editor.getLine(line);
  const from = start < text.length ? start : Math.max(0, text.length - 1);
  editor.failedLine = editor.addLineClass(line, "background", "failed");
  editor.failedMark = editor.markText({ line, ch: from }, { line, ch: Math.max(from + 1, end) }, { className: "failed-token" });
  editor.clearGutter(GUTTER);
  editor.setGutterMarker(line, GUTTER, icon(problem.detail));
  editor.setCursor({ line, ch: from });
  editor.scrollIntoView({ line, ch: from }, 60);
}

/** Takes the mark of the last problem away. */
export function clearProblem(editor) {
  editor.failedMark?.clear();
  if (editor.failedLine) editor.removeLineClass(editor.failedLine, "background", "failed");
  editor.failedMark = editor.failedLine = null;
}

function icon(said) {
  const mark = document.createElement("span");
  mark.className = "unreadable";
  mark.title = said;
  mark.textContent = "!";
  return mark;
}
