/** A real Chromium for tests. */
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { tool } from "./require.ts";

/** Nothing but what the page itself asks for goes over the network. */
const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // A host that is no loopback, so that the page is no secure context, as on a site without TLS.
  "--host-resolver-rules=MAP mirror.example 127.0.0.1",
];

/** A page of a browser of its own. Disposing of it ends the browser. */
export interface TestPage extends AsyncDisposable {
  readonly page: Page;
  /** What the page complained about, such as something that its policy forbids. */
  readonly complaints: string[];
  /** Every address that was asked for. */
  readonly requests: string[];
}

/** Starts a browser with one empty page. */
export async function openPage(options: BrowserContextOptions = {}): Promise<TestPage> {
  const browser: Browser = await chromium.launch({
    executablePath: tool("chromium") ?? "chromium",
    args: ARGS,
  });
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => requests.push(request.url()));
  return { page, complaints, requests, [Symbol.asyncDispose]: () => browser.close() };
}

/** By how many pixels a page is wider than its window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate("document.documentElement.scrollWidth - innerWidth");
}

/** Sizes and colours in which pages are looked at. */
export const LOOKS = ([["phone", 360, 740], ["desktop", 1280, 800]] as const).flatMap((
  [name, width, height],
) =>
  (["light", "dark"] as const).map((colorScheme) => ({
    name: `${name}, ${colorScheme}`,
    options: { viewport: { width, height }, colorScheme },
  }))
);
