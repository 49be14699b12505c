// Says when (epoch ms) a person would first have seen moving boxes. {address, username, password,
// source, wait_ms} and the password or its file, which may be made while this already waits.
import { diagnostics, launch, openPage, openSource, scenario, signIn, until, waitForServer } from "./lib.mjs";

await scenario(async (o) => {
  const browser = await launch();
  try {
    const { page } = await openPage(browser);
    await waitForServer(o.address, o.wait_ms);
    const served_at_ms = Date.now();
    await signIn(page, o);
    await openSource(page, o.source);
    const first = await until(
      async () => (await diagnostics(page)).live.find((entry) => entry.boxes > 0),
      "No boxes were drawn", o.wait_ms, 20);
    return { served_at_ms, first_boxes_at_ms: first.shown_at_ms };
  } finally {
    await browser.close();
  }
});
