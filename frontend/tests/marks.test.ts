import { describe, expect, it } from "vitest";
import { parseMarks, unescapeHtml } from "../src/text/marks";

describe("highlighted text", () => {
  it("becomes runs of plain text", () => {
    expect(parseMarks("Red <mark>mug</mark> &amp; <mark>saucer</mark>")).toEqual([
      { text: "Red ", marked: false },
      { text: "mug", marked: true },
      { text: " & ", marked: false },
      { text: "saucer", marked: true },
    ]);
  });

  it("never turns text into markup", () => {
    expect(parseMarks("&lt;img src=x onerror=alert(1)&gt;")).toEqual([{ text: "<img src=x onerror=alert(1)>", marked: false }]);
    expect(parseMarks("<b>x</b>")).toEqual([{ text: "<b>x</b>", marked: false }]);
  });

  it("survives marks that do not match", () => {
    expect(parseMarks("a</mark>b<mark>c")).toEqual([
      { text: "a", marked: false },
      { text: "b", marked: false },
      { text: "c", marked: true },
    ]);
    expect(parseMarks("")).toEqual([]);
  });

  it("is unescaped once, and only once", () => {
    expect(unescapeHtml("&amp;lt; &#39;&#x27;&quot; &nosuch; &#99999999; &#1114112;")).toBe("&lt; ''\" &nosuch; &#99999999; &#1114112;");
  });
});
