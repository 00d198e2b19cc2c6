/**
 * The page in a real Chromium, against whatever shop answers at BASE_URL (the mock, or the API with the demo catalogue).
 * What differs between shops is read off the page, or set by E2E_WORD and E2E_TYPO. SCREENSHOTS names a folder for pictures.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, PHONE, shot } from "./browser.mjs";

const WORD = process.env.E2E_WORD ?? "headphones";
const TYPO = process.env.E2E_TYPO ?? "hedphones";
const NONSENSE = "qzxvwq jjkkqqw";

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

const cards = (page) => page.locator(".grid .card[data-product]");
const searchBox = (page) => page.getByRole("combobox", { name: "Search the shop" });
const answered = (page) => page.waitForFunction(() => /\d/.test(document.querySelector(".head [role=status]")?.textContent ?? ""));
const total = async (page) => Number((await page.locator(".head [role=status]").textContent()).replace(/\D/g, ""));
const prices = async (page) =>
  (await page.locator(".grid .price:not(.price-none)").allTextContents()).map((text) => Number(text.replace(/[^\d.]/g, "")));
const params = (page) => new URL(page.url()).searchParams;

/** Open a page, do something on it, and hold it to having had no script error and no breach of the content policy. */
async function on(path, options, steps) {
  const opened = await open(browser, path, options);
  try {
    await steps(opened.page);
    assert.deepEqual(opened.wrong, []);
  } finally {
    await opened.close();
  }
}

/** Do something that changes the address, and wait for the answer to it: until then the page announces no total. */
async function change(page, act) {
  await act();
  await answered(page);
}

test("typing brings suggestions, and the keyboard alone gets to results", () =>
  on("/", {}, async (page) => {
    await answered(page);
    await shot(page, "home");
    await page.keyboard.press("/");
    const box = searchBox(page);
    assert.equal(await box.evaluate((element) => element === document.activeElement), true);
    await page.keyboard.type(WORD.slice(0, -2));
    await page.getByRole("option").first().waitFor();
    assert.equal(await box.getAttribute("aria-expanded"), "true");
    await page.keyboard.press("ArrowDown");
    const active = await box.getAttribute("aria-activedescendant");
    assert.equal(await page.locator(`[id="${active}"]`).getAttribute("aria-selected"), "true");
    await shot(page, "suggestions");
    await page.keyboard.press("Escape");
    assert.equal(await box.getAttribute("aria-expanded"), "false");
    assert.notEqual(await box.inputValue(), "");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await change(page, () => page.keyboard.press("Enter"));
    assert.ok((await cards(page).count()) > 0);
    assert.match(page.url(), /\?(q|category)=/);
    await shot(page, "results");
  }));

test("a facet narrows, another value of it widens, and back undoes", () =>
  on(`/?q=${WORD}`, {}, async (page) => {
    await answered(page);
    const all = await total(page);
    const brands = page.locator('[data-facet="brand"] input');
    assert.ok((await brands.count()) > 1, "the shop needs two brands for this word");
    await change(page, () => brands.first().check());
    const one = await total(page);
    assert.ok(one < all && one > 0);
    assert.ok((await page.locator('[data-facet="brand"] input').count()) > 1, "other brands can still be chosen");
    await change(page, () => page.locator('[data-facet="brand"] input:not(:checked)').first().check());
    assert.ok((await total(page)) > one);
    assert.equal(params(page).getAll("brand").length, 2);
    await shot(page, "facets");
    await page.goBack();
    await page.goBack();
    await page.waitForFunction(() => !location.search.includes("brand"));
    assert.equal(await total(page), all);
    assert.equal(await page.locator('[data-facet="brand"] input:checked').count(), 0);
  }));

test("a price is limited by hand, and its chip takes it back", () =>
  on(`/?q=${WORD}`, {}, async (page) => {
    await answered(page);
    const all = await total(page);
    const highest = page.getByLabel("To", { exact: true });
    const cheap = Math.ceil(Math.min(...(await prices(page))));
    await highest.fill(String(cheap));
    await change(page, () => highest.press("Enter"));
    const some = await total(page);
    assert.ok(some > 0 && some < all);
    assert.ok((await prices(page)).every((price) => price <= cheap));
    await change(page, () => page.getByRole("button", { name: /^Remove Up to/ }).click());
    assert.equal(await total(page), all);
  }));

test("what was understood is a chip, and removing it sends `ignore`", () =>
  on(`/?q=${encodeURIComponent(`${WORD} under $60`)}`, {}, async (page) => {
    await answered(page);
    const some = await total(page);
    const chip = page.locator(".chip-understood", { hasText: "60" });
    await chip.waitFor();
    await shot(page, "understood");
    await change(page, () => chip.click());
    assert.match(params(page).get("ignore"), /^price:/);
    assert.ok((await total(page)) >= some);
    assert.equal(await chip.count(), 0);
  }));

test("a typo is corrected, said, and can be insisted on", () =>
  on(`/?q=${TYPO}`, {}, async (page) => {
    await answered(page);
    await page.getByText("Showing results for").waitFor();
    assert.ok((await cards(page).count()) > 0);
    await shot(page, "spelling");
    await change(page, () => page.locator(".spelling-instead a").click());
    assert.equal(params(page).get("off"), "spelling");
    assert.equal(await page.getByText("Showing results for").count(), 0);
  }));

test("every product tells why it is there", () =>
  on(`/?q=${WORD}`, {}, async (page) => {
    await answered(page);
    const button = page.getByRole("button", { name: /^Why this\?/ }).first();
    await button.click();
    assert.equal(await button.getAttribute("aria-expanded"), "true");
    await page.locator(".reasons li").first().waitFor();
    assert.equal(await page.locator(".why .part").count(), 4);
    await shot(page, "why");
    await button.click();
    assert.equal(await page.locator(".why").count(), 0);
  }));

test("show more adds below, and the focus is not lost", () =>
  on("/", {}, async (page) => {
    await answered(page);
    const first = await cards(page).count();
    const button = page.getByRole("button", { name: "Show more" });
    await button.focus();
    await page.keyboard.press("Enter");
    await page.waitForFunction((count) => document.querySelectorAll(".grid .card[data-product]").length > count, first);
    const ids = await cards(page).evaluateAll((all) => all.map((card) => card.dataset.product));
    assert.equal(new Set(ids).size, ids.length, "no product twice");
    assert.notEqual(await page.evaluate(() => document.activeElement?.tagName), "BODY");
  }));

test("sorting by price sorts by price", () =>
  on(`/?q=${WORD}`, {}, async (page) => {
    await answered(page);
    await change(page, () => page.getByLabel("Sort by").selectOption("price_asc"));
    const shown = await prices(page);
    assert.deepEqual(shown, [...shown].sort((a, b) => a - b));
    assert.equal(params(page).get("sort"), "price_asc");
  }));

test("a product opens over the results, has an address of its own, and closes again", () =>
  on(`/?q=${WORD}`, {}, async (page) => {
    await answered(page);
    const link = page.locator(".card-title a").first();
    const title = await link.textContent();
    await link.click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("heading", { level: 1 }).waitFor();
    assert.equal(await dialog.getByRole("heading", { level: 1 }).textContent(), title);
    assert.match(page.url(), /\/p\//);
    await shot(page, "product");
    const address = page.url();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    assert.equal(await link.evaluate((element) => element === document.activeElement), true);
    await on(address.slice(new URL(address).origin.length), {}, async (direct) => {
      await direct.getByRole("heading", { level: 1, name: title }).waitFor();
      assert.equal(await direct.getByRole("dialog").count(), 0);
      await direct.getByRole("link", { name: "Back to the results" }).click();
      await cards(direct).first().waitFor();
    });
  }));

test("an empty page is honest and helps", () =>
  on(`/?q=${encodeURIComponent(NONSENSE)}&in_stock=true`, {}, async (page) => {
    await page.getByRole("heading", { name: /Nothing found/ }).waitFor();
    assert.equal(await cards(page).count(), 0);
    await shot(page, "empty");
    await change(page, () => page.getByRole("link", { name: "Look around the whole shop" }).click());
    assert.ok((await cards(page).count()) > 0);
  }));

/** Let every search fail in one way until `mend` is called. */
async function failing(page, respond) {
  const search = (url) => url.pathname === "/search";
  await page.route(search, respond);
  return () => page.unroute(search, respond);
}

test("errors say what happened and mend themselves", () =>
  on("/", {}, async (page) => {
    await answered(page);
    const ask = async (q) => {
      await searchBox(page).fill(q);
      await page.keyboard.press("Enter");
    };
    let mend = await failing(page, (route) =>
      route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify({ title: "Unavailable", status: 503, trace_id: "4bf92f35" }) }));
    await ask(`${WORD} a`);
    await page.getByText("4bf92f35").waitFor();
    await shot(page, "error-server");
    await mend();
    await change(page, () => page.getByRole("button", { name: "Try again" }).click());
    mend = await failing(page, (route) => route.fulfill({ status: 429, headers: { "Retry-After": "2" }, body: "{}" }));
    await ask(`${WORD} b`);
    await page.getByText(/in [12] s/).waitFor();
    await shot(page, "error-busy");
    await mend();
    await answered(page); // by itself, when the time is over
    mend = await failing(page, (route) => route.abort("internetdisconnected"));
    await ask(`${WORD} c`);
    await page.getByRole("heading", { name: "The shop cannot be reached" }).waitFor();
    await shot(page, "error-offline");
    await mend();
    await page.evaluate(() => window.dispatchEvent(new Event("online")));
    await answered(page);
  }));

test("markup in a product's text stays text", () =>
  on("/", {}, async (page) => {
    await answered(page);
    await page.route((url) => url.pathname === "/search", async (route) => {
      const answer = await (await route.fetch()).json();
      const title = "<img src=x onerror=alert(1)>";
      answer.results[0] = { ...answer.results[0], title, highlights: { title: "&lt;img src=x onerror=<mark>alert</mark>(1)&gt;" } };
      await route.fulfill({ json: answer });
    });
    await change(page, () => page.locator('[data-facet="in_stock"] input, [data-facet="brand"] input').first().check());
    assert.equal(await page.locator(".card-title a").first().textContent(), "<img src=x onerror=alert(1)>");
    assert.equal(await page.locator(".card-title img").count(), 0);
  }));

test("relaxed and degraded answers say so", () =>
  on("/", {}, async (page) => {
    await answered(page);
    await page.route((url) => url.pathname === "/search", async (route) => {
      const answer = await (await route.fetch()).json();
      answer.relaxed = [{ step: "any_words", message: "No product has all the words; showing those with most of them." }];
      await route.fulfill({ json: { ...answer, degraded: ["semantic"], did_you_mean: "kettle" } });
    });
    await searchBox(page).fill(WORD);
    await change(page, () => page.keyboard.press("Enter"));
    await page.getByText("No product has all the words").waitFor();
    await page.getByText("Matching by meaning is resting").waitFor();
    await page.getByRole("link", { name: "kettle", exact: true }).waitFor();
    await shot(page, "relaxed");
  }));

test("what was shown and chosen is told to the shop", () =>
  on(`/?q=${WORD}`, {}, async (page) => {
    await answered(page);
    const posted = page.waitForRequest((request) => request.method() === "POST" && request.url().endsWith("/events"));
    await page.locator(".card-title a").first().click();
    const request = await posted;
    const { events } = request.postDataJSON();
    const kinds = new Set(events.map((event) => event.event_type));
    assert.ok(kinds.has("impression"));
    for (const event of events) {
      assert.match(event.event_id, /^[0-9a-f-]{36}$/);
      assert.ok(event.session_id && event.product_id && event.ts);
    }
    assert.ok((await request.response()).ok());
  }));

test("on a phone nothing runs over the edge, and the filters are a drawer", () =>
  on(`/?q=${WORD}`, { viewport: PHONE }, async (page) => {
    await answered(page);
    await shot(page, "phone-results");
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
    await page.getByRole("button", { name: /^Filters/ }).click();
    const drawer = page.getByRole("dialog", { name: "Filters" });
    await change(page, () => drawer.locator('[data-facet="brand"] input').first().check());
    await shot(page, "phone-filters");
    await drawer.getByRole("button", { name: /^Show [\d,]+ product/ }).click();
    await drawer.waitFor({ state: "detached" });
    assert.equal(params(page).getAll("brand").length, 1);
    await page.locator(".card-title a").first().click();
    await page.getByRole("dialog").getByRole("heading", { level: 1 }).waitFor();
    await shot(page, "phone-product");
  }));
