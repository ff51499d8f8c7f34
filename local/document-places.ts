import { isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from "yaml";

/** Where in a file something is: `3:5`, line and column from 1. */
export type PlaceOf = (path: string) => string | undefined;

/** What YAML's parser finds wrong, in words that quote nothing of the file. */
const words: Readonly<Record<string, string>> = {
  ALIAS_PROPS: "an alias (*name) takes no tag or anchor",
  BAD_ALIAS:
    "* begins an alias, and there is no such anchor; put text that begins with * in quotes",
  BAD_DIRECTIVE: "a line that begins with % is a directive; put such text in quotes",
  BAD_DQ_ESCAPE: "a backslash in \"…\" begins an escape that does not exist; use '…' instead",
  BAD_INDENT:
    "the indentation does not fit that of the lines above, or a closing bracket is missing",
  BAD_SCALAR_START: "text can't begin with this character; put it in quotes",
  BLOCK_AS_IMPLICIT_KEY: "a key and its value can't follow another key on one line",
  BLOCK_IN_FLOW: "a list or mapping of several lines can't be inside […] or {…}",
  DUPLICATE_KEY: "the key is there twice",
  MISSING_CHAR:
    "something is missing here: a closing bracket or quote, a comma, a space after a colon, or the indentation of the lines above",
  MULTILINE_IMPLICIT_KEY: "a key must be on one line; is a colon missing?",
  MULTIPLE_DOCS: "--- begins a second document; keep one",
  TAB_AS_INDENT: "a tab indents this line; use spaces",
  TAG_RESOLVE_FAILED: "! begins a tag that does not exist; put text that begins with ! in quotes",
  UNEXPECTED_TOKEN: "this character is not expected here",
};

/** Every mistake in the YAML (or JSON) itself, as `line:column: what`. */
export function syntaxMistakes(text: string): readonly string[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const mistakes = document.errors.map(({ code, pos }) => ({ code: String(code), at: pos[0] }));
  // The parser itself lets them pass; reading them fails.
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return;
      mistakes.push({ code: "BAD_ALIAS", at: alias.range?.[0] ?? 0 });
    },
  });
  return mistakes.map(({ code, at }) => {
    const { line, col } = lines.linePos(at);
    return `${line}:${col}: ${words[code] ?? "this is no YAML"} (${code})`;
  });
}

/** Finds keys by the paths of problems, `pools[0].prometheus.steal`; the nearest that is there. */
export function placesIn(text: string): PlaceOf {
  const lines = new LineCounter();
  const { contents } = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  return (path) => {
    const offset = offsetOf(contents as Node | null, keysOf(path, isSeq(contents)));
    if (offset === undefined) return undefined;
    const { line, col } = lines.linePos(offset);
    return `${line}:${col}`;
  };
}

/** In a bare list, there is no key called pools. */
function keysOf(path: string, isList: boolean): readonly string[] {
  const keys = [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, name]) => quoted ?? index ?? name ?? "",
  );
  return isList && keys[0] === "pools" ? keys.slice(1) : keys;
}

function offsetOf(node: Node | null, keys: readonly string[]): number | undefined {
  let offset = node?.range?.[0];
  let current: unknown = node;
  for (const key of keys) {
    if (isMap(current)) {
      const pair = current.items.find(
        (item) => isScalar(item.key) && String(item.key.value) === key,
      );
      if (!isPair(pair) || !isScalar(pair.key)) break;
      offset = pair.key.range?.[0] ?? offset;
      current = pair.value;
    } else if (isSeq(current)) {
      const item = current.items[Number(key)] as Node | undefined;
      if (item === undefined) break;
      offset = item.range?.[0] ?? offset;
      current = item;
    } else break;
  }
  return offset;
}
