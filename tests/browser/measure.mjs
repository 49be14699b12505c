// Opens one source and reports what the page itself recorded about it.
// {address, username, password, source, view: "live"|"locked", live_first, entries, seconds}: with
// `live_first`, so many frames are watched in live view before locked view is chosen.
import { diagnostics, launch, openPage, openSource, scenario, signIn, until, waitForServer } from "./lib.mjs";

/** Frames count in locked view when they were shown with a box. */
function enough({ live, locked }, { view, entries }) {
  const counted = view === "live" ? live : locked.filter((entry) => entry.box_number !== null);
  return counted.length >= entries;
}

await scenario(async (o) => {
  await waitForServer(o.address, o.wait_ms ?? 60_000);
  const browser = await launch();
  try {
    const { page, faults } = await openPage(browser);
    await signIn(page, o);
    await openSource(page, o.source);
    const first = await until(
      async () => (await diagnostics(page)).live.find((entry) => entry.boxes > 0),
      "No boxes were drawn", o.wait_ms ?? 60_000, 50);
    if (o.view === "locked") {
      await until(
        async () => (await diagnostics(page)).live.length >= (o.live_first ?? 0),
        "Live view did not record enough", 60_000, 500);
      await page.getByRole("radio", { name: /locked/i }).check({ force: true });
    }
    const started = Date.now();
    await until(
      async () => enough(await diagnostics(page), o)
        || Date.now() - started > o.seconds * 1000,
      "The view did not record enough", (o.seconds + 10) * 1000, 500);
    const { live, locked } = await diagnostics(page);
    return { first_boxes_at_ms: first.shown_at_ms, live, locked, faults };
  } finally {
    await browser.close();
  }
});
