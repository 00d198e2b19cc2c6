/** A real Chromium, driven. Set CHROMIUM to use another than Debian's. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

export const BASE_URL = (process.env.BASE_URL ?? "http://127.0.0.1:8000").replace(/\/$/, "");
const SHOTS = process.env.SCREENSHOTS ?? "";

const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

export const DESKTOP = { width: 1280, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** An empty profile for every run; closing takes it away again. */
export async function launch() {
  const profile = mkdtempSync(join(tmpdir(), "aisle-e2e-"));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    args: [...FLAGS, `--disk-cache-dir=${profile}`],
  });
  browser.on("disconnected", () => { rmSync(profile, { recursive: true, force: true }); });
  return browser;
}

/** A page that remembers what went wrong on it: script errors and what the Content-Security-Policy refused. */
export async function open(browser, path = "/", { viewport = DESKTOP, scheme = "light" } = {}) {
  const touch = viewport.width < 600;
  const context = await browser.newContext({ viewport, colorScheme: scheme, hasTouch: touch, isMobile: touch, deviceScaleFactor: touch ? 2 : 1, locale: "en-US", reducedMotion: "reduce" });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("console", (message) => { if (/Content Security Policy|Warning:/i.test(message.text())) wrong.push(message.text()); });
  await page.goto(BASE_URL + path);
  return { page, wrong, close: () => context.close() };
}

export async function shot(page, name, fullPage = false) {
  if (SHOTS === "") return;
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage });
}
