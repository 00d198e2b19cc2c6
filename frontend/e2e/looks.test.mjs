/** What anybody should be able to use, and what should not move under a finger: axe-core and layout shifts, in both schemes. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { DESKTOP, launch, open, PHONE, shot } from "./browser.mjs";

const WORD = process.env.E2E_WORD ?? "headphones";
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const MAX_SHIFT = 0.02; // "good" is under 0.1

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

const STATES = {
  home: { path: "/", ready: ".card[data-product]" },
  results: { path: `/?q=${WORD}%20under%20%2460&in_stock=true`, ready: ".card[data-product]", then: (page) => page.locator(".why-button").first().click() },
  suggestions: { path: "/", ready: ".card[data-product]", then: async (page) => {
    await page.getByRole("combobox", { name: "Search the shop" }).fill(WORD.slice(0, 4));
    await page.getByRole("option").first().waitFor();
    await page.keyboard.press("ArrowDown");
  } },
  product: { path: `/?q=${WORD}`, ready: ".card[data-product]", then: async (page) => {
    await page.locator(".card-title a").first().click();
    await page.getByRole("dialog").getByRole("heading", { level: 1 }).waitFor();
  } },
  empty: { path: "/?q=qzxvwq%20jjkkqqw", ready: ".empty" },
};

async function violations(page) {
  await page.evaluate(AXE); // through the debugger: the content policy lets no foreign script in
  const { violations: found } = await page.evaluate((tags) => globalThis.axe.run(document, { runOnly: tags }), TAGS);
  return found.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map((node) => node.target.join(" ")).slice(0, 3).join(", ")}`);
}

for (const [name, { path, ready, then }] of Object.entries(STATES)) {
  for (const scheme of ["light", "dark"]) {
    for (const [device, viewport] of [["desktop", DESKTOP], ["phone", PHONE]]) {
      test(`${name} in ${scheme} on a ${device} can be used by everybody`, async () => {
        const { page, close } = await open(browser, path, { viewport, scheme });
        try {
          await page.locator(ready).first().waitFor();
          await then?.(page);
          await page.waitForTimeout(250); // pictures and fades
          await shot(page, `${name}-${device}-${scheme}`);
          assert.deepEqual(await violations(page), []);
        } finally {
          await close();
        }
      });
    }
  }
}

for (const [device, viewport] of [["desktop", DESKTOP], ["phone", PHONE]]) {
  test(`nothing jumps while the page fills on a ${device}`, async () => {
    const { page, close } = await open(browser, `/?q=${WORD}`, { viewport });
    try {
      await page.locator(".card[data-product]").first().waitFor();
      await page.waitForTimeout(500);
      const shift = await page.evaluate(() => new Promise((resolve) => {
        let sum = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
        }).observe({ type: "layout-shift", buffered: true });
        setTimeout(() => { resolve(sum); }, 200);
      }));
      assert.ok(shift <= MAX_SHIFT, `cumulative layout shift ${shift.toFixed(3)}`);
    } finally {
      await close();
    }
  });
}
