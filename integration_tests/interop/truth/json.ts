/**
 * The members of a flat JSON object as text: strings unescaped, numbers digit for digit, null as null, objects and arrays
 * as the JSON they are. JavaScript's own parser would round the numbers.
 */
export function textsOf(json: string): ReadonlyMap<string, string | null> {
  const numbersAsText = json.replace(
    /("(?:[^"\\]|\\.)*")|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g,
    (token, string: string | undefined) => string ?? `"${token}"`,
  );
  const members = Object.entries(JSON.parse(numbersAsText) as Record<string, unknown>);
  return new Map(members.map(([name, value]) => [name, textOf(value)]));
}

function textOf(value: unknown): string | null {
  if (value === null || typeof value === 'string') return value;
  return typeof value === 'boolean' ? String(value) : JSON.stringify(value);
}
