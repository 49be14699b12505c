// Opens one source and reports what the page itself recorded about it.
// {address, username, password, source, view: "live"|"locked", entries, seconds}
import { diagnostics, launch, openPage, openSource, scenario, signIn, until, waitForServer } from "./lib.mjs";

await scenario(async (o) => {
  await waitForServer(o.address, o.wait_ms ?? 60_000);
  const browser = await launch();
  try {
    const { page, faults } = await openPage(browser);
    await signIn(page, o);
    await openSource(page, o.source);
    if (o.view === "locked") await page.getByRole("radio", { name: /locked/i }).click();
    const first = await until(
      async () => (await diagnostics(page)).live.find((entry) => entry.boxes > 0)
        ?? (await diagnostics(page)).locked.find((entry) => entry.box_number !== null),
      "No boxes were drawn", o.wait_ms ?? 60_000, 50);
    const started = Date.now();
    await until(
      async () => (await diagnostics(page))[o.view].length >= o.entries
        || Date.now() - started > o.seconds * 1000,
      "The view did not record enough", (o.seconds + 10) * 1000, 500);
    const { live, locked } = await diagnostics(page);
    return { first_boxes_at_ms: first.shown_at_ms ?? null, live, locked, faults };
  } finally {
    await browser.close();
  }
});
