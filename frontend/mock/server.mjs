/** `npm run mock`: the API's shapes over a made-up shop, and the built page under the real Content-Security-Policy. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { image } from "./catalogue.mjs";
import { explain, product, search, similar, suggest } from "./search.mjs";

const DIST = fileURLToPath(new URL("../dist", import.meta.url));
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

export const events = [];

const json = (response, status, body) => {
  response.writeHead(status, { "Content-Type": status < 400 ? "application/json" : "application/problem+json" });
  response.end(JSON.stringify(body));
};

async function file(response, path) {
  const name = path === "/" || path.startsWith("/p/") ? "/index.html" : path;
  try {
    const body = await readFile(join(DIST, normalize(name)));
    response.writeHead(200, { "Content-Type": TYPES[extname(name)] ?? "application/octet-stream", "Content-Security-Policy": CSP });
    response.end(body);
  } catch {
    json(response, 404, { type: "about:blank", title: "Not found", status: 404, trace_id: "mock" });
  }
}

async function gather(request, response) {
  let body = "";
  for await (const piece of request) body += piece;
  events.push(...JSON.parse(body).events);
  json(response, 202, { accepted: true });
}

function answer(request, response) {
  const { pathname: path, searchParams: params } = new URL(request.url, "http://mock");
  if (path === "/events" && request.method === "POST") return gather(request, response);
  if (path === "/search") return json(response, 200, search(params));
  if (path === "/search/suggest") return json(response, 200, { suggestions: suggest(params.get("q") ?? "") });
  if (path === "/search/explain") return json(response, 200, explain(params));
  const one = /^\/products\/([^/]+)(\/similar)?$/.exec(path);
  if (one?.[2]) return json(response, 200, similar(one[1]));
  if (one) {
    const found = product(one[1]);
    return found ? json(response, 200, found) : json(response, 404, { type: "about:blank", title: "No such product", status: 404, trace_id: "mock" });
  }
  if (path.startsWith("/images/")) {
    response.writeHead(200, { "Content-Type": "image/svg+xml" });
    return response.end(image(path.slice("/images/".length)));
  }
  return file(response, path);
}

export function listen(port) {
  const server = createServer((request, response) => { void answer(request, response); });
  return new Promise((resolve) => { server.listen(port, "127.0.0.1", () => { resolve(server); }); });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const server = await listen(Number(process.env.PORT ?? 8000));
  process.stdout.write(`http://127.0.0.1:${server.address().port}\n`);
}
