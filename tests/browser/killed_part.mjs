// Kills one server process (kill -9, by its id) while its picture is on the screen: says how long it
// took until the page said "Lost", and that the picture comes back by itself. {source, pid}
import { diagnostics, launch, openPage, openSource, scenario, signIn, until } from "./lib.mjs";

await scenario(async (o) => {
  const browser = await launch();
  try {
    const { page } = await openPage(browser);
    await signIn(page, o);
    await openSource(page, o.source);
    await until(async () => (await diagnostics(page)).live.length > 30, "No live picture");
    const killedAtMs = Date.now();
    process.kill(o.pid, "SIGKILL");
    const row = page.getByRole("option", { name: new RegExp(o.source, "i") }).first();
    await until(async () => /lost/i.test(await row.innerText()), "The list does not say Lost", 6_000, 50);
    const lost_after_s = (Date.now() - killedAtMs) / 1000;
    if (o.screenshot) await page.screenshot({ path: o.screenshot });
    const shown = (await diagnostics(page)).live.length;
    await until(
      async () => (await diagnostics(page)).live.length > shown + 30,
      "The picture did not come back", 30_000);
    return { lost_after_s, back_after_s: (Date.now() - killedAtMs) / 1000 };
  } finally {
    await browser.close();
  }
});
