import { parseMarks } from "./marks";

/** Highlighted text from the API, as elements. */
export function Marked({ text }: { text: string }) {
  return parseMarks(text).map((run, index) => (run.marked ? <mark key={index}>{run.text}</mark> : run.text));
}
