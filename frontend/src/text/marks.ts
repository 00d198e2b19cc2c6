/** A run of text; `marked` where the query matched. */
export interface Run {
  text: string;
  marked: boolean;
}

const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** Undo HTML escaping once. Unknown entities stay as they are. */
export function unescapeHtml(escaped: string): string {
  return escaped.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi, (whole, decimal, hex, name) => {
    if (typeof name === "string") return ENTITIES[name.toLowerCase()] ?? whole;
    const code = typeof decimal === "string" ? parseInt(decimal, 10) : parseInt(String(hex), 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** HTML-escaped text with `<mark>` → runs of plain text, so that nothing from the API is ever parsed as HTML. */
export function parseMarks(highlighted: string): Run[] {
  const runs: Run[] = [];
  let marked = false;
  for (const piece of highlighted.split(/(<\/?mark>)/)) {
    if (piece === "<mark>") marked = true;
    else if (piece === "</mark>") marked = false;
    else if (piece !== "") runs.push({ text: unescapeHtml(piece), marked });
  }
  return runs;
}
