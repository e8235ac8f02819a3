/** Splits at separators that stand in no parentheses and no string. */
export function splitOutside(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (letter === "'") quoted = !quoted;
    if (quoted) continue;
    if (letter === '(') depth++;
    else if (letter === ')') depth--;
    else if (depth === 0 && letter === separator) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  if (from < text.length) parts.push(text.slice(from));
  return parts;
}

/** `Name($select=a;$filter=b)` -> the name and its options by name; undefined where it has another form. */
export function readExpandItem(text: string): { name: string; options: Map<string, string> } | undefined {
  const match = /^\s*(\w+)(?:\(([\s\S]*)\))?\s*$/.exec(text);
  if (match === null) return undefined;
  const options = new Map<string, string>();
  for (const option of splitOutside(match[2] ?? '', ';')) {
    const at = option.indexOf('=');
    options.set(option.slice(0, at).trim(), option.slice(at + 1));
  }
  return { name: match[1] ?? '', options };
}
